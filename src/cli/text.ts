/**
 * @module cli/text
 * Columns and labelled lines for people.
 */

/** Rows as columns, each as wide as its widest cell, two spaces between them; the last one is not padded. */
export function columns(rows: readonly (readonly string[])[], indent = ""): string {
  const widths: number[] = [];
  for (const row of rows)
    for (const [i, cell] of row.entries()) widths[i] = Math.max(widths[i] ?? 0, Bun.stringWidth(cell));
  const pad = (cell: string, i: number) => cell + " ".repeat((widths[i] ?? 0) - Bun.stringWidth(cell));
  const lines = rows.map((row) => `${indent}${row.map(pad).join("  ")}`.trimEnd());
  return lines.map((line) => `${line}\n`).join("");
}

/** Lines `label:  value`, the values under each other. */
export function labelled(lines: readonly (readonly [label: string, value: string])[]): string {
  return columns(lines.map(([label, value]) => [`${label}:`, value]));
}

/** Text from outside, harmless on a terminal: control characters are shown as escapes. */
export function printable(text: string): string {
  return text.replace(/[\p{Cc}\p{Zl}\p{Zp}\u202a-\u202e\u2066-\u2069]/gu, (c) => {
    return `\\u${(c.codePointAt(0) ?? 0).toString(16).padStart(4, "0")}`;
  });
}

/** ISO 8601, UTC. */
export const timeText = (ms: number): string => new Date(ms).toISOString();

export const jsonText = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`;
