/**
 * @module mail/mail
 * The contract of a mail transport. Adapters: `resend`, `smtp` and `outbox`; one suite in test/contract runs on
 * all of them.
 */
import { AppError } from "../domain/error.ts";

/** How long a transport tries before it gives up, milliseconds, where its caller does not say otherwise. */
export const MAIL_TIMEOUT_MS = 10_000;

export interface Mail {
  readonly to: string;
  readonly subject: string;
  readonly text: string;
  readonly html: string;
  /**
   * The secret that the mail carries, for the log line of the outbox, which stands in for a mailbox on a
   * developer's machine. A transport that really sends never reads it.
   */
  readonly code?: string;
}

export interface MailTransport {
  /** `resend`, `smtp` or `outbox`: for the log and `chatsrv check`. */
  readonly kind: string;
  /**
   * Hands one mail over. Resolves when the other side has taken it.
   * @throws AppError NETWORK_FAILED when it has not: refused, unreachable, timed out. Never retries by itself.
   */
  send(mail: Mail): Promise<void>;
  /** Whether the transport could send now, without sending. @throws AppError NETWORK_FAILED */
  probe(): Promise<void>;
  close(): Promise<void>;
}

/** What every adapter throws: `detail` names the transport and what went wrong, for the log. */
export function mailFailure(kind: string, cause: unknown): AppError {
  const why = cause instanceof Error ? cause.message : String(cause);
  return new AppError("NETWORK_FAILED", { detail: `${kind}: ${why}`, cause });
}
