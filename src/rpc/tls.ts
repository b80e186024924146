/**
 * @module rpc/tls
 * TLS and mutual TLS of gRPC from PEM files (`[Cluster] tls_ca tls_cert tls_key`). The same three files serve
 * both ends: with an authority each side proves itself to the other.
 */
import { readFileSync } from "node:fs";
import { isIP } from "node:net";
import {
  checkServerIdentity as checkIdentity,
  type PeerCertificate,
  type SecureContextOptions,
} from "node:tls";
import { ChannelCredentials, type ChannelOptions, ServerCredentials } from "@grpc/grpc-js";
import { certificatesOf, type KeyPair, requireUsable } from "../lib/certificates.ts";

/** Paths of PEM files; "" for none. */
export interface TlsFiles {
  /** The authority that signed the other processes' certificates. */
  readonly ca: string;
  readonly cert: string;
  readonly key: string;
}

/** What was in them; undefined where there is none. */
export interface TlsTexts {
  readonly ca: string | undefined;
  readonly pair: KeyPair | undefined;
}

/** @throws the file system's error for a file that cannot be read. */
export function readTls({ ca, cert, key }: TlsFiles): TlsTexts {
  const [authority, certificate, privateKey] = [ca, cert, key].map((path) =>
    path === "" ? undefined : readFileSync(path, "utf8"),
  );
  const pair =
    certificate === undefined || privateKey === undefined
      ? undefined
      : { cert: certificate, key: privateKey };
  return { ca: authority, pair };
}

/** @throws CertificateError, or Error for what cannot be read, unless these can be used now. */
export function requireUsableTls({ ca, pair }: TlsTexts, name: string, now: number): void {
  if (pair !== undefined) requireUsable({ ...pair, ca }, name, now);
  else if (ca !== undefined) certificatesOf(ca);
}

/** What a server binds with, and how to exchange it for connections from then on. */
export interface ServerSecurity {
  readonly credentials: ServerCredentials;
  /** Nothing happens where there is no TLS. */
  exchange(tls: TlsTexts): void;
}

/** Clear text without a certificate; with an authority a client must show a certificate of it. */
export function serverSecurity({ ca, pair }: TlsTexts): ServerSecurity {
  if (pair === undefined) return { credentials: ServerCredentials.createInsecure(), exchange: () => {} };
  const credentials = new ExchangeableCredentials({ requestCert: ca !== undefined }, { ca, ...pair });
  return { credentials, exchange: (tls) => credentials.exchange({ ca: tls.ca, ...tls.pair }) };
}

class ExchangeableCredentials extends ServerCredentials {
  exchange(context: SecureContextOptions): void {
    this.updateSecureContextOptions(context);
  }

  override _equals(other: ServerCredentials): boolean {
    return other === this;
  }
}

/** What a channel to a host is made with. */
export interface ChannelSecurity {
  readonly credentials: ChannelCredentials;
  readonly options: ChannelOptions;
}

/**
 * What a client dials with: clear text when neither authority nor certificate is set. Without an authority the
 * system's are trusted.
 */
export function channelSecurity(tls: TlsTexts): (host: string) => ChannelSecurity {
  if (tls.ca === undefined && tls.pair === undefined) {
    const credentials = ChannelCredentials.createInsecure();
    return () => ({ credentials, options: {} });
  }
  const bytes = (text: string | undefined) => (text === undefined ? null : Buffer.from(text));
  const [ca, key, cert] = [bytes(tls.ca), bytes(tls.pair?.key), bytes(tls.pair?.cert)];
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
