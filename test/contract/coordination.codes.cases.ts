/**
 * @module contract/coordination.codes.cases
 * Verification codes on any adapter.
 */
import { describe, expect, test } from "bun:test";
import { atOnce, type Current, LONG, SHORT } from "./coordination.fixture.ts";

const EMAIL = "ann@example.com";

export function codeCases(current: Current): void {
  const codes = () => current().coordination.codes;

  describe("codes", () => {
    test("one reservation per cooldown and address; a released one is free again", async () => {
      expect(await codes().reserve(EMAIL, LONG)).toBe(0);
      const wait = await codes().reserve(EMAIL, LONG);
      expect(wait).toBeGreaterThan(LONG - 5_000);
      expect(wait).toBeLessThanOrEqual(LONG);
      expect(await codes().reserve("bea@example.com", LONG)).toBe(0);
      await codes().release(EMAIL);
      expect(await codes().reserve(EMAIL, LONG)).toBe(0);
    });

    test("of 100 who reserve at once one does", async () => {
      const waits = await atOnce(100, () => codes().reserve(EMAIL, LONG));
      expect(waits.filter((wait) => wait === 0)).toHaveLength(1);
    });

    test("a reservation ends after what it said", async () => {
      await codes().reserve(EMAIL, SHORT);
      const wait = await codes().reserve(EMAIL, SHORT);
      expect(wait).toBeGreaterThan(0);
      await current().within(wait, async () => (await codes().reserve(EMAIL, SHORT)) === 0);
    });

    test("checking spends nothing; of 100 who spend at once one does", async () => {
      await codes().put(EMAIL, "123456", LONG);
      expect(await codes().check(EMAIL, "123456", 5)).toBe("ok");
      expect(await codes().check(EMAIL, "123456", 5)).toBe("ok");
      expect(await codes().spend(EMAIL, "000000")).toBe(false);
      const spent = await atOnce(100, () => codes().spend(EMAIL, "123456"));
      expect(spent.filter(Boolean)).toHaveLength(1);
      expect(await codes().check(EMAIL, "123456", 5)).toBe("missing");
    });

    test("a code is for its address only", async () => {
      await codes().put(EMAIL, "123456", LONG);
      expect(await codes().check("bea@example.com", "123456", 5)).toBe("missing");
      expect(await codes().spend("bea@example.com", "123456")).toBe(false);
    });

    test("five wrong tries are wrong and the code still good; the sixth kills it", async () => {
      await codes().put(EMAIL, "123456", LONG);
      for (let i = 0; i < 5; i += 1) expect(await codes().check(EMAIL, "000000", 5)).toBe("wrong");
      expect(await codes().check(EMAIL, "123456", 5)).toBe("ok");
      expect(await codes().check(EMAIL, "000000", 5)).toBe("exhausted");
      expect(await codes().check(EMAIL, "123456", 5)).toBe("exhausted");
      expect(await codes().spend(EMAIL, "123456")).toBe(false);
    });

    test("100 wrong tries at once count each", async () => {
      await codes().put(EMAIL, "123456", LONG);
      const results = await atOnce(100, (i) => codes().check(EMAIL, String(i).padStart(6, "0"), 5));
      expect(results.filter((result) => result === "wrong")).toHaveLength(5);
      expect(results.filter((result) => result === "exhausted")).toHaveLength(95);
    });

    test("a new code replaces the old one and starts with fresh attempts", async () => {
      await codes().put(EMAIL, "123456", LONG);
      for (let i = 0; i < 6; i += 1) await codes().check(EMAIL, "000000", 5);
      await codes().put(EMAIL, "654321", LONG);
      expect(await codes().check(EMAIL, "123456", 5)).toBe("wrong");
      expect(await codes().check(EMAIL, "654321", 5)).toBe("ok");
    });

    test("a code ends with its TTL, tries or not", async () => {
      await codes().put(EMAIL, "123456", SHORT);
      await codes().put("bea@example.com", "123456", SHORT);
      expect(await codes().check(EMAIL, "000000", 5)).toBe("wrong");
      expect(await codes().check("bea@example.com", "000000", 0)).toBe("exhausted");
      await current().within(SHORT, async () => (await codes().check(EMAIL, "000000", 5)) === "missing");
      await current().within(
        0,
        async () => (await codes().check("bea@example.com", "123456", 0)) === "missing",
      );
      expect(await codes().spend(EMAIL, "123456")).toBe(false);
    });
  });
}
