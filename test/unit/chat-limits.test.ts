/**
 * @module unit/chat-limits
 * What a session may cost: per limit, per user over all sessions, by what a request costs, and what becomes of
 * those who do not listen.
 */
import { describe, expect, test } from "bun:test";
import { sizePrice } from "../../src/chat/dispatch.ts";
import type { Row } from "../../src/chat/families/family.ts";
import { friendFamily } from "../../src/chat/families/friends.ts";
import { historyFamily } from "../../src/chat/families/history.ts";
import { textFamily } from "../../src/chat/families/texts.ts";
import { ChatLimits, type LimitName, type LimitRules, type Spender } from "../../src/chat/limits.ts";
import type { AppError } from "../../src/domain/error.ts";
import { type UserId, userId } from "../../src/domain/ids.ts";
import type { Request } from "../../src/wire/messages.ts";
import { HeldClock } from "../support/clock.ts";

const SECOND = 1_000;
const rule = { burst: 10, perMs: 10 * SECOND };
const names: LimitName[] = [
  "login",
  "text",
  "friend",
  "search",
  "signal",
  "history",
  "cursor",
  "typing",
  "profile",
  "other",
];

function bench(rules: Partial<LimitRules> = {}) {
  const clock = new HeldClock();
  const limits = new ChatLimits(
    {
      limits: Object.fromEntries(names.map((name) => [name, rule])) as LimitRules["limits"],
      sessionsPerUser: 2,
      refused: { burst: 5, perMs: 60 * SECOND },
      ...rules,
    },
    clock,
  );
  const session = (user?: UserId): Spender => ({
    login: user === undefined ? undefined : { bound: { user } },
    buckets: undefined,
    strikes: 0,
    strikesSince: clock.monotonic(),
  });
  /** @returns 0, or the milliseconds to wait. */
  const charge = (spender: Spender, limit: LimitName, cost = 1): number => {
    try {
      limits.charge(spender, limit, cost);
      return 0;
    } catch (error) {
      expect((error as AppError).codeName).toBe("RATE_LIMITED");
      return (error as AppError).retryAfterMs ?? Number.NaN;
    }
  };
  const passes = (spender: Spender, limit: LimitName, cost = 1): number => {
    let count = 0;
    while (charge(spender, limit, cost) === 0) count++;
    return count;
  };
  return { clock, limits, session, charge, passes };
}

describe("what a session may spend", () => {
  test("each has its own bucket; what is refused costs none of it", () => {
    const { session, passes } = bench();
    const one = session();
    for (const limit of names) expect(passes(one, limit)).toBe(10);
  });

  test("tokens come back evenly; retry_after_ms is when there are enough", () => {
    const { session, charge, passes, clock } = bench();
    const one = session();
    passes(one, "text");
    expect(charge(one, "text")).toBe(SECOND);
    expect(charge(one, "text", 4)).toBe(4 * SECOND);
    clock.pass(4 * SECOND);
    expect(charge(one, "text", 4)).toBe(0);
    expect(charge(one, "text")).toBe(SECOND);
  });

  test("a wrong date changes nothing", () => {
    const { session, charge, passes, clock } = bench();
    const one = session();
    passes(one, "text");
    clock.step(-3_600 * SECOND);
    expect(charge(one, "text")).toBe(SECOND);
    clock.step(7_200 * SECOND);
    expect(charge(one, "text")).toBe(SECOND);
  });

  test("what costs more than the burst passes when nothing else did, and is paid for in full", () => {
    const { session, charge, clock } = bench();
    const one = session();
    expect(charge(one, "text", 30)).toBe(0);
    expect(charge(one, "text")).toBe(21 * SECOND);
    clock.pass(30 * SECOND);
    expect(charge(one, "text", 30)).toBe(0);
  });

  test("switched off, nothing is counted but bad frames", () => {
    const off = new ChatLimits(undefined, new HeldClock());
    const one = bench().session(userId(1));
    for (let i = 0; i < 10_000; i++) off.charge(one, "text", 100);
    expect(off.refused(one, 1_000_000)).toBe(false);
    expect(one.buckets).toBeUndefined();
    for (let i = 0; i < 9; i++) expect(off.strike(one)).toBe(false);
    expect(off.strike(one)).toBe(true);
  });
});

describe("what a user may spend", () => {
  test("many sessions have two sessions' worth together, and leave others theirs", () => {
    const { session, passes } = bench();
    const sessions = Array.from({ length: 5 }, () => session(userId(1)));
    expect(sessions.map((one) => passes(one, "history"))).toEqual([10, 10, 0, 0, 0]);
    expect(passes(session(userId(2)), "history")).toBe(10);
  });

  test("to connect anew buys nothing", () => {
    const { session, passes, clock } = bench();
    let passed = 0;
    for (let i = 0; i < 100; i++) passed += passes(session(userId(1)), "friend");
    expect(passed).toBe(20);
    clock.pass(10 * SECOND);
    expect(passes(session(userId(1)), "friend")).toBe(10);
  });

  test("who has everything back is forgotten", () => {
    const { session, charge, limits, clock } = bench();
    for (let id = 1; id <= 100_000; id++) {
      charge(session(userId(id)), "other");
      clock.pass(10);
    }
    expect(limits.users).toBeLessThan(5_000);
  });
});

describe("who does not listen", () => {
  test("refusals are borne up to their own limit, by what they cost", () => {
    const { session, limits, clock } = bench();
    const one = session();
    expect([1, 1, 1, 1, 1, 1].map((cost) => limits.refused(one, cost))).toEqual([
      false,
      false,
      false,
      false,
      false,
      true,
    ]);
    clock.pass(120 * SECOND);
    expect([3, 3].map((cost) => limits.refused(one, cost))).toEqual([false, true]);
  });

  test("ten bad frames in a minute", () => {
    const { session, limits, clock } = bench();
    const one = session();
    for (let i = 0; i < 9; i++) expect(limits.strike(one)).toBe(false);
    clock.pass(60 * SECOND + 1);
    for (let i = 0; i < 9; i++) expect(limits.strike(one)).toBe(false);
    expect(limits.strike(one)).toBe(true);
  });
});

describe("prices", () => {
  /** A family's rows need none of its services. */
  const rows = {
    ...textFamily({} as Parameters<typeof textFamily>[0]),
    ...historyFamily({} as Parameters<typeof historyFamily>[0]),
    ...friendFamily({} as Parameters<typeof friendFamily>[0]),
  };
  const more = <N extends keyof typeof rows>(name: N, body: Request<N>): number =>
    (rows[name] as unknown as Row<N>).price?.(body) ?? 0;

  test("a frame costs by its bytes", () => {
    expect([0, 4_095, 4_096, 65_531].map(sizePrice)).toEqual([1, 1, 2, 16]);
  });

  test("100 texts in a frame are 100", () => {
    const entry = { msg_sender: "1", msg_receiver: "2", msg_id: "x", msg_content: "x" };
    const texts = (count: number) => ({
      text_sender: "1",
      text_receiver: "2",
      text_msg: Array.from({ length: count }, () => entry),
    });
    expect(1 + more("TEXTCHATMSGREQUEST", texts(1))).toBe(1);
    expect(1 + more("TEXTCHATMSGREQUEST", texts(100))).toBe(100);
  });

  test("a page costs by the rows that it may have, whatever number a client says", () => {
    const page = (limit?: number) =>
      1 + more("HISTORYREQUEST", { peer: "1", ...(limit !== undefined && { limit }) });
    expect([1, 19, 20, 50, 200, 1e15].map(page)).toEqual([1, 1, 2, 3, 11, 11]);
    expect(page()).toBe(11);
    expect(1 + more("FRIENDLISTREQUEST", {})).toBe(11);
    expect(1 + more("HEADSREQUEST", {})).toBe(11);
  });
});
