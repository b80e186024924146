/**
 * @module domain/search/encoded
 * Terms as words that the full-text indexes of databases leave alone: of ASCII letters and digits only, none shorter than three
 * characters, none a stop word, none longer than 84. Equal terms are equal words, a term's beginning is its word's.
 */

/** What a term's word begins with, and a conversation's: no stop word does, and neither is taken for the other. */
const TERM = "qz";
const CONVERSATION = "qc";
/** InnoDB indexes no longer ones. */
const MAX_WORD = 84;
/** Stands before what is no ASCII letter or digit, and before itself. */
const ESCAPE = "z";

export function encodedTerm(term: string): string {
  let word = TERM;
  for (const character of term) {
    const code = encodedCharacter(character);
    if (word.length + code.length > MAX_WORD) break;
    word += code;
  }
  return word;
}

/** The word by which all messages of a conversation are found. */
export const encodedConversation = (conversation: number): string => `${CONVERSATION}${conversation}`;

/** One character itself, or an escape and as many digits as it says: no code is the beginning of another. */
function encodedCharacter(character: string): string {
  if (/^[a-y0-9]$/.test(character)) return character;
  const digits = (character.codePointAt(0) ?? 0).toString(36);
  return `${ESCAPE}${digits.length}${digits}`;
}
