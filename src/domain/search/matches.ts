/**
 * @module domain/search/matches
 * Whether a text has what is looked for.
 */
import type { Clause } from "./query.ts";
import { termsOf } from "./terms.ts";

export function matches(text: string, clauses: readonly Clause[]): boolean {
  const terms = termsOf(text);
  return clauses.every((clause) => terms.some((_, start) => standsAt(terms, start, clause)));
}

function standsAt(terms: readonly string[], start: number, { terms: wanted, prefix }: Clause): boolean {
  return wanted.every((term, index) => {
    const there = terms[start + index];
    const mayGoOn = prefix && index === wanted.length - 1;
    return mayGoOn ? there?.startsWith(term) === true : there === term;
  });
}
