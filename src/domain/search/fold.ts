/**
 * @module domain/search/fold
 * What counts as the same when texts are searched: width and compatibility forms (NFKC), case, diacritics.
 */

/**
 * Marks that are written over letters and can be left out: Latin, Greek and Cyrillic accents, Hebrew points, Arabic vowels. Those of
 * Thai, Indic and kana are letters of their own and stay.
 */
const DIACRITICS = /[\u0300-\u036f\u0591-\u05c7\u064b-\u065f\u0670\u0640]/gu;

/** A text with all that does not count taken away. Idempotent. */
export function folded(text: string): string {
  // Upper case first: it writes out what one letter stands for two of (ß), lower case alone does not.
  const plain = text.normalize("NFKC").toUpperCase().toLowerCase().normalize("NFD").replace(DIACRITICS, "");
  return plain.replaceAll("ς", "σ").normalize("NFC");
}
