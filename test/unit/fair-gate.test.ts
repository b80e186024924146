/**
 * @module unit/fair-gate
 * Turns shared between those who ask: bounded, fair, and with an end to waiting.
 */
import { describe, expect, test } from "bun:test";
import { FairGate, type FairGateOptions, GateFullError } from "../../src/lib/fair-gate.ts";
import { until } from "../support/until.ts";

/** A gate whose work ends when the test says so, and a clock that the test holds. */
function bench(options: Partial<FairGateOptions> = {}) {
  let now = 0;
  const gate = new FairGate<string>({
    slots: 1,
    queueLimit: 1_000,
    maxWaitMs: 60_000,
    now: () => now,
    ...options,
  });
  const started: string[] = [];
  const refused: [name: string, retryAfterMs: number][] = [];
  const ends: (() => void)[] = [];
  const ask = (name: string, key = name, known = false): Promise<void> =>
    gate
      .run(
        key,
        async () => {
          started.push(name);
          await new Promise<void>((resolve) => ends.push(resolve));
        },
        known,
      )
      .catch((error: unknown) => {
        if (!(error instanceof GateFullError)) throw error;
        refused.push([name, error.retryAfterMs]);
      });
  /** Ends the oldest work, which took so long, and waits for the next to start. */
  const finish = async (tookMs = 0) => {
    now += tookMs;
    const before = started.length;
    const more = gate.waiting > 0;
    ends.shift()?.();
    if (more) await until(() => started.length > before, { what: "the next in turn" });
    else await new Promise(setImmediate);
  };
  return { gate, started, refused, ask, finish, pass: (ms: number) => (now += ms) };
}

describe("a fair gate", () => {
  test("runs so many at once, the others in the order in which they came", async () => {
    const { started, ask, finish, gate } = bench({ slots: 2 });
    for (const name of ["a", "b", "c", "d"]) void ask(name);
    expect(started).toEqual(["a", "b"]);
    expect(gate.waiting).toBe(2);
    await finish();
    await finish();
    expect(started).toEqual(["a", "b", "c", "d"]);
    await finish();
    await finish();
    expect(gate.waiting).toBe(0);
  });

  test("a failure gives the turn on, and is the caller's", async () => {
    const { gate } = bench();
    const results = await Promise.allSettled([
      gate.run("a", () => Promise.reject(new Error("mine"))),
      gate.run("a", async () => "fine"),
    ]);
    expect(results.map((r) => (r.status === "fulfilled" ? r.value : r.reason.message))).toEqual([
      "mine",
      "fine",
    ]);
  });

  test("one who asks a hundred times waits behind himself", async () => {
    const { started, ask, finish } = bench();
    for (let i = 0; i < 100; i++) void ask(`herd ${i}`, "herd");
    void ask("ada");
    void ask("ben");
    for (let i = 0; i < 4; i++) await finish();
    expect(started).toEqual(["herd 0", "herd 1", "ada", "ben", "herd 2"]);
  });

  test("when many wait, the one who came last is next, of whatever key", async () => {
    const { started, ask, finish } = bench({ maxWaitMs: 2_000 });
    void ask("first");
    for (let i = 0; i < 50; i++) void ask(`herd ${i}`);
    await finish(100); // a piece of work takes 100 ms, so 49 more are too many for 2 s
    void ask("ada");
    await finish(100);
    expect(started.slice(1)).toEqual(["herd 49", "ada"]);
  });

  test("those who are known have every second turn, whoever else asks; the others have theirs", async () => {
    const { started, ask, finish } = bench();
    for (let i = 0; i < 50; i++) void ask(`herd ${i}`);
    for (const name of ["ada", "ben", "cy"]) void ask(name, name, true);
    for (let i = 0; i < 7; i++) await finish();
    expect(started.slice(1)).toEqual(["ada", "herd 1", "ben", "herd 2", "cy", "herd 3", "herd 4"]);
  });

  test("those who are not known make room first", async () => {
    const { ask, refused } = bench({ queueLimit: 2 });
    void ask("running");
    void ask("herd 1");
    for (const name of ["ada", "ben"]) void ask(name, name, true);
    await until(() => refused.length === 1);
    void ask("herd 2");
    await until(() => refused.length === 2);
    expect(refused.map(([name]) => name)).toEqual(["herd 1", "herd 2"]);
  });

  test("beyond the queue's limit the key that has most pays, with its oldest", async () => {
    const { ask, refused, gate } = bench({ queueLimit: 3 });
    void ask("running");
    for (const i of [1, 2, 3]) void ask(`herd ${i}`, "herd");
    void ask("ada");
    void ask("ben");
    await until(() => refused.length === 2);
    expect(refused.map(([name]) => name)).toEqual(["herd 1", "herd 2"]);
    expect(gate.waiting).toBe(3);
  });

  test("who has waited too long is turned away, and told a time of his own to come back", async () => {
    const { ask, refused, finish, pass, gate } = bench({ maxWaitMs: 200 });
    void ask("warm");
    await finish(50);
    void ask("running");
    for (let i = 0; i < 20; i++) void ask(`herd ${i}`);
    pass(200);
    await until(() => refused.length === 20);
    const times = refused.map(([, ms]) => ms);
    expect(new Set(times).size).toBe(20);
    expect(Math.min(...times)).toBeGreaterThanOrEqual(1_000);
    // 50 ms a piece, half of the turns left to others: 20 of them come back over two seconds.
    expect(Math.max(...times)).toBeGreaterThan(2_500);
    expect(Math.max(...times)).toBeLessThan(3_500);
    expect(gate.waiting).toBe(0);
  });

  test("nobody is sent away for more than a minute, and a great herd not to one moment", async () => {
    const { ask, refused, finish } = bench({ queueLimit: 0 });
    void ask("warm");
    await finish(1_000);
    void ask("running");
    for (let i = 0; i < 500; i++) void ask(`herd ${i}`);
    await until(() => refused.length === 500);
    const times = refused.map(([, ms]) => ms);
    expect(Math.max(...times)).toBeLessThanOrEqual(60_000);
    expect(new Set(times).size).toBeGreaterThan(400);
  });

  test("work that answers at once leaves the event loop its turns", async () => {
    const gate = new FairGate<string>({ slots: 8, queueLimit: 1_000, maxWaitMs: 10_000 });
    let turns = 0;
    let done = 0;
    const count = () => {
      turns++;
      if (done < 100) setImmediate(count);
    };
    setImmediate(count);
    await Promise.all(
      Array.from({ length: 100 }, (_, i) =>
        gate.run(String(i), async () => {
          done++;
        }),
      ),
    );
    expect(turns).toBeGreaterThan(40);
  });
});
