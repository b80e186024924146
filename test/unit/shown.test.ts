/** @module What a client of the original was surely shown, in held time. */
import { describe, expect, test } from "bun:test";
import { Shown } from "../../src/chat/dialects/original/shown.ts";
import { conversationId } from "../../src/domain/ids.ts";
import { HeldClock } from "../support/clock.ts";
import { FakeConnection } from "../support/fake-connection.ts";

const BEN = conversationId(2);
const CAT = conversationId(3);

function client() {
  const clock = new HeldClock();
  const connection = new FakeConnection<unknown>();
  const got: [number, number][] = [];
  const seen: [number, number][] = [];
  const shown = new Shown({
    connection,
    clock,
    timer: clock.timer,
    onGot: (conversation, seq) => got.push([conversation, seq]),
    onShown: (conversation, seq) => seen.push([conversation, seq]),
  });
  return { clock, connection, shown, got, seen };
}

describe("what its machine acknowledged", () => {
  test("it has got, and was not surely shown", async () => {
    const { clock, shown, got, seen } = client();
    shown.written(BEN, 3);
    shown.written(CAT, 1);
    shown.written(BEN, 4);
    await clock.live(99);
    expect(got).toEqual([]);
    await clock.live(60_000);
    expect(got).toEqual([
      [BEN, 4],
      [CAT, 1],
    ]);
    expect(seen).toEqual([]);
  });

  test("is asked for until it is, while the connection lasts", async () => {
    const { clock, connection, shown, got } = client();
    connection.acknowledged = false;
    shown.written(BEN, 3);
    await clock.live(5_000);
    shown.written(BEN, 4);
    expect(got).toEqual([]);
    connection.acknowledged = true;
    await clock.live(1_000);
    expect(got).toEqual([[BEN, 4]]);
    connection.acknowledged = false;
    shown.written(BEN, 5);
    connection.destroy("error");
    connection.acknowledged = true;
    await clock.live(5_000);
    expect(got).toEqual([[BEN, 4]]);
  });

  test("where the system does not tell, it has got what it was shown", async () => {
    const { clock, connection, shown, got } = client();
    connection.acknowledged = undefined;
    shown.written(BEN, 3);
    await clock.live(5_000);
    expect(got).toEqual([]);
    shown.heard();
    expect(got).toEqual([[BEN, 3]]);
  });
});

describe("a sign of life", () => {
  test("a frame of its own confirms what was written before, not what it may have crossed", async () => {
    const { clock, shown, seen } = client();
    shown.written(BEN, 3);
    await clock.live(399);
    shown.written(CAT, 1);
    shown.heard();
    expect(seen).toEqual([]);
    await clock.live(1);
    shown.heard();
    expect(seen).toEqual([[BEN, 3]]);
    await clock.live(60_000);
    shown.written(CAT, 2);
    shown.heard();
    expect(seen).toEqual([
      [BEN, 3],
      [CAT, 1],
    ]);
  });

  for (const [how, acknowledged, expected] of [
    ["all of it acknowledged", true, [3, 4]],
    ["the last not acknowledged", false, [3]],
    ["nobody knows what acknowledged", undefined, [3]],
  ] as const)
    test(`a close in good order, ${how}`, async () => {
      const { clock, connection, shown, seen } = client();
      shown.written(BEN, 3);
      await clock.live(1_000);
      shown.written(CAT, 4);
      connection.peerEnded = true;
      connection.acknowledged = acknowledged;
      shown.ended();
      expect(seen.map(([, seq]) => seq)).toEqual([...expected]);
    });

  test("what is written behind its close was not shown, though all was acknowledged then", async () => {
    const { clock, connection, shown, seen } = client();
    shown.written(BEN, 3);
    connection.peerEnded = true;
    shown.ended();
    shown.written(BEN, 4);
    await clock.live(5_000);
    shown.ended();
    expect(seen).toEqual([[BEN, 3]]);
  });

  test("a reset is none, however long ago it was written and acknowledged", async () => {
    const { clock, connection, shown, seen } = client();
    shown.written(BEN, 3);
    await clock.live(600_000);
    connection.destroy("error");
    shown.ended();
    expect(seen).toEqual([]);
  });
});
