/** @module What a chat node does after it, another node or coordination was away. */
import { describe, expect, jest, test } from "bun:test";
import type { ChatNode } from "../../src/domain/entities.ts";
import { nodeName, sessionId, type UserId, userId } from "../../src/domain/ids.ts";
import { silentLogger } from "../../src/lib/log.ts";
import { Recovery } from "../../src/services/recovery.ts";
import type { BoundSession } from "../../src/services/sessions.ts";
import { until } from "../support/until.ts";

const session = (user: number): BoundSession => ({
  user: userId(user),
  session: sessionId(`s${user}`),
  epoch: 1,
  device: "",
  name: "",
  since: 0,
});

function recoveryOver(options: { reaped?: UserId[]; online?: UserId[] } = {}) {
  const log: string[] = [];
  const here = new Set([session(1), session(2)]);
  const recovery = new Recovery({
    sessions: {
      bind: async (one) => void log.push(`bind ${one.user}`),
      unbind: async (one) => void log.push(`unbind ${one.user}`),
      isOnline: async (user) => options.online?.includes(user) ?? false,
      announcePresence: async (user, online) => void log.push(`${user} ${online ? "online" : "offline"}`),
    },
    reconciler: { request: (reason) => log.push(`reconcile: ${reason}`) },
    registry: { reap: async () => options.reaped ?? [] },
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
      const { recovery, log } = recoveryOver();
      recovery.vanished({ name: nodeName("east") } as ChatNode);
      expect(log).toEqual(["reconcile: east vanished"]);
      jest.advanceTimersByTime(5_000);
      expect(log).toEqual(["reconcile: east vanished", "reconcile: east vanished a while ago"]);
    } finally {
      jest.useRealTimers();
    }
  });

  test("friends learn who went with a dead node, but not of those who are online elsewhere", async () => {
    const { recovery, log } = recoveryOver({ reaped: [userId(5), userId(6)], online: [userId(6)] });
    await recovery.reap();
    expect(log).toEqual(["5 offline"]);
  });

  test("after coordination was away every route is taken again, then conversations are compared", async () => {
    const { recovery, log } = recoveryOver();
    recovery.coordinationRecovered();
    await until(() => log.length === 3);
    expect(log).toEqual(["bind 1", "bind 2", "reconcile: coordination was away"]);
  });

  test("a session that leaves while its route is taken again gives it back", async () => {
    const { recovery, log, here } = recoveryOver();
    const [first] = here;
    if (first === undefined) throw new Error("no session");
    recovery.rejoined();
    here.delete(first);
    await until(() => log.some((line) => line.startsWith("reconcile")));
    expect(log).toContain("unbind 1");
    expect(log).not.toContain("unbind 2");
  });
});
