/** @module Where events go: this node's sessions at once, other nodes by their streams, nobody twice. */
import { describe, expect, test } from "bun:test";
import type { ChatNode, Route } from "../../src/domain/entities.ts";
import { AppError } from "../../src/domain/error.ts";
import {
  conversationId,
  type NodeName,
  nodeName,
  sessionId,
  type UserId,
  userId,
} from "../../src/domain/ids.ts";
import { silentLogger } from "../../src/lib/log.ts";
import { Courier } from "../../src/services/delivery/courier.ts";
import { only, type UserEvent } from "../../src/services/delivery/events.ts";
import { HeldClock } from "../support/clock.ts";
import { messagesOf } from "../support/messages.ts";
import { until } from "../support/until.ts";

const ALICE = userId(1);
const BOB = userId(2);

const node = (name: string, incarnation = "i1"): ChatNode => ({
  name: nodeName(name),
  incarnation,
  host: "127.0.0.1",
  port: 1,
  wsUrl: "",
  grpcHost: "127.0.0.1",
  grpcPort: 2,
  sessions: 0,
  draining: false,
  leaseUntil: 0,
});

const route = (user: UserId, at: string, incarnation = "i1"): Route => ({
  user,
  session: sessionId(`${user}@${at}`),
  node: nodeName(at),
  incarnation,
  epoch: 1,
  device: "",
  name: "",
  since: 0,
});

const text = (to: UserId) => ({
  type: "texts" as const,
  audience: only(to),
  peer: ALICE,
  messages: messagesOf(1, [1]),
});
const typing = (to: UserId) => ({
  type: "typing" as const,
  audience: only(to),
  conversation: conversationId(4),
  from: ALICE,
});

interface World {
  alone?: boolean;
  peers?: ChatNode[];
  /** Nodes that are registered and not yet known here. */
  newcomers?: ChatNode[];
  routes?: Route[];
  here?: UserId[];
}

function courierOver(options: World = {}) {
  const delivered: UserEvent[] = [];
  const sent: { node: NodeName; events: readonly UserEvent[] }[] = [];
  const state = {
    routes: options.routes ?? [],
    coordinationAway: false,
    failSends: 0,
    failures: 0,
    lookups: 0,
    refreshes: 0,
    interested: [] as string[],
    dead: [] as unknown[],
  };
  const live = new Map((options.peers ?? []).map((peer) => [peer.name, peer]));
  const courier = new Courier({
    self: nodeName("here"),
    local: {
      has: (user) => options.here?.includes(user) ?? false,
      deliver: (events) => delivered.push(...events),
    },
    peers: {
      send: async (to, events) => {
        if (state.failSends-- > 0) {
          state.failures++;
          throw new AppError("UNAVAILABLE");
        }
        sent.push({ node: to.node, events });
      },
    },
    routes: {
      of: async (users) => {
        state.lookups++;
        if (state.coordinationAway) throw new AppError("UNAVAILABLE");
        const found = new Map<UserId, Route[]>();
        for (const user of users) {
          const own = state.routes.filter((candidate) => candidate.user === user);
          if (own.length > 0) found.set(user, own);
        }
        return found;
      },
    },
    interest: {
      of: async (groups) => {
        state.lookups++;
        if (state.coordinationAway) throw new AppError("UNAVAILABLE");
        const nodes = state.interested.map((at, added) => ({ node: nodeName(at), incarnation: "i1", added }));
        return new Map(groups.map((group) => [group, nodes]));
      },
    },
    onDead: (group, nodes) => state.dead.push([group, ...nodes.map(({ node: at }) => at)]),
    alone: options.alone ?? false,
    livePeers: () => live,
    refreshPeers: async () => {
      state.refreshes++;
      for (const peer of options.newcomers ?? []) live.set(peer.name, peer);
    },
    clock: new HeldClock(1_000),
    logger: silentLogger,
  });
  return { courier, delivered, sent, state, live };
}

describe("courier", () => {
  test("a process that is alone looks nothing up", async () => {
    const { courier, delivered, state } = courierOver({ alone: true });
    courier.post([text(BOB)]);
    await courier.idle();
    expect(delivered.length).toBe(1);
    expect(state.lookups).toBe(0);
  });

  test("what gathers in a turn is looked up once and goes to each node as one batch, in order", async () => {
    const { courier, sent, state } = courierOver({
      peers: [node("east"), node("west")],
      routes: [route(ALICE, "east"), route(BOB, "west"), route(BOB, "east")],
    });
    const events = [text(BOB), typing(ALICE), text(ALICE)];
    for (const event of events) courier.post([event]);
    await courier.idle();
    expect(state.lookups).toBe(1);
    expect(sent.map(({ node: to, events: got }) => [to, got.length])).toEqual([
      [nodeName("west"), 1],
      [nodeName("east"), 3],
    ]);
    expect(sent[1]?.events).toEqual(events);
  });

  test("an event for many is one entry for each node that has one of them", async () => {
    const [eve, dan] = [userId(3), userId(4)];
    const { courier, sent, delivered } = courierOver({
      peers: [node("east"), node("west"), node("south")],
      routes: [route(ALICE, "east"), route(BOB, "west"), route(eve, "east"), route(eve, "here")],
    });
    const event = { ...typing(ALICE), audience: { users: [ALICE, BOB, eve, dan] } };
    courier.post([event, typing(BOB)]);
    await courier.idle();
    expect(delivered).toEqual([event, typing(BOB)]);
    expect(sent).toEqual([
      { node: nodeName("east"), events: [event] },
      { node: nodeName("west"), events: [event, typing(BOB)] },
    ]);
  });

  test("what is for a group goes to the nodes that are interested, once each, and to nobody's routes", async () => {
    const { courier, sent, delivered, state } = courierOver({
      peers: [node("east"), node("west")],
      newcomers: [node("south")],
      routes: [route(BOB, "west")],
    });
    state.interested = ["east", "here", "south", "dead"];
    const group = { ...typing(ALICE), audience: { conversation: conversationId(9), except: [ALICE] } };
    courier.post([group, typing(BOB)]);
    await courier.idle();
    expect(delivered).toEqual([group, typing(BOB)]);
    expect(sent).toEqual([
      { node: nodeName("east"), events: [group] },
      { node: nodeName("south"), events: [group] },
      { node: nodeName("west"), events: [typing(BOB)] },
    ]);
    expect([state.lookups, state.refreshes, state.dead]).toEqual([2, 1, [[9, "dead"]]]);
    courier.post([group]);
    await courier.idle();
    expect([state.lookups, state.refreshes, state.dead.length]).toEqual([3, 1, 2]);
    state.coordinationAway = true;
    courier.post([group]);
    await courier.idle();
    expect(sent.slice(-3).map(({ node: at }) => at)).toEqual(["east", "west", "south"].map(nodeName));
  });

  test("routes of a former incarnation, of dead nodes and of this node get nothing by stream", async () => {
    const { courier, sent } = courierOver({
      peers: [node("east", "i2")],
      routes: [route(BOB, "east", "i1"), route(BOB, "gone"), route(BOB, "here")],
    });
    courier.post([text(BOB)]);
    await courier.idle();
    expect(sent).toEqual([]);
  });

  test("a node that joined a moment ago is looked up before its sessions are passed over", async () => {
    const { courier, sent } = courierOver({ newcomers: [node("east")], routes: [route(BOB, "east")] });
    courier.post([text(BOB)]);
    await courier.idle();
    expect(sent.length).toBe(1);
  });

  test("the routes of a dead node cost one look, not one per batch", async () => {
    const { courier, sent, state } = courierOver({ peers: [node("west")], routes: [route(BOB, "east")] });
    for (let i = 0; i < 3; i++) {
      courier.post([text(BOB)]);
      await courier.idle();
    }
    expect([sent.length, state.refreshes]).toEqual([0, 1]);
  });

  test("a batch that was not acknowledged is tried until it is; what is of its moment is left out", async () => {
    const { courier, sent, state } = courierOver({ peers: [node("east")], routes: [route(BOB, "east")] });
    state.failSends = 3;
    courier.post([text(BOB), typing(BOB)]);
    await until(() => sent.length === 1);
    expect(sent[0]).toMatchObject({ node: nodeName("east"), events: [{ type: "texts" }] });
  });

  test("without coordination every peer is told: who has no such session drops it", async () => {
    const { courier, sent, state } = courierOver({ peers: [node("east"), node("west")] });
    state.coordinationAway = true;
    courier.post([text(BOB)]);
    await courier.idle();
    expect(sent.map(({ node: to }) => to).sort()).toEqual([nodeName("east"), nodeName("west")]);
  });

  test("reach tells whether anybody was there", async () => {
    const { courier, sent, delivered, state } = courierOver({ peers: [node("east")], here: [ALICE] });
    expect(await courier.reach(typing(ALICE))).toBe(true);
    expect(delivered.length).toBe(1);
    expect(await courier.reach(typing(BOB))).toBe(false);
    state.routes = [route(BOB, "east")];
    expect(await courier.reach(typing(BOB))).toBe(true);
    await courier.idle();
    expect(sent.length).toBe(1);
  });

  test("postTo goes past the routes, and tells what became of the events", async () => {
    const { courier, sent, delivered, state, live } = courierOver({
      peers: [node("east")],
      newcomers: [node("west")],
    });
    const end: UserEvent = {
      type: "end_session",
      audience: only(BOB),
      session: undefined,
      reason: "revoked",
    };
    const to = (name: string, incarnation = "i1") =>
      courier.postTo({ node: nodeName(name), incarnation }, [end]);
    expect(await to("here")).toBe("acknowledged");
    expect(delivered).toEqual([end]);
    state.failSends = 2;
    expect(await to("east")).toBe("acknowledged");
    expect(await to("west")).toBe("acknowledged");
    expect(sent.map(({ node: name }) => name as string)).toEqual(["east", "west"]);
    expect(await to("nowhere")).toBe("gone");
    expect(await to("east", "i0")).toBe("gone");
    state.failSends = Number.POSITIVE_INFINITY;
    const lost = to("east");
    await until(() => state.failures > 0);
    live.delete(nodeName("east"));
    expect(await lost).toBe("gone");
  });
});
