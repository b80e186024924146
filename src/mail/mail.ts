/**
 * @module mail/mail
 * The contract of a mail transport.
 */
export interface Mail {
  readonly to: string;
  readonly subject: string;
  readonly text: string;
  readonly html: string;
}

export interface MailTransport {
  /** `resend`, `smtp` or `outbox`: for the log and `chatsrv check`. */
  readonly kind: string;
  /**
   * Hands one mail over. Resolves when the other side has taken it.
   * @throws AppError NETWORK_ERROR when it has not: refused, unreachable, timed out. Never retries by itself.
   */
  send(mail: Mail): Promise<void>;
  /** Whether the transport could send now, without sending. @throws AppError NETWORK_ERROR */
  probe(): Promise<void>;
  close(): Promise<void>;
}
