/**
 * @module domain/search/encoded
 * Terms as words of ASCII letters and digits, in which no full-text index finds anything to cut or to fold by rules of
 * its own. Equal terms are equal words, and a term's beginning is its word's.
 */

/** What a term's word begins with, and a conversation's, so that neither is taken for the other. */
const TERM = "t";
const CONVERSATION = "c";
/** Stands before what is no ASCII letter or digit, and before itself. */
const ESCAPE = "z";

export const encodedTerm = (term: string): string => TERM + [...term].map(encodedCharacter).join("");

/** The word by which all messages of a conversation are found. */
export const encodedConversation = (conversation: number): string => `${CONVERSATION}${conversation}`;

/** One character itself, or an escape and as many digits as it says: no code is the beginning of another. */
function encodedCharacter(character: string): string {
  if (/^[a-y0-9]$/.test(character)) return character;
  const digits = (character.codePointAt(0) ?? 0).toString(36);
  return `${ESCAPE}${digits.length}${digits}`;
}
