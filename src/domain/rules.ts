/**
 * @module domain/rules
 * What a valid e-mail address and password are. The desktop client checks the same on its side;
 * the server holds it for everybody.
 */
import { AppError } from "./error.ts";

const EMAIL_MAX = 100;
/** Beyond this a password only costs hashing time. */
const PASSWORD_MAX = 256;

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
