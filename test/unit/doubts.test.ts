/** @module When a node cannot be sure to have been told everything, and what it does about it. */
import { describe, expect, test } from "bun:test";
import type { ChatNode } from "../../src/domain/entities.ts";
import { unavailable } from "../../src/domain/error.ts";
import { type NodeName, nodeName } from "../../src/domain/ids.ts";
import { Doubts } from "../../src/services/delivery/doubts.ts";
import { HeldClock } from "../support/clock.ts";

const LEASE_MS = 10_000;
const EAST = nodeName("east");

function doubtsOver() {
  const clock = new HeldClock();
  const began = clock.monotonic();
  const asked: { reason: string; ago: number }[] = [];
  const greeted: string[] = [];
  const state = { confirmedAt: began, down: false };
  const live = new Map<NodeName, ChatNode>();
  const register = (incarnation: string) => live.set(EAST, { name: EAST, incarnation } as ChatNode);
  const doubts = new Doubts({
    peers: {
      send: async ({ node }, events) => {
        greeted.push(`${node} ${events.length}`);
        if (state.down) throw unavailable(`node ${node}`);
      },
    },
    livePeers: () => live,
    confirmedAt: () => state.confirmedAt,
    leaseMs: LEASE_MS,
    reconciler: { request: (reason, since) => asked.push({ reason, ago: clock.monotonic() - since }) },
    clock,
  });
  /** Time passes in the ticks of a real run. */
  const pass = (seconds: number, each: () => void = () => {}) => {
    for (let i = 0; i < seconds; i++) {
      clock.pass(1_000);
      each();
      doubts.tick();
    }
  };
  const alive = () => {
    state.confirmedAt = clock.monotonic();
    doubts.heard({ node: EAST, incarnation: "" }, undefined);
  };
  return { doubts, asked, greeted, state, live, register, pass, alive, clock };
}

describe("doubts", () => {
  test("none while everybody is heard and the lease is confirmed; everybody is greeted", () => {
    const { register, pass, alive, asked, greeted } = doubtsOver();
    register("e1");
    pass(60, alive);
    expect(asked).toEqual([]);
    expect(greeted.length).toBe(60);
    expect(new Set(greeted)).toEqual(new Set(["east 0"]));
  });

  test("a process that lost its name does not pass for the one that has it", () => {
    const { doubts, asked, register, pass } = doubtsOver();
    register("e2");
    pass(1);
    pass(10, () => doubts.heard({ node: EAST, incarnation: "e1" }, undefined));
    expect(asked.map(({ reason }) => reason)).toContain("east is not heard");
  });

  test("a peer that is registered and not heard: the store is asked every half lease, and when it is heard again", () => {
    const { doubts, register, pass, alive, asked, state } = doubtsOver();
    register("e1");
    pass(3, alive);
    state.down = true;
    pass(20, () => {
      state.confirmedAt = Number.POSITIVE_INFINITY;
    });
    expect(asked.map(({ reason }) => reason)).toEqual(Array(4).fill("east is not heard"));
    // Reaches back to when it was heard last, then to the round before.
    expect(asked.map(({ ago }) => ago)).toEqual([4_000, 5_000, 5_000, 5_000]);
    doubts.heard({ node: EAST, incarnation: "" }, undefined);
    expect(asked.at(-1)).toEqual({ reason: "east is heard again", ago: 20_000 });
    pass(10, alive);
    expect(asked.length).toBe(5);
  });

  test("a peer that left texts out says so", () => {
    const { doubts, register, pass, alive, asked } = doubtsOver();
    register("e1");
    pass(2, alive);
    doubts.heard({ node: EAST, incarnation: "" }, 700);
    expect(asked).toEqual([{ reason: "east left texts out", ago: 700 }]);
  });

  test("a lease that is not confirmed is a doubt, too", () => {
    const { pass, asked } = doubtsOver();
    pass(17);
    expect(asked.map(({ reason }) => reason)).toEqual(Array(2).fill("the lease is not confirmed"));
    expect(asked[0]?.ago).toBe(11_000);
  });

  test("a peer that is gone, or came back as another, is doubted no more", () => {
    const { doubts, register, live, pass, asked, state } = doubtsOver();
    state.confirmedAt = Number.POSITIVE_INFINITY;
    register("e1");
    pass(3);
    register("e2");
    pass(3);
    live.delete(EAST);
    pass(60);
    expect(asked).toEqual([]);
    expect(doubts.heardAt(EAST)).toBeUndefined();
  });
});
