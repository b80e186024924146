/**
 * @module unit/verification
 * The verify role on the memory coordination: codes, cooldown, and what is left behind by a failure.
 */
import { beforeEach, describe, expect, test } from "bun:test";
import type { Coordination } from "../../src/coordination/coordination.ts";
import { openMemory } from "../../src/coordination/memory/index.ts";
import { unavailable } from "../../src/domain/error.ts";
import { silentLogger } from "../../src/lib/log.ts";
import { type Mail, mailFailure } from "../../src/mail/mail.ts";
import { VerificationService } from "../../src/services/accounts/verification.ts";
import { HeldClock } from "../support/clock.ts";
import { failureOf } from "../support/failure.ts";

const EMAIL = "ada@example.com";
const COOLDOWN = 60_000;
const TTL = 180_000;

let clock = new HeldClock();
let coordination: Coordination;
let mails: Mail[] = [];
let sendMail: (mail: Mail) => Promise<void>;

function service(codes = coordination.codes): VerificationService {
  return new VerificationService({
    codes,
    mail: { send: (mail) => sendMail(mail) },
    logger: silentLogger,
    codeTtlMs: TTL,
    resendCooldownMs: COOLDOWN,
  });
}

beforeEach(() => {
  clock = new HeldClock();
  coordination = openMemory({ clock });
  mails = [];
  sendMail = async (mail) => {
    mails.push(mail);
  };
});

const codeOf = (mail: Mail | undefined) => mail?.code ?? "";
const check = (code: string) => coordination.codes.check(EMAIL, code, 5);
describe("sendCode", () => {
  test("mails six digits and stores them for the TTL", async () => {
    await service().sendCode(EMAIL);
    const [mail] = mails;
    expect(mail?.to).toBe(EMAIL);
    expect(codeOf(mail)).toMatch(/^\d{6}$/);
    for (const part of [mail?.subject, mail?.text, mail?.html]) expect(part).toContain(codeOf(mail));
    expect(mail?.text).toContain("3 minutes");
    clock.pass(TTL - 1);
    expect(await check(codeOf(mail))).toBe("ok");
    clock.pass(1);
    expect(await check(codeOf(mail))).toBe("missing");
  });

  test("asks its source for six digits and keeps leading zeros", async () => {
    const asked: number[] = [];
    const makeCode = (digits: number) => {
      asked.push(digits);
      return "000042";
    };
    await new VerificationService({
      codes: coordination.codes,
      mail: { send: (mail) => sendMail(mail) },
      logger: silentLogger,
      codeTtlMs: TTL,
      resendCooldownMs: COOLDOWN,
      makeCode,
    }).sendCode(EMAIL);
    expect(asked).toEqual([6]);
    expect(await check("000042")).toBe("ok");
    expect(await check("42")).toBe("wrong");
  });

  test("one address in any spelling gets one mail per cooldown", async () => {
    await service().sendCode(EMAIL);
    clock.pass(1_000);
    const error = await failureOf(service().sendCode(` ${EMAIL.toUpperCase()}\t`));
    expect(error).toMatchObject({ codeName: "RATE_LIMITED", retryAfterMs: COOLDOWN - 1_000 });
    expect(await check(codeOf(mails[0]))).toBe("ok");
    clock.pass(COOLDOWN - 1_000);
    await service().sendCode(EMAIL);
    expect(mails).toHaveLength(2);
    expect(await check(codeOf(mails[1]))).toBe("ok");
  });

  test("of many at once one gets through", async () => {
    const results = await Promise.allSettled(Array.from({ length: 10 }, () => service().sendCode(EMAIL)));
    expect(results.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
    expect(mails).toHaveLength(1);
  });

  test.each([
    "",
    "ada",
    "ada@",
    "@example.com",
    "a b@example.com",
    "ada@example",
    "ada@example.com\r\nBcc: x@y.zz",
  ])("no address: %p", async (email) => {
    expect(await failureOf(service().sendCode(email))).toMatchObject({
      codeName: "INVALID_FIELD",
      field: "email",
    });
    expect(mails).toEqual([]);
  });

  test("a mail that fails stores nothing and leaves the address free to ask again", async () => {
    sendMail = async () => {
      throw mailFailure("smtp", "away");
    };
    expect((await failureOf(service().sendCode(EMAIL))).codeName).toBe("NETWORK_FAILED");
    expect(await check("000000")).toBe("missing");
    sendMail = async (mail) => {
      mails.push(mail);
    };
    await service().sendCode(EMAIL);
    expect(await check(codeOf(mails[0]))).toBe("ok");
  });

  test("a mail that fails leaves an earlier code as it was", async () => {
    await service().sendCode(EMAIL);
    clock.pass(COOLDOWN);
    sendMail = async () => {
      throw mailFailure("smtp", "away");
    };
    await failureOf(service().sendCode(EMAIL));
    expect(await check(codeOf(mails[0]))).toBe("ok");
  });

  test("coordination away is error 8: before the mail nothing is sent, after it the address may ask again", async () => {
    const away = async () => {
      throw unavailable("redis");
    };
    const { codes } = coordination;
    const own = {
      reserve: codes.reserve.bind(codes),
      release: codes.release.bind(codes),
      put: codes.put.bind(codes),
    };
    const before = service({ ...codes, ...own, reserve: away } as typeof codes);
    expect((await failureOf(before.sendCode(EMAIL))).codeName).toBe("COORDINATION_AWAY");
    expect(mails).toEqual([]);
    const after = service({ ...codes, ...own, put: away } as typeof codes);
    expect((await failureOf(after.sendCode(EMAIL))).codeName).toBe("COORDINATION_AWAY");
    expect(mails).toHaveLength(1);
    await service().sendCode(EMAIL);
    const lost = service({ ...codes, ...own, put: away, release: away } as typeof codes);
    clock.pass(COOLDOWN);
    expect((await failureOf(lost.sendCode(EMAIL))).codeName).toBe("COORDINATION_AWAY");
  });
});
