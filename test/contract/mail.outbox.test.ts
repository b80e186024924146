/**
 * @module contract/mail.outbox
 * The outbox: files that are real mails, and the log line that carries the code.
 */
import { expect, test } from "bun:test";
import { mkdir, readdir, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import PostalMime from "postal-mime";
import { systemClock } from "../../src/lib/clock.ts";
import type { LogFields, Logger } from "../../src/lib/log.ts";
import { silentLogger } from "../../src/lib/log.ts";
import { openMail } from "../../src/mail/open.ts";
import { outboxTransport } from "../../src/mail/outbox.ts";
import { HeldClock } from "../support/clock.ts";
import { failureOf } from "../support/failure.ts";
import { tempDir } from "../support/tempdir.ts";
import { FROM, mail, mailContract } from "./mail.cases.ts";

const files = async (dir: string) => (await readdir(dir)).sort().map((name) => join(dir, name));

mailContract("outbox", async () => {
  const dir = join(tempDir("outbox"), "data", "outbox");
  const logger = silentLogger;
  return {
    transport: outboxTransport({ dir, from: FROM, logger, clock: systemClock }),
    received: async () =>
      Promise.all((await files(dir)).map(async (file) => PostalMime.parse(await Bun.file(file).bytes()))),
    breakIt: async () => {
      await mkdir(join(dir, ".."), { recursive: true });
      await writeFile(dir, "a file where the folder should be");
    },
  };
});

test("the file is named by time, readable by its owner only, CRLF throughout, nothing unfinished beside it", async () => {
  const dir = join(tempDir("outbox"), "outbox");
  const clock = new HeldClock(Date.UTC(2026, 0, 31, 12, 34, 56, 789));
  await outboxTransport({ dir, from: FROM, logger: silentLogger, clock }).send(mail);
  const [file, ...more] = await files(dir);
  expect(more).toEqual([]);
  expect(file).toMatch(/\/2026-01-31T12-34-56\.789Z-[\w-]{8}\.eml$/);
  expect((await stat(file ?? "")).mode & 0o777).toBe(0o600);
  const raw = await Bun.file(file ?? "").text();
  expect(raw.replaceAll("\r\n", "")).not.toContain("\n");
  expect(raw).toContain("Date: Sat, 31 Jan 2026 12:34:56 +0000\r\n");
  expect(raw).toContain("MIME-Version: 1.0\r\n");
  expect(raw.split("\r\n").every((line) => line.length <= 998)).toBe(true);
});

test("logs mail.outbox with the address and the code once the file is there", async () => {
  const lines: { event: string; fields: LogFields | undefined }[] = [];
  const logger: Logger = { log: (_level, event, fields) => lines.push({ event, fields }) };
  const dir = join(tempDir("outbox"), "outbox");
  const transport = openMail(
    { transport: "outbox", from: FROM, outboxDir: dir, resendApiKey: "", resendBaseUrl: "", smtpUrl: "" },
    logger,
  );
  await transport.send(mail);
  expect(lines).toEqual([
    { event: "mail.outbox", fields: { to: mail.to, code: "012345", file: (await files(dir))[0] } },
  ]);
  await writeFile(join(dir, "..", "blocked"), "");
  const blocked = outboxTransport({
    dir: join(dir, "..", "blocked"),
    from: FROM,
    logger,
    clock: systemClock,
  });
  await failureOf(blocked.send(mail));
  expect(lines).toHaveLength(1);
});
