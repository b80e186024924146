/**
 * @module lib/certificates
 * Certificates and keys as PEM texts, and whether they can be used.
 */
import { createPrivateKey, X509Certificate } from "node:crypto";
import { createSecureContext } from "node:tls";

/** A certificate chain, a process's own first, and its private key; PEM texts. */
export interface KeyPair {
  readonly cert: string;
  readonly key: string;
}

/** What is wrong with a file, in a few words to stand behind its name. */
export class CertificateError extends Error {
  override readonly name = "CertificateError";
}

/** All certificates of a text. @throws CertificateError when there is none; Error for one that cannot be read */
export function certificatesOf(text: string): [X509Certificate, ...X509Certificate[]] {
  const blocks = text.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? [];
  const [first, ...rest] = blocks.map((block) => new X509Certificate(block));
  if (first === undefined) throw new CertificateError("holds no certificate");
  return [first, ...rest];
}

/** The last moment of a certificate, milliseconds since 1970. */
export const endOf = (certificate: X509Certificate): number => Date.parse(certificate.validTo);

/** `2026-01-31` */
export const dayText = (ms: number): string => new Date(ms).toISOString().slice(0, 10);

/** @throws CertificateError unless the certificate is good at this time */
export function requireValid(certificate: X509Certificate, now: number): void {
  if (endOf(certificate) < now) throw new CertificateError(`expired on ${dayText(endOf(certificate))}`);
  const begin = Date.parse(certificate.validFrom);
  if (begin > now) throw new CertificateError(`not valid before ${dayText(begin)}`);
}

/**
 * Whether a server or client can be made with these now.
 * @param name of the certificate's file, for the message. @returns the certificate itself, without what leads to its authority.
 * @throws CertificateError, or Error for what cannot be read
 */
export function requireUsable(
  { cert, key, ca }: KeyPair & { readonly ca?: string | undefined },
  name: string,
  now: number,
): X509Certificate {
  const [own] = certificatesOf(cert);
  requireValid(own, now);
  requireKeyOf(own, key, name);
  createSecureContext({ cert, key, ...(ca !== undefined && { ca }) });
  return own;
}

/** @throws CertificateError, or Error for a text that is no key, unless it is the certificate's. */
export function requireKeyOf(certificate: X509Certificate, key: string, name: string): void {
  if (!certificate.checkPrivateKey(createPrivateKey(key)))
    throw new CertificateError(`is not the key of ${name}`);
}
