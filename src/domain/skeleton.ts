/**
 * @module domain/skeleton
 * What names look like: Unicode's confusable skeletons (UTS 39), beyond which case, accents, spaces and what is
 * invisible do not count either. Names that share a skeleton can be taken for each other. The prototypes are
 * the Unicode Consortium's confusables.txt as the package unhomoglyph keeps it.
 */
import confusables from "unhomoglyph/data.json";

/** The column's width. Only a name full of ligatures is longer; then its first 255 characters stand for it. */
const MAX_LENGTH = 255;

const PROTOTYPES: ReadonlyMap<string, string> = new Map(Object.entries<string>(confusables));

const INVISIBLE = /\p{Default_Ignorable_Code_Point}/gu;
/** Marks that go on letters of any script. Those of one script are letters there, as the vowels of Devanagari. */
const ACCENTS = /[\p{Script=Inherited}&&\p{Mn}]/gv;
/** White space, and the braille pattern without a dot. */
const BLANKS = /[\p{White_Space}\u2800]+/gu;

/** Every run of blanks as one space, none around the text. */
export const foldBlanks = (text: string): string => text.replace(BLANKS, " ").trim();

/**
 * The skeletons of a name, at least one, sorted. There are two where a letter looks like another one in upper case
 * only: a capital I is an l to the eye, yet the same letter as i, so that Ivan keeps both lvan and IVAN away.
 */
export function skeletonsOf(name: string): string[] {
  const bare = foldBlanks(name.normalize("NFKC").replace(INVISIBLE, ""));
  return [...new Set([skeleton(bare), skeleton(foldCase(bare))])].sort();
}

function skeleton(name: string): string {
  let shape = name;
  for (;;) {
    // The prototype of a small letter may be a capital one (0 is an O), whose small one has another prototype.
    const next = foldCase(prototypes(shape));
    if (next === shape) return [...shape.normalize("NFC")].slice(0, MAX_LENGTH).join("");
    shape = next;
  }
}

function prototypes(text: string): string {
  let shape = "";
  for (const character of text.normalize("NFD")) shape += PROTOTYPES.get(character) ?? character;
  return shape.normalize("NFD").replace(ACCENTS, "");
}

/** Upper case first: some letters are alike there alone (ß and ss, ſ and s, ς and σ). */
const foldCase = (text: string): string => text.toUpperCase().toLowerCase().replaceAll("ς", "σ");
