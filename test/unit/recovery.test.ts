/** @module What a chat node does after it, another node or coordination was away. */
import { describe, expect, jest, test } from "bun:test";
import type { ChatNode } from "../../src/domain/entities.ts";
import { nodeName, type UserId, userId } from "../../src/domain/ids.ts";
import { silentLogger } from "../../src/lib/log.ts";
import { Recovery } from "../../src/services/sessions/recovery.ts";
import { HeldClock } from "../support/clock.ts";
import { until } from "../support/until.ts";

function recoveryOver(options: { reaped?: UserId[]; heard?: Record<string, number> } = {}) {
  const log: string[] = [];
  const recovery = new Recovery({
    standing: {
      recheckAll: async (reason) => {
        await Promise.resolve();
        log.push(`all asked: ${reason}`);
      },
    },
    interests: {
      again: async () => {
        await Promise.resolve();
        log.push("groups found again");
      },
    },
    presence: { announce: async (user) => void log.push(`presence of ${user}`) },
    reconciler: { request: (reason, since) => log.push(`reconcile: ${reason} since ${since}`) },
    registry: { reap: async () => options.reaped ?? [] },
    heardAt: (node) => options.heard?.[node],
    leaseMs: 3_000,
    clock: new HeldClock(),
    logger: silentLogger,
  });
  return { recovery, log };
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

  test.each([
    ["coordination was away", (recovery: Recovery) => recovery.coordinationRecovered(7)],
    ["lease was lost", (recovery: Recovery) => recovery.rejoined(7)],
  ] as const)("after %s all sessions ask again, then conversations are compared", async (reason, happens) => {
    const { recovery, log } = recoveryOver();
    happens(recovery);
    await until(() => log.length === 3);
    expect(log).toEqual([`all asked: ${reason}`, "groups found again", `reconcile: ${reason} since 7`]);
  });
});
