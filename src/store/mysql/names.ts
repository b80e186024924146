/**
 * @module store/mysql/names
 * The collation of names is broader than the contract: it also takes "é" for "e". That keeps confusable names
 * from being registered, but finding must not take one user for another.
 */

/** Whether a stored name is the one asked for: the same but for the case of ASCII letters. */
export function sameName(stored: string, asked: string): boolean {
  return stored === asked || folded(stored) === folded(asked);
}

/** Names of an adopted database may lack the normal form that ours are stored in (domain/rules). */
function folded(name: string): string {
  return name
    .normalize("NFKC")
    .trim()
    .replace(/[A-Z]/g, (letter) => letter.toLowerCase());
}
