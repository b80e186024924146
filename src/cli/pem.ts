/**
 * @module cli/pem
 * Whether the certificates, keys and authorities that the configuration names can be read and used.
 */
import { createPrivateKey, X509Certificate } from "node:crypto";
import { sections } from "../config/load.ts";
import type { Config } from "../config/schema.ts";
import { systemClock } from "../lib/clock.ts";
import { type Finding, look } from "./finding.ts";
import { CommandFailure } from "./io.ts";

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

function certificates(text: string): [X509Certificate, ...X509Certificate[]] {
  const blocks = text.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? [];
  const [first, ...rest] = blocks.map((block) => new X509Certificate(block));
  if (first === undefined) throw new CommandFailure("holds no certificate");
  return [first, ...rest];
}

const until = (certificate: X509Certificate): number => Date.parse(certificate.validTo);
const day = (ms: number): string => new Date(ms).toISOString().slice(0, 10);

/** One that is out of date lasts as long as another of the file is good. */
async function authority(text: string): Promise<string> {
  const last = Math.max(...certificates(text).map(until));
  if (last < systemClock.now()) throw new CommandFailure(`expired on ${day(last)}`);
  return `good until ${day(last)}`;
}

/** The first of the file is this process's own, those behind it lead to its authority. */
async function ownCertificate(text: string): Promise<string> {
  const [own] = certificates(text);
  if (until(own) < systemClock.now()) throw new CommandFailure(`expired on ${day(until(own))}`);
  if (Date.parse(own.validFrom) > systemClock.now())
    throw new CommandFailure(`not valid before ${day(Date.parse(own.validFrom))}`);
  return `good until ${day(until(own))}`;
}

async function privateKey(text: string, certificate: string): Promise<string> {
  const key = createPrivateKey(text);
  const certified = await Bun.file(certificate)
    .text()
    .then(certificates)
    .catch(() => undefined); // That one has a row of its own.
  if (certified && !certified[0].checkPrivateKey(key))
    throw new CommandFailure(`is not the key of ${certificate}`);
  return "a private key";
}
