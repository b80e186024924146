/**
 * @module cli/pem
 * Whether the certificates, keys and authorities that the configuration names can be read and used.
 */
import { createPrivateKey } from "node:crypto";
import { sections } from "../config/load.ts";
import type { Config } from "../config/schema.ts";
import {
  CertificateError,
  certificatesOf,
  dayText,
  endOf,
  requireKeyOf,
  requireValid,
} from "../lib/certificates.ts";
import { systemClock } from "../lib/clock.ts";
import { type Finding, look } from "./finding.ts";

const MEND = "give the path of a PEM file that this user may read";

/** A row for every file that is configured. Never rejects. */
export async function lookAtPemFiles(config: Config): Promise<Finding[]> {
  const values: Readonly<Record<string, Readonly<Record<string, unknown>>>> = config;
  const files = Object.keys(sections).flatMap((section) => {
    const path = (key: string) => String(values[section]?.[key] ?? "");
    const certificate = path("tls_cert");
    const looks: readonly (readonly [key: string, find: (text: string) => Promise<string>])[] = [
      ["tls_ca", authority],
      ["tls_cert", ownCertificate],
      ["tls_key", (text) => privateKey(text, certificate)],
    ];
    return looks.map(([key, find]) => ({ name: `[${section}] ${key}`, path: path(key), find }));
  });
  return Promise.all(
    files
      .filter(({ path }) => path !== "")
      .map(({ name, path, find }) => look(name, path, MEND, async () => find(await Bun.file(path).text()))),
  );
}

/** One that is out of date lasts as long as another of the file is good. */
async function authority(text: string): Promise<string> {
  const last = Math.max(...certificatesOf(text).map(endOf));
  if (last < systemClock.now()) throw new CertificateError(`expired on ${dayText(last)}`);
  return `good until ${dayText(last)}`;
}

/** The first of the file is this process's own, those behind it lead to its authority. */
async function ownCertificate(text: string): Promise<string> {
  const [own] = certificatesOf(text);
  requireValid(own, systemClock.now());
  return `good until ${dayText(endOf(own))}`;
}

async function privateKey(text: string, certificate: string): Promise<string> {
  createPrivateKey(text);
  const certified = await Bun.file(certificate)
    .text()
    .then(certificatesOf)
    .catch(() => undefined); // That one has a row of its own.
  if (certified) requireKeyOf(certified[0], text, certificate);
  return "a private key";
}
