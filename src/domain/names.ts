/**
 * @module domain/names
 * What people may be called: the username, by which an account is found and which is nobody else's, and the names
 * that are only shown. Which usernames are too much alike is domain/skeleton's.
 */
import { AppError } from "./error.ts";
import { foldBlanks } from "./skeleton.ts";

/** VARCHAR(50) of the schema, in characters. */
const USERNAME_MAX = 50;

/** Never part of a username: control characters, halves of a pair, separators of lines, what turns the order of reading. */
const FORBIDDEN = /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\u202a-\u202e]/u;
/** Something to see: a letter, a digit, a sign, a symbol. */
const VISIBLE = /[\p{L}\p{N}\p{P}\p{S}\p{Extended_Pictographic}]/u;
/**
 * What is not seen. The first group is what changes how its neighbours look, and stays: the joiner and the non-joiner in scripts
 * whose letters join, and between pictures; the mark that makes a sign a picture.
 */
const INVISIBLE =
  /((?<=[\p{Extended_Pictographic}\p{Emoji_Modifier}\ufe0f])\u200d(?=\p{Extended_Pictographic})|(?<=\p{Extended_Pictographic})\ufe0f|(?<=[[\p{L}\p{M}]--[\p{scx=Latin}\p{scx=Greek}\p{scx=Cyrillic}\p{scx=Han}\p{scx=Hangul}\p{scx=Hiragana}\p{scx=Katakana}\p{scx=Common}]])[\u200c\u200d](?=\p{L}))|\p{Default_Ignorable_Code_Point}/gv;

/**
 * A username in the form in which it is stored: Unicode NFKC (so full-width letters are the plain ones), every run of
 * blanks one space, nothing invisible in it but what the script needs. Letters keep their case.
 * @throws AppError INVALID_FIELD when nothing visible is left, it is too long, or it holds control characters.
 */
export function normalizeUsername(raw: string): string {
  const text = raw.normalize("NFKC").trim();
  const name = foldBlanks(text.replace(INVISIBLE, "$1"));
  if (FORBIDDEN.test(text) || !VISIBLE.test(name) || [...name].length > USERNAME_MAX)
    throw new AppError("INVALID_FIELD", { field: "username" });
  return name;
}

/**
 * The stored forms under which a username that somebody typed is looked up, in this order; none when no account can
 * have it. Accounts of old may have a name that nobody could register today: it is found as it is.
 */
export function usernamesToFind(raw: string): string[] {
  const typed = raw.normalize("NFKC").trim();
  const names = [FORBIDDEN.test(typed) || [...typed].length > USERNAME_MAX ? "" : typed, storedForm(raw)];
  return [...new Set(names)].filter((name) => name !== "");
}

/** The same for all ways to type a username; for counting what is done with an account. */
export const usernameKey = (raw: string): string | undefined => usernamesToFind(raw).at(-1)?.toLowerCase();

/**
 * Checks a name that is only shown (a nickname, what a friend calls one): "" for none, else there is something to see,
 * and what turns the order of reading ends where it began, so that nothing beside the name is turned.
 * @throws AppError INVALID_FIELD (field)
 */
export function requireShowable(name: string, field: string): void {
  if (name !== "" && !(VISIBLE.test(foldBlanks(name.replace(INVISIBLE, ""))) && isBidiBalanced(name)))
    throw new AppError("INVALID_FIELD", { field });
}

/** Whether every embedding, override and isolate is closed by its own end, and nothing else is. */
function isBidiBalanced(text: string): boolean {
  const open: string[] = [];
  for (const [control] of text.matchAll(/[\u202a-\u202e\u2066-\u2069]/g)) {
    if (control === POP_DIRECTION || control === POP_ISOLATE) {
      if (open.pop() !== control) return false;
    } else open.push(control >= "\u2066" ? POP_ISOLATE : POP_DIRECTION);
  }
  return open.length === 0;
}

/** Ends an embedding or override; ends an isolate. */
const POP_DIRECTION = "\u202c";
const POP_ISOLATE = "\u2069";

function storedForm(raw: string): string {
  try {
    return normalizeUsername(raw);
  } catch {
    return "";
  }
}
