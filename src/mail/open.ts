/**
 * @module mail/open
 * Picks the mail transport that the configuration names; nothing else compares these words.
 */
import { systemClock } from "../lib/clock.ts";
import type { Logger } from "../lib/log.ts";
import type { MailTransport } from "./mail.ts";
import { outboxTransport } from "./outbox.ts";
import { resendTransport } from "./resend.ts";
import { smtpTransport } from "./smtp.ts";

export type MailTransportKind = "resend" | "smtp" | "outbox";

/** Section `[Mail]` of the configuration; what the chosen transport does not use may be empty. */
export interface MailOptions {
  readonly transport: MailTransportKind;
  /** The From header of every mail: `name <address>` or an address. */
  readonly from: string;
  readonly resendApiKey: string;
  readonly resendBaseUrl: string;
  readonly smtpUrl: string;
  readonly outboxDir: string;
}

/** Opens no connection: a transport that is away shows in `probe` and `send`. */
export function openMail(options: MailOptions, logger: Logger): MailTransport {
  const { from } = options;
  switch (options.transport) {
    case "resend":
      return resendTransport({ from, apiKey: options.resendApiKey, baseUrl: options.resendBaseUrl });
    case "smtp":
      return smtpTransport({ from, url: options.smtpUrl });
    case "outbox":
      return outboxTransport({ from, dir: options.outboxDir, logger, clock: systemClock });
  }
}
