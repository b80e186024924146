/**
 * @module domain/search/query
 * What somebody looks for: words that are all to be there, "words in this order", and a word's beginning (`begin*`, and the
 * word that is still being typed: the last one) of two letters or more.
 */
import { runsOf } from "./terms.ts";

/** Terms that follow each other in a text; the last one may go on where `prefix`. */
export interface Clause {
  readonly terms: readonly string[];
  readonly prefix: boolean;
}

/** Letters of a word that are its beginning: one alone begins too many. */
const MIN_BEGINNING = 2;

/** Clauses of one search, and terms of one clause; what is beyond them is not asked for. */
const MAX_CLAUSES = 16;
const MAX_TERMS = 32;

/** @returns nothing when there is nothing to look for, as in a text of punctuation. */
export function clausesOf(text: string): Clause[] {
  const clauses: Clause[] = [];
  // Every other part stands between quotation marks; a mark that is not closed opens nothing.
  const parts = text.replace(/[“”„«»]/gu, '"').split('"');
  const closed = parts.length % 2 === 1;
  for (const [index, part] of parts.entries()) {
    const quoted = index % 2 === 1 && (closed || index < parts.length - 1);
    const isLast = index === parts.length - 1;
    clauses.push(...(quoted ? phraseOf(part) : wordsOf(part, isLast)));
    if (clauses.length >= MAX_CLAUSES) break;
  }
  return clauses.slice(0, MAX_CLAUSES);
}

function phraseOf(text: string): Clause[] {
  const runs = runsOf(text);
  const terms = runs.flatMap(({ terms: own, unspaced }, index) =>
    // The last single character of a run is a term of its own only where the text ends there, too.
    unspaced && own.length > 1 && index === runs.length - 1 ? own.slice(0, -1) : own,
  );
  const prefix = runs.at(-1)?.unspaced === true && runs.at(-1)?.terms.length === 1;
  return terms.length > 0 ? [{ terms: terms.slice(0, MAX_TERMS), prefix }] : [];
}

function wordsOf(text: string, isLast: boolean): Clause[] {
  const words = text.split(/\s+/u).filter((word) => word !== "");
  return words.flatMap((word, index) => {
    const typed = isLast && index === words.length - 1 && !/\s$/u.test(text);
    return runsOf(word).map(({ terms, unspaced }, at, runs) => {
      if (unspaced) return clauseOfPairs(terms);
      const isLong = [...(terms.at(-1) ?? "")].length >= MIN_BEGINNING;
      return { terms, prefix: isLong && at === runs.length - 1 && (typed || word.endsWith("*")) };
    });
  });
}

/** A single character begins the term that it is in; of several the pairs say it all. */
const clauseOfPairs = (terms: readonly string[]): Clause =>
  terms.length === 1
    ? { terms, prefix: true }
    : { terms: terms.slice(0, -1).slice(0, MAX_TERMS), prefix: false };
