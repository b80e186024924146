/**
 * @module domain/rules
 * What a valid e-mail address and password are. The desktop client checks the same on its side;
 * the server holds it for everybody.
 */
import { domainToASCII } from "node:url";
import isEmail from "validator/lib/isEmail.js";
import { AppError } from "./error.ts";

const EMAIL_MAX = 100;
/** Beyond this a password only costs hashing time. */
const PASSWORD_MAX = 256;

/**
 * An address in its one stored form: trimmed, lower case, the domain as DNS has it (`xn--…`), so that it is compared
 * and mailed to alike everywhere. What stands before the @ is ASCII and not quoted: quoted it has led mailers to other
 * addresses, and few mail servers take anything else.
 * @throws AppError INVALID_FIELD
 */
export function normalizeEmail(raw: string): string {
  const email = emailKey(raw.trim());
  const good =
    FORMER.test(email) || (isEmail(email, { allow_utf8_local_part: false }) && !email.includes('"'));
  if (!good || email.length > EMAIL_MAX) throw new AppError("INVALID_FIELD", { field: "email" });
  return email;
}

/** The same for all ways to write one address; what is no address comes out as some text. */
export function emailKey(address: string): string {
  const written = address.toLowerCase();
  const at = written.lastIndexOf("@") + 1;
  const domain = written.slice(at);
  return written.slice(0, at) + (/^[ -~]*$/.test(domain) ? domain : domainToASCII(domain));
}

/** What was an address before: among them those with dots in a row, which Japanese carriers gave away. */
const FORMER = /^[a-z0-9._%+'-]+@[a-z0-9-]+(\.[a-z0-9-]+)*\.[a-z]{2,}$/;

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
