/**
 * @module support/shown-certificate
 * What a server shows to who connects to it over TLS now.
 */
import { connect } from "node:tls";

/** The common name of the certificate. @throws Error when there is no handshake, or the authority is another one */
export function shownName(address: string, ca: string, alpn: string[] = []): Promise<string> {
  const [host = "", port] = address.split(":");
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  const options = { host, port: Number(port), ca, servername: "localhost", ALPNProtocols: alpn };
  const socket = connect(options, () => {
    resolve(String(socket.getPeerCertificate().subject.CN));
    socket.destroy();
  });
  socket.on("error", reject);
  return promise;
}
