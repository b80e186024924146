/**
 * @module mail/outbox
 * Mail without a mail server: every mail becomes a file `<time>-<random>.eml` in a folder, which any mail
 * program opens, and a log line `mail.outbox` that carries the code. For one's own machine and for tests.
 */
import { access, constants, mkdir, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import nodemailer from "nodemailer";
import type { Clock } from "../lib/clock.ts";
import type { Logger } from "../lib/log.ts";
import { randomSecret } from "../lib/random.ts";
import { type Mail, type MailTransport, mailFailure } from "./mail.ts";

export interface OutboxOptions {
  /** The folder; made when it is not there. */
  readonly dir: string;
  /** The From header. */
  readonly from: string;
  readonly logger: Logger;
  readonly clock: Clock;
}

/** A file appears under its final name only when it is whole: whoever watches the folder reads no half mail. */
export function outboxTransport(options: OutboxOptions): MailTransport {
  const { dir, from, logger, clock } = options;
  const composer = nodemailer.createTransport(
    { streamTransport: true, buffer: true, newline: "windows" },
    // What is in a mail comes from its fields: they never name a file or an address to fetch.
    { from, disableFileAccess: true, disableUrlAccess: true },
  );

  // Codes lie in these files in clear, so only the server's own user may read them.
  const prepare = () => mkdir(dir, { recursive: true, mode: 0o700 });

  const write = async (mail: Mail): Promise<string> => {
    await prepare();
    const { to, subject, text, html } = mail;
    const { message } = await composer.sendMail({ to, subject, text, html, date: new Date(clock.now()) });
    const name = `${fileTime(clock.now())}-${randomSecret(6)}`;
    const unfinished = join(dir, `.${name}.tmp`);
    const file = join(dir, `${name}.eml`);
    try {
      await writeFile(unfinished, message, { flag: "wx", mode: 0o600 });
      await rename(unfinished, file);
    } catch (error) {
      await rm(unfinished, { force: true });
      throw error;
    }
    return file;
  };

  return {
    kind: "outbox",
    send: async (mail) => {
      const file = await write(mail).catch((error: unknown) => {
        throw mailFailure("outbox", error);
      });
      logger.log("info", "mail.outbox", { to: mail.to, code: mail.code, file });
    },
    probe: async () => {
      try {
        await prepare();
        await access(dir, constants.W_OK);
      } catch (error) {
        throw mailFailure("outbox", error);
      }
    },
    close: async () => composer.close(),
  };
}

/** `2026-01-31T12-34-56.789Z`: sorts by time and is a legal file name everywhere (Windows allows no colon). */
const fileTime = (ms: number): string => new Date(ms).toISOString().replaceAll(":", "-");
