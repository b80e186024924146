/**
 * @module rpc/tls
 * TLS and mutual TLS of gRPC from PEM files (`[Cluster] tls_ca tls_cert tls_key`). The same three files serve
 * both ends: with an authority each side proves itself to the other.
 */
import { readFileSync } from "node:fs";
import { isIP } from "node:net";
import { checkServerIdentity as checkIdentity, type PeerCertificate } from "node:tls";
import { ChannelCredentials, type ChannelOptions, ServerCredentials } from "@grpc/grpc-js";

/** Paths of PEM files; "" for none. */
export interface TlsFiles {
  /** The authority that signed the other processes' certificates. */
  readonly ca: string;
  readonly cert: string;
  readonly key: string;
}

const read = (path: string): Buffer | null => (path === "" ? null : readFileSync(path));

/**
 * What a server binds with: clear text without a certificate; with an authority a client must show a
 * certificate of it. @throws the file system's error for a file that cannot be read.
 */
export function serverCredentials({ ca, cert, key }: TlsFiles): ServerCredentials {
  const certificate = read(cert);
  const privateKey = read(key);
  if (certificate === null || privateKey === null) return ServerCredentials.createInsecure();
  const pair = { cert_chain: certificate, private_key: privateKey };
  return ServerCredentials.createSsl(read(ca), [pair], ca !== "");
}

/** What a channel to a host is made with. */
export interface ChannelSecurity {
  readonly credentials: ChannelCredentials;
  readonly options: ChannelOptions;
}

/**
 * What a client dials with: clear text when neither authority nor certificate is set. Without an authority the
 * system's are trusted. The files are read once. @throws the file system's error for one that cannot be read.
 */
export function channelSecurity(files: TlsFiles): (host: string) => ChannelSecurity {
  if (files.ca === "" && files.cert === "") {
    const credentials = ChannelCredentials.createInsecure();
    return () => ({ credentials, options: {} });
  }
  const [ca, key, cert] = [read(files.ca), read(files.key), read(files.cert)];
  return (host) => {
    if (isIP(host) === 0) return { credentials: ChannelCredentials.createSsl(ca, key, cert), options: {} };
    // TLS cannot ask for an address by name (and Bun refuses to); the certificate is still held against it.
    const checkServerIdentity = (_name: string, shown: PeerCertificate) => checkIdentity(host, shown);
    return {
      credentials: ChannelCredentials.createSsl(ca, key, cert, { checkServerIdentity }),
      options: { "grpc.ssl_target_name_override": NAME_FOR_ADDRESSES },
    };
  };
}

/** Asked for where the peer is dialled by address; no certificate need have it. */
const NAME_FOR_ADDRESSES = "chatsrv.invalid";
