/**
 * @module mail/smtp
 * Mail over SMTP by nodemailer. The URL says how: `smtp://user:pass@host:587` upgrades by STARTTLS when the
 * server offers it (`?requireTLS=true` insists), `smtps://host` is TLS from the first byte;
 * `?tls.rejectUnauthorized=false` accepts a certificate that nobody signed.
 */
import nodemailer from "nodemailer";
import { MAIL_TIMEOUT_MS, type MailTransport, mailFailure } from "./mail.ts";

export interface SmtpOptions {
  readonly url: string;
  /** The From header and the envelope's sender. */
  readonly from: string;
  /** For one whole send or probe, milliseconds. */
  readonly timeoutMs?: number;
}

/** One connection per mail: codes are rare, and a connection kept open is one more thing that goes stale. */
export function smtpTransport(options: SmtpOptions): MailTransport {
  const { url, from, timeoutMs = MAIL_TIMEOUT_MS } = options;
  const mailer = nodemailer.createTransport(
    {
      url,
      connectionTimeout: timeoutMs,
      greetingTimeout: timeoutMs,
      socketTimeout: timeoutMs,
      dnsTimeout: timeoutMs,
      socketCloseTimeout: 0,
    },
    { from, disableFileAccess: true, disableUrlAccess: true },
  );

  return {
    kind: "smtp",
    send: async ({ to, subject, text, html }) => {
      try {
        // The single timeouts above restart with every answer of the server; the signal bounds the whole.
        await mailer.sendMail({ to, subject, text, html, signal: AbortSignal.timeout(timeoutMs) });
      } catch (error) {
        throw mailFailure("smtp", error);
      }
    },
    probe: async () => {
      try {
        await within(timeoutMs, mailer.verify());
      } catch (error) {
        throw mailFailure("smtp", error);
      }
    },
    close: async () => mailer.close(),
  };
}

/** @throws Error when `work` is not done in time; its connection then ends by the timeouts of its own. */
async function within(ms: number, work: Promise<unknown>): Promise<void> {
  let timer: Timer | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${ms} ms`)), ms);
  });
  await Promise.race([work, late]).finally(() => clearTimeout(timer));
}
