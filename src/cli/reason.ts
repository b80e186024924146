/**
 * @module cli/reason
 * Errors in a person's words.
 */
import { AppError } from "../domain/error.ts";
import { CertificateError } from "../lib/certificates.ts";
import { CommandFailure } from "./io.ts";

/** What went wrong, for a person: an expected failure in a sentence, anything else with its stack. */
export function reasonOf(error: unknown): string {
  if (error instanceof CommandFailure || error instanceof CertificateError) return error.message;
  if (error instanceof AppError) {
    const told = error.detail ?? error.message;
    // Adapters that tell why do so behind a colon.
    const cause = error.cause instanceof Error && !told.includes(": ") ? `: ${error.cause.message}` : "";
    return `${told}${cause}`;
  }
  if (!(error instanceof Error)) return String(error);
  // What the system says (a port that is taken, a folder that may not be written) is no bug of ours.
  return "code" in error ? error.message : (error.stack ?? error.message);
}
