/**
 * @module unit/passwords
 * Hashing with the parameters of the design, verification by a hash's own, and bounds on both.
 */
import { describe, expect, test } from "bun:test";
import { AppError } from "../../src/domain/error.ts";
import { PasswordHasher } from "../../src/services/accounts/passwords.ts";

const cheap = { memoryCostKiB: 8, timeCost: 1 };
const PASSWORD = "Correct1 horse ü 🐴\0 battery";

describe("PasswordHasher", () => {
  test("hashes with argon2id, 19 MiB and two passes, salted", async () => {
    const hasher = await PasswordHasher.create();
    const [one, two] = await Promise.all([hasher.hash(PASSWORD), hasher.hash(PASSWORD)]);
    expect(one).toStartWith("$argon2id$v=19$m=19456,t=2,p=1$");
    expect(one).not.toBe(two);
    expect(await hasher.verify(PASSWORD, one)).toBe(true);
    expect(await hasher.verify(`${PASSWORD} `, one)).toBe(false);
  });

  test("verifies by the hash's own algorithm and parameters", async () => {
    const hasher = await PasswordHasher.create(cheap);
    const hashes = await Promise.all([
      Bun.password.hash(PASSWORD, { algorithm: "bcrypt", cost: 4 }),
      Bun.password.hash(PASSWORD, { algorithm: "argon2i", memoryCost: 16, timeCost: 3 }),
      Bun.password.hash(PASSWORD, { algorithm: "argon2d", memoryCost: 32, timeCost: 1 }),
    ]);
    for (const hash of hashes) {
      expect(await hasher.verify(PASSWORD, hash)).toBe(true);
      expect(await hasher.verify("another", hash)).toBe(false);
    }
  });

  test("what is stored and is no hash matches nothing, not even itself", async () => {
    const hasher = await PasswordHasher.create(cheap);
    for (const stored of [PASSWORD, "", "$argon2id$v=19$m=99999999999,t=2$aa$bb", "$9$nope", "\0"])
      expect(await hasher.verify(stored || PASSWORD, stored)).toBe(false);
  });

  test("an empty password verifies as wrong", async () => {
    const hasher = await PasswordHasher.create(cheap);
    expect(await hasher.verify("", await hasher.hash(PASSWORD))).toBe(false);
  });

  test("an unknown user costs what a wrong password costs", async () => {
    const hasher = await PasswordHasher.create();
    const hash = await hasher.hash(PASSWORD);
    const timed = async (work: () => Promise<boolean>) => {
      const began = performance.now();
      expect(await work()).toBe(false);
      return performance.now() - began;
    };
    // In turns, so that whatever else this machine does meets both alike.
    let [wrong, unknown] = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY];
    for (let i = 0; i < 12; i++) {
      wrong = Math.min(wrong, await timed(() => hasher.verify("wrong", hash)));
      unknown = Math.min(unknown, await timed(() => hasher.verifyAgainstNothing("wrong")));
    }
    expect(unknown / wrong).toBeGreaterThan(0.5);
    expect(unknown / wrong).toBeLessThan(2);
  });

  test("past its queue it answers RATE_LIMITED at once, and goes on", async () => {
    const hasher = await PasswordHasher.create({ ...cheap, concurrency: 1, queueLimit: 2 });
    const hash = await hasher.hash(PASSWORD);
    const results = await Promise.allSettled(Array.from({ length: 5 }, () => hasher.verify(PASSWORD, hash)));
    expect(results.filter(({ status }) => status === "fulfilled")).toHaveLength(3);
    for (const result of results) {
      if (result.status === "fulfilled") continue;
      expect(result.reason).toBeInstanceOf(AppError);
      expect(result.reason).toMatchObject({ codeName: "RATE_LIMITED", retryAfterMs: expect.any(Number) });
    }
    expect(await hasher.verify(PASSWORD, hash)).toBe(true);
    expect(hasher.waiting).toBe(0);
  });

  test("a herd from one address does not keep a person at another waiting", async () => {
    const hasher = await PasswordHasher.create({ ...cheap, concurrency: 1 });
    const hash = await hasher.hash(PASSWORD);
    const ended: string[] = [];
    const logIn = (from: string) =>
      hasher.verify(PASSWORD, hash, { from, known: false }).then(() => ended.push(from));
    const herd = Array.from({ length: 100 }, () => logIn("203.0.113.7"));
    await logIn("198.51.100.1");
    expect(ended.length).toBeLessThan(5);
    await Promise.all(herd);
  });
});
