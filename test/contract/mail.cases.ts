/**
 * @module contract/mail.cases
 * What every mail transport must do, run by one file per transport with its own stand-in for the other side.
 */
import { describe, expect, test } from "bun:test";
import type { Email } from "postal-mime";
import type { Mail, MailTransport } from "../../src/mail/mail.ts";
import { failureOf } from "../support/failure.ts";

export const FROM = "chatsrv <no-reply@chat.example>";

export const mail: Mail = {
  to: "zoë@example.com",
  subject: "Grüße: your code — 你好",
  text: `Your code is 012345.\n.\nFrom a line with a dot alone, and a long one: ${"ä".repeat(1500)}`,
  html: "<p>Your code is <b>012345</b> 🎉</p>",
  code: "012345",
};

/** A transport and what stands on its other side. */
export interface MailHarness {
  readonly transport: MailTransport;
  /** What arrived, oldest first, decoded. */
  received(): Promise<Pick<Email, "subject" | "text" | "html" | "from" | "to">[]>;
  /** From now on nothing can be handed over. */
  breakIt(): Promise<void>;
}

export function mailContract(kind: string, open: () => Promise<MailHarness>): void {
  describe(`mail contract: ${kind}`, () => {
    test("says what it is", async () => {
      const { transport } = await open();
      expect(transport.kind).toBe(kind);
      await transport.close();
    });

    test("hands a mail over whole, in UTF-8, as text and as HTML", async () => {
      const { transport, received } = await open();
      await transport.send(mail);
      const [got, ...more] = await received();
      expect(more).toEqual([]);
      expect(got?.subject).toBe(mail.subject);
      expect(got?.from).toEqual({ name: "chatsrv", address: "no-reply@chat.example" });
      expect(got?.to).toEqual([{ name: "", address: mail.to }]);
      expect(normal(got?.text)).toBe(mail.text);
      expect(normal(got?.html)).toBe(mail.html);
      await transport.close();
    });

    test("hands over many at once, each once", async () => {
      const { transport, received } = await open();
      const subjects = Array.from({ length: 20 }, (_, i) => `mail ${i}`);
      await Promise.all(subjects.map((subject) => transport.send({ ...mail, subject })));
      const got = (await received()).map((email) => email.subject ?? "");
      expect(got.sort()).toEqual(subjects.sort());
      await transport.close();
    });

    test("a line break in a field adds no header", async () => {
      const { transport, received } = await open();
      await transport.send({ ...mail, subject: "one\r\nBcc: victim@example.com" });
      const [got] = await received();
      expect(got?.to).toEqual([{ name: "", address: mail.to }]);
      expect(got?.subject).toContain("one");
      await transport.close();
    });

    test("an address of every sign that may be in one reaches that address", async () => {
      const { transport, received } = await open();
      for (const to of ["a&b@example.org", "!#$%&'*+-/=?^_`{|}~@example.org", "a@xn--e1afmkfd.xn--p1ai"]) {
        await transport.send({ ...mail, to });
        expect((await received()).at(-1)?.to).toEqual([{ name: "", address: to }]);
      }
      await transport.close();
    });

    test("probe sends nothing", async () => {
      const { transport, received } = await open();
      await transport.probe();
      expect(await received()).toEqual([]);
      await transport.close();
    });

    test("what cannot be handed over is NETWORK_FAILED, from send and from probe", async () => {
      const { transport, breakIt } = await open();
      await breakIt();
      const sending = await failureOf(transport.send(mail));
      expect(sending.codeName).toBe("NETWORK_FAILED");
      expect(sending.retryable).toBe(true);
      expect(sending.detail).toStartWith(`${kind}: `);
      expect(sending.message).not.toContain("012345");
      expect((await failureOf(transport.probe())).codeName).toBe("NETWORK_FAILED");
      await transport.close();
    });
  });
}

/** Mail ends lines with CRLF and a body with one more of them; neither is content. */
const normal = (text: string | undefined) => text?.replaceAll("\r\n", "\n").trimEnd();
