/**
 * @module config/problems
 * How mistakes in the configuration are told: where, section, key, value, and what is allowed or was meant.
 * Values of secrets are masked, also where a secret's name was misspelled.
 */
import { nearest } from "../lib/nearest.ts";
import type { Key, Section } from "./table.ts";

/** One sentence. */
export type Problem = string;

/** What stands in the place of a secret. */
export const MASK = "********";

const SOUNDS_SECRET = /pass|pwd|secret|token|key|credential|url/i;

export function wrongValue(
  origin: { readonly source: string; readonly label: string },
  section: string,
  name: string,
  key: Key<unknown>,
  text: string,
): Problem {
  const shown = key.secret ? MASK : text;
  return `${origin.label} [${section}] ${name} = ${shown}${shown === "" ? "(empty)" : ""}: must be ${key.allowed}`;
}

export function unknownSection(at: string, section: string, known: readonly string[]): Problem {
  const meant = nearest(section, known);
  const hint = meant ? `did you mean [${meant}]?` : `there are ${known.map((s) => `[${s}]`).join(" ")}`;
  return `${at} [${section}]: unknown section; ${hint}`;
}

export function unknownKey(
  at: string,
  section: string,
  key: string,
  value: string,
  sections: Readonly<Record<string, Section>>,
): Problem {
  const keys = sections[section]?.keys ?? {};
  const meant = nearest(key, Object.keys(keys));
  const elsewhere = Object.keys(sections).filter((other) => Object.hasOwn(sections[other]?.keys ?? {}, key));
  const secret = SOUNDS_SECRET.test(key) || (meant !== undefined && keys[meant]?.secret);
  let hint = `there are ${Object.keys(keys).join(", ")}`;
  if (elsewhere.length > 0) hint = `it belongs to ${elsewhere.map((s) => `[${s}]`).join(" or ")}`;
  if (meant) hint = `did you mean ${meant}?`;
  return `${at} [${section}] ${key} = ${secret ? MASK : value}: unknown key; ${hint}`;
}
