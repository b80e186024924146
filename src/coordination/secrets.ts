/**
 * @module coordination/secrets
 * The form in which both adapters keep secrets.
 */
import { sha256 } from "../lib/random.ts";

/** A verification code, bound to its address so that equal codes of two addresses do not look equal. */
export const hashCode = (email: string, code: string): string => sha256(`${email}\0${code}`);

/** A login token or resume ticket; random itself, so a plain hash is enough. */
export const hashToken = (token: string): string => sha256(token);
