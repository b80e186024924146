/**
 * @module domain/rules
 * What a valid username, e-mail address and password are. The desktop client checks the same on its side;
 * the server holds it for everybody.
 */
import { AppError } from "./error.ts";

/** VARCHAR(50) of the schema, in characters. */
const USERNAME_MAX = 50;
const EMAIL_MAX = 100;
/** Beyond this a password only costs hashing time. */
const PASSWORD_MAX = 256;

/**
 * A username in its one stored form: Unicode NFKC (so full-width letters are the plain ones), no white space
 * around it. Letters keep their case, but names that differ in case alone are the same name (see store.ts).
 * @throws AppError INVALID_FIELD when nothing is left, it is too long, or it holds control characters.
 */
export function normalizeUsername(raw: string): string {
  const name = raw.normalize("NFKC").trim();
  if (
    name === "" ||
    [...name].length > USERNAME_MAX ||
    /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}]/u.test(name) ||
    INVISIBLE.test(name)
  )
    throw new AppError("INVALID_FIELD", { field: "username" });
  return name;
}

/** As `normalizeUsername`, for looking a name up: one that no account can have is undefined, not an error. */
export function usernameToFind(raw: string): string | undefined {
  try {
    return normalizeUsername(raw);
  } catch (error) {
    if (error instanceof AppError && error.codeName === "INVALID_FIELD") return undefined;
    throw error;
  }
}

/** Zero-width and direction marks, by which one name can be made to look like another. */
const INVISIBLE = /[\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff]/;

/** An address in its one stored form: trimmed, lower case. @throws AppError INVALID_FIELD */
export function normalizeEmail(raw: string): string {
  const email = raw.trim().toLowerCase();
  if (email.length > EMAIL_MAX || !/^[a-z0-9._%+'-]+@[a-z0-9-]+(\.[a-z0-9-]+)*\.[a-z]{2,}$/.test(email))
    throw new AppError("INVALID_FIELD", { field: "email" });
  return email;
}

/** The desktop client's rules. @throws AppError WEAK_PASSWORD */
export function requireStrongPassword(password: string): void {
  const strong =
    password.length >= 8 &&
    password.length <= PASSWORD_MAX &&
    /[A-Z]/.test(password) &&
    /[a-z]/.test(password) &&
    /[0-9]/.test(password);
  if (!strong) throw new AppError("WEAK_PASSWORD", { field: "password" });
}
