/** @module When a session that was ended counts as closed: when its node says so, or is known to be gone. */
import { expect, test } from "bun:test";
import type { ChatNode, Device, Route } from "../../src/domain/entities.ts";
import { unavailable } from "../../src/domain/error.ts";
import { nodeName, sessionId, userId } from "../../src/domain/ids.ts";
import { silentLogger } from "../../src/lib/log.ts";
import { Endings } from "../../src/services/sessions/endings.ts";
import { HeldClock } from "../support/clock.ts";
import { until } from "../support/until.ts";

const ROUTE = {
  user: userId(1),
  session: sessionId("s"),
  node: nodeName("east"),
  incarnation: "e1",
} as Route;

const LEASE_MS = 10_000;

function endingsOver() {
  const clock = new HeldClock();
  const state = {
    outcome: "gone" as "gone" | "acknowledged",
    registry: [ROUTE.incarnation] as string[] | "away",
    listed: true,
    looks: 0,
    recover: () => {},
  };
  const endings = new Endings({
    devices: {
      end: async () => ({ found: true, open: [ROUTE] }),
      list: async () => (state.listed ? [{ session: ROUTE.session } as Device] : []),
      settle: async () => {},
    },
    nodes: {
      list: async () => {
        state.looks++;
        if (state.registry === "away") throw unavailable("redis");
        return state.registry.map((incarnation) => ({ incarnation }) as ChatNode);
      },
    },
    courier: { postTo: async () => state.outcome },
    onRecovered: (callback) => {
      state.recover = callback;
    },
    leaseMs: LEASE_MS,
    clock,
    logger: silentLogger,
  });
  return { endings, state, clock };
}

test("a node that says so has closed it", async () => {
  const { endings, state } = endingsOver();
  state.outcome = "acknowledged";
  expect(await endings.close([ROUTE], "reset")).toEqual([]);
});

test("a node that is not in the registry has nothing open; one that is, or may be, has", async () => {
  for (const registry of [[ROUTE.incarnation], "away" as const]) {
    const { endings, state, clock } = endingsOver();
    state.registry = registry;
    // The courier did not know it: it joined a moment ago, or the registry could not be read.
    const closing = endings.close([ROUTE], "reset");
    await until(() => state.looks >= 2);
    clock.pass(60_000);
    expect(await closing).toEqual([ROUTE]);
  }
  const { endings, state } = endingsOver();
  const closing = endings.close([ROUTE], "reset");
  await until(() => state.looks >= 1);
  state.registry = [];
  expect(await closing).toEqual([]);
});

test("a session that is listed no more was ended by its node itself", async () => {
  const { endings, state } = endingsOver();
  state.listed = false;
  expect(await endings.close([ROUTE], "revoked")).toEqual([]);
});

test("coordination that came back empty knows nobody yet, so nobody is gone for that", async () => {
  const { endings, state, clock } = endingsOver();
  state.recover();
  state.registry = [];
  state.listed = false;
  const closing = endings.close([ROUTE], "revoked");
  await until(() => state.looks >= 2);
  clock.pass(LEASE_MS - 1);
  expect(await closing).toEqual([ROUTE]);
  clock.pass(1);
  expect(await endings.close([ROUTE], "revoked")).toEqual([]);
});
