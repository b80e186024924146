/**
 * @module domain/search/terms
 * A text as the terms by which it is found, in order: words; of scripts that put no spaces between them each two characters that
 * follow each other; emoji, each by itself.
 */
import { folded } from "./fold.ts";

/** Characters of a term; what is longer is found by its beginning. */
const MAX_TERM = 40;

/** Scripts without spaces between words, and Korean, whose words carry their endings with them. */
const UNSPACED =
  "\\p{sc=Han}\\p{sc=Hiragana}\\p{sc=Katakana}\\p{sc=Hangul}\\p{sc=Bopomofo}\\p{sc=Thai}\\p{sc=Lao}\\p{sc=Khmer}\\p{sc=Myanmar}ー々〆";
const RUNS = new RegExp(
  `(?<unspaced>[${UNSPACED}]+)|(?<word>(?:(?![${UNSPACED}])[\\p{L}\\p{N}\\p{M}])+)|(?<emoji>\\p{Extended_Pictographic}|\\p{RI}\\p{RI})`,
  "gu",
);

/** A stretch of text in which the terms follow each other. */
export interface Run {
  readonly terms: readonly string[];
  /** Of a script without spaces: its terms overlap, and the last one is a single character. */
  readonly unspaced: boolean;
}

export function runsOf(text: string): Run[] {
  const runs: Run[] = [];
  for (const { groups } of folded(text).matchAll(RUNS)) {
    const { unspaced, word, emoji } = groups ?? {};
    if (unspaced !== undefined) runs.push({ terms: pairsOf(unspaced), unspaced: true });
    else runs.push({ terms: [cut(word ?? emoji ?? "")], unspaced: false });
  }
  return runs;
}

/** All terms of a text, in order. */
export const termsOf = (text: string): string[] => runsOf(text).flatMap(({ terms }) => terms);

/** Each two neighbours, and the last character: so every character begins a term. */
function pairsOf(run: string): string[] {
  const characters = [...run];
  return characters.map((character, index) => character + (characters[index + 1] ?? ""));
}

const cut = (word: string): string =>
  word.length <= MAX_TERM ? word : [...word].slice(0, MAX_TERM).join("");
