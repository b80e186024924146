/** @module What a chat node does after it, another node or coordination was away. */
import { describe, expect, jest, test } from "bun:test";
import type { ChatNode } from "../../src/domain/entities.ts";
import { nodeName, sessionId, type UserId, userId } from "../../src/domain/ids.ts";
import { silentLogger } from "../../src/lib/log.ts";
import { Recovery } from "../../src/services/recovery.ts";
import type { BoundSession } from "../../src/services/sessions.ts";
import { HeldClock } from "../support/clock.ts";
import { until } from "../support/until.ts";

const session = (user: number): BoundSession => ({
  user: userId(user),
  session: sessionId(`s${user}`),
  grant: { version: 0 },
  ticket: undefined,
  claimed: undefined,
  device: "",
  name: "",
  since: 0,
  epoch: 1,
  born: 1,
});

function recoveryOver(options: { reaped?: UserId[]; heard?: Record<string, number> } = {}) {
  const log: string[] = [];
  const here = new Set([session(1), session(2)]);
  const recovery = new Recovery({
    sessions: {
      bind: async (one) => void log.push(`bind ${one.user}`),
      unbind: async (one) => void log.push(`unbind ${one.user}`),
      announcePresence: async (user) => void log.push(`presence of ${user}`),
    },
    reconciler: { request: (reason, since) => log.push(`reconcile: ${reason} since ${since}`) },
    registry: { reap: async () => options.reaped ?? [] },
    heardAt: (node) => options.heard?.[node],
    leaseMs: 3_000,
    clock: new HeldClock(),
    local: () => here,
    isHere: (one) => here.has(one),
    logger: silentLogger,
  });
  return { recovery, log, here };
}

describe("recovery", () => {
  test("a vanished node: reconcile now, and once more when a late commit of it must be through", () => {
    jest.useFakeTimers();
    try {
      const { recovery, log } = recoveryOver({ heard: { east: 990_000 } });
      recovery.vanished({ name: nodeName("east") } as ChatNode);
      expect(log).toEqual(["reconcile: east vanished since 990000"]);
      jest.advanceTimersByTime(5_000);
      expect(log.at(-1)).toBe("reconcile: east vanished a while ago since 990000");
      recovery.vanished({ name: nodeName("west") } as ChatNode);
      expect(log.at(-1)).toBe("reconcile: west vanished since 997000");
    } finally {
      jest.useRealTimers();
    }
  });

  test("friends learn how those stand whose sessions went with a dead node", async () => {
    const { recovery, log } = recoveryOver({ reaped: [userId(5), userId(6)] });
    await recovery.reap();
    expect(log).toEqual(["presence of 5", "presence of 6"]);
  });

  test("after coordination was away every route is taken again, then conversations are compared", async () => {
    const { recovery, log } = recoveryOver();
    recovery.coordinationRecovered(7);
    await until(() => log.length === 3);
    expect(log).toEqual(["bind 1", "bind 2", "reconcile: coordination was away since 7"]);
  });

  test("a session that leaves while its route is taken again gives it back", async () => {
    const { recovery, log, here } = recoveryOver();
    const [first] = here;
    if (first === undefined) throw new Error("no session");
    recovery.rejoined(7);
    here.delete(first);
    await until(() => log.some((line) => line.startsWith("reconcile")));
    expect(log).toContain("unbind 1");
    expect(log).not.toContain("unbind 2");
  });
});
