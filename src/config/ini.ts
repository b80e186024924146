/**
 * @module config/ini
 * The file's syntax: `[Section]`, `key = value` (spaces do not matter), `#` starts a comment, also behind a
 * value. A value in double quotes is taken whole, `#` included; inside it `\"` and `\\` stand for `"` and `\`.
 * A byte order mark and CRLF line ends are tolerated. Knows nothing of which keys exist.
 */

export interface IniEntry {
  readonly section: string;
  readonly key: string;
  readonly value: string;
  /** From 1. */
  readonly line: number;
  /** The text of an unquoted value that a `#` right behind it cut off: a password may have been meant whole. */
  readonly cut: boolean;
}

export interface IniProblem {
  readonly line: number;
  readonly message: string;
}

export interface IniFile {
  readonly entries: readonly IniEntry[];
  readonly headers: readonly { readonly section: string; readonly line: number }[];
  readonly problems: readonly IniProblem[];
}

const HEADER = /^\[\s*([^\]]*?)\s*\]\s*(?:#.*)?$/;
const PAIR = /^([^=#"[\]]+?)\s*=\s*(.*)$/;
const QUOTED = /^"((?:[^"\\]|\\.)*)"\s*(?:#.*)?$/;

/** Reads a whole file; what cannot be read becomes a problem, and the rest is still read. */
export function parseIni(text: string): IniFile {
  const entries: IniEntry[] = [];
  const headers: { section: string; line: number }[] = [];
  const problems: IniProblem[] = [];
  let section: string | undefined;

  for (const [index, raw] of text
    .replace(/^\ufeff/, "")
    .split(/\r\n|\n|\r/)
    .entries()) {
    const line = index + 1;
    const content = raw.trim();
    if (content === "" || content.startsWith("#") || content.startsWith(";")) continue;
    const header = HEADER.exec(content);
    if (header) {
      section = header[1] ?? "";
      headers.push({ section, line });
      continue;
    }
    const pair = PAIR.exec(content);
    const value = pair && readValue(pair[2] ?? "");
    if (!pair) problems.push({ line, message: "is neither [Section] nor key = value" });
    else if (!value)
      problems.push({ line, message: `${pair[1]}: the closing quote is missing or text follows it` });
    else if (section === undefined)
      problems.push({ line, message: `${pair[1]} stands before any [Section]` });
    else entries.push({ section, key: pair[1] ?? "", line, ...value });
  }
  return { entries, headers, problems };
}

function readValue(raw: string): { value: string; cut: boolean } | undefined {
  if (raw.startsWith('"')) {
    const quoted = QUOTED.exec(raw);
    return quoted ? { value: (quoted[1] ?? "").replace(/\\(["\\])/g, "$1"), cut: false } : undefined;
  }
  const hash = raw.indexOf("#");
  if (hash < 0) return { value: raw, cut: false };
  return { value: raw.slice(0, hash).trimEnd(), cut: hash > 0 && !/\s/.test(raw.charAt(hash - 1)) };
}

/** A value as the file has to write it: in quotes where it would not survive without. */
export function quoteIni(value: string): string {
  return /[#"]|^\s|\s$/.test(value) ? `"${value.replace(/["\\]/g, "\\$&")}"` : value;
}
