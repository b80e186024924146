/**
 * @module services/accounts/verification
 * The verify role: makes six-digit codes and mails them. A code is stored only when its mail was handed over,
 * and an address gets one mail per cooldown.
 */
import type { CodeStore } from "../../coordination/coordination.ts";
import { AppError } from "../../domain/error.ts";
import { normalizeEmail } from "../../domain/rules.ts";
import type { Logger } from "../../lib/log.ts";
import { randomDigits } from "../../lib/random.ts";
import type { Mail, MailTransport } from "../../mail/mail.ts";
import { coordinated } from "../coordinated.ts";
import type { CodeSender } from "../ports.ts";

const CODE_DIGITS = 6;

export interface VerificationOptions {
  readonly codes: Pick<CodeStore, "reserve" | "release" | "put">;
  readonly mail: Pick<MailTransport, "send">;
  readonly logger: Logger;
  /** How long a code is good, milliseconds. */
  readonly codeTtlMs: number;
  /** How long an address waits for its next mail, milliseconds. */
  readonly resendCooldownMs: number;
  /** Makes a code of so many digits; a test holds it. */
  readonly makeCode?: (digits: number) => string;
}

export class VerificationService implements CodeSender {
  readonly #options: VerificationOptions;

  constructor(options: VerificationOptions) {
    this.#options = options;
  }

  /**
   * As `CodeSender` says. When the mail fails, or the code cannot be stored after it, the address may ask
   * again at once: the code in that mail is worth nothing.
   */
  async sendCode(rawEmail: string): Promise<void> {
    const { codes, codeTtlMs, resendCooldownMs, makeCode = randomDigits } = this.#options;
    const email = normalizeEmail(rawEmail);
    const waitMs = await coordinated(codes.reserve(email, resendCooldownMs));
    if (waitMs > 0)
      throw new AppError("RATE_LIMITED", { retryAfterMs: waitMs, detail: "a code was mailed just now" });
    const code = makeCode(CODE_DIGITS);
    try {
      await this.#options.mail.send(codeMail(email, code, codeTtlMs));
      await coordinated(codes.put(email, code, codeTtlMs));
    } catch (error) {
      await this.#release(email);
      throw error;
    }
  }

  /** Coordination may be what failed; then the reservation ends by its own time. */
  async #release(email: string): Promise<void> {
    await this.#options.codes
      .release(email)
      .catch((error: unknown) => this.#options.logger.log("warn", "verification.release_failed", { error }));
  }
}

/** What people read. The code stands alone on its line, so that it is easily marked and copied. */
function codeMail(to: string, code: string, ttlMs: number): Mail {
  const lifetime = inWords(ttlMs);
  return {
    to,
    code,
    subject: `${code} is your code`,
    text: [
      "Hello,",
      "",
      "here is the code that you asked for:",
      "",
      `    ${code}`,
      "",
      `It is good for ${lifetime}, and once.`,
      "If you did not ask for it, somebody mistyped their address; you need not do anything.",
      "",
    ].join("\n"),
    html: [
      `<div style="font-family: system-ui, sans-serif; font-size: 16px; line-height: 1.5; color: #222">`,
      "<p>Hello,</p>",
      "<p>here is the code that you asked for:</p>",
      `<p style="font-size: 32px; font-weight: 600; letter-spacing: 6px; margin: 24px 0">${code}</p>`,
      `<p>It is good for ${lifetime}, and once.</p>`,
      `<p style="color: #666">If you did not ask for it, somebody mistyped their address; you need not do anything.</p>`,
      "</div>",
    ].join("\n"),
  };
}

/** 180000 → "3 minutes". */
function inWords(ms: number): string {
  const seconds = Math.round(ms / 1000);
  const [amount, unit] = seconds % 60 === 0 ? [seconds / 60, "minute"] : [seconds, "second"];
  return `${amount} ${unit}${amount === 1 ? "" : "s"}`;
}
