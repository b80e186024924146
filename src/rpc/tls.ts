/**
 * @module rpc/tls
 * TLS and mutual TLS of gRPC from PEM files (`[Cluster] tls_ca tls_cert tls_key`). The same three files serve
 * both ends: with an authority each side proves itself to the other.
 */
import { readFileSync } from "node:fs";
import { ChannelCredentials, ServerCredentials } from "@grpc/grpc-js";

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

/**
 * What a client dials with: clear text when neither authority nor certificate is set. Without an authority the
 * system's are trusted. @throws the file system's error for a file that cannot be read.
 */
export function channelCredentials({ ca, cert, key }: TlsFiles): ChannelCredentials {
  if (ca === "" && cert === "") return ChannelCredentials.createInsecure();
  return ChannelCredentials.createSsl(read(ca), read(key), read(cert));
}
