/** @module Whether the sessions of a node still have the right to be there, and what is not served until that is known. */
import { describe, expect, test } from "bun:test";
import type { Route } from "../../src/domain/entities.ts";
import { unavailable } from "../../src/domain/error.ts";
import { sessionId, type UserId, userId } from "../../src/domain/ids.ts";
import { silentLogger } from "../../src/lib/log.ts";
import type { BoundSession } from "../../src/services/sessions/sessions.ts";
import { Standing } from "../../src/services/sessions/standing.ts";
import { HeldClock } from "../support/clock.ts";
import { until } from "../support/until.ts";

const LEASE_MS = 3_000;

const session = (user: number, version = 0): BoundSession => ({
  user: userId(user),
  session: sessionId(`s${user}`),
  grant: { version },
  ticket: undefined,
  claimed: undefined,
  device: "",
  name: "",
  since: 0,
  epoch: 1,
  born: 1,
});

/** A node with two sessions, both in order; what a test changes is seen by the next round. */
function nodeWith(here = new Set([session(1), session(2)])) {
  const clock = new HeldClock();
  const log: string[] = [];
  const state = {
    routed: new Set([1, 2]),
    versions: new Map<number, number>(),
    coordinationAway: false,
    storeAway: false,
    renews: true,
    /** Held back reads, to be let go one by one. */
    gates: [] as (() => void)[],
    gated: false,
  };
  const lease = {
    confirmedAt: clock.monotonic(),
    heldSince: clock.monotonic(),
    failingSince: undefined as number | undefined,
    renew: async () => {
      log.push("renew");
      const now = clock.monotonic();
      lease.failingSince = state.coordinationAway ? (lease.failingSince ?? now) : undefined;
      if (state.coordinationAway || !state.renews) return;
      if (now - lease.confirmedAt > LEASE_MS) lease.heldSince = now;
      lease.confirmedAt = now;
    },
  };
  const of = async (users: readonly UserId[]) => {
    if (state.gated) await new Promise<void>((resolve) => state.gates.push(resolve));
    if (state.coordinationAway) throw unavailable("redis");
    log.push(`routes of ${users}`);
    return new Map(
      users
        .filter((user) => state.routed.has(user))
        .map((user) => [user, [{ session: sessionId(`s${user}`) } as Route]]),
    );
  };
  const standing = new Standing({
    routes: { of },
    accounts: {
      versions: async (users) => {
        if (state.storeAway) throw unavailable("mysql");
        log.push(`versions of ${users}`);
        return new Map(users.map((user) => [user, state.versions.get(user) ?? 0]));
      },
    },
    sessions: {
      bind: async (one) => void log.push(`bind ${one.user}`),
      unbind: async (one) => void log.push(`unbind ${one.user}`),
      endOutdated: async (one) => {
        log.push(`end ${one.user}`);
        here.delete(one);
      },
    },
    membership: () => lease,
    leaseMs: LEASE_MS,
    local: () => here,
    isHere: (one) => here.has(one),
    clock,
    logger: silentLogger,
  });
  return { standing, state, lease, here, log, clock };
}

describe("a round", () => {
  test("leaves those alone who are in order", async () => {
    const { standing, log } = nodeWith();
    await standing.recheckAll("test");
    expect(log).toEqual(["versions of 1,2", "routes of 1,2"]);
  });

  test("ends whose account has moved on, and binds again who was forgotten", async () => {
    const { standing, state, log } = nodeWith();
    state.versions.set(1, 1);
    state.routed.clear();
    await standing.recheckAll("test");
    expect(log).toEqual(["versions of 1,2", "end 1", "routes of 1,2", "bind 2"]);
  });

  test("a session that leaves while it is bound again gives its route back", async () => {
    const { standing, state, here, log } = nodeWith();
    state.routed.clear();
    const [first] = here;
    state.gated = true;
    const round = standing.recheckAll("test");
    await until(() => state.gates.length === 1);
    if (first !== undefined) here.delete(first);
    state.gates[0]?.();
    await round;
    expect(log.slice(1)).toEqual(["routes of 1,2", "bind 2"]);
  });

  test("goes without the versions while the store is away, and by them alone while coordination is", async () => {
    const { standing, state, log } = nodeWith();
    state.storeAway = true;
    state.versions.set(1, 1);
    state.routed.delete(2);
    await standing.recheckAll("test");
    expect(log.splice(0)).toEqual(["routes of 1,2", "bind 2"]);
    state.storeAway = false;
    state.coordinationAway = true;
    await standing.recheckAll("test");
    expect(log).toEqual(["versions of 1,2", "end 1"]);
  });

  test("asked for during a round, another one follows", async () => {
    const { standing, state, log } = nodeWith();
    state.gated = true;
    const first = standing.recheckAll("one");
    await until(() => state.gates.length === 1);
    const later = standing.recheckAll("two");
    state.versions.set(2, 1);
    for (let i = 0; i < 2; i++) {
      await until(() => state.gates.length === i + 1);
      state.gates[i]?.();
    }
    await Promise.all([first, later]);
    expect(log).toContain("end 2");
    expect(log.filter((line) => line.startsWith("routes"))).toHaveLength(2);
  });

  test("thousands of users are read by the five hundred", async () => {
    const many = new Set(Array.from({ length: 1_200 }, (_, i) => session(i + 1)));
    const { standing, state, log } = nodeWith(many);
    for (const { user } of many) state.routed.add(user);
    await standing.recheckAll("test");
    expect(log.map((line) => line.split(",").length)).toEqual([500, 500, 200, 500, 500, 200]);
  });
});

describe("a doubt", () => {
  test("there is none while the lease is confirmed", async () => {
    const { standing, clock, lease } = nodeWith();
    await standing.recheckAll("at the start");
    for (let i = 0; i < 10; i++) {
      clock.pass(LEASE_MS);
      lease.confirmedAt = clock.monotonic();
      expect(standing.doubt()).toBeUndefined();
    }
  });

  test("a lease that lapsed holds sessions back until it is held again and all were asked", async () => {
    const { standing, state, clock, log } = nodeWith();
    await standing.recheckAll("at the start");
    clock.pass(LEASE_MS + 1);
    state.versions.set(1, 1);
    state.gated = true;
    const doubt = standing.doubt();
    let over = false;
    void doubt?.then(() => {
      over = true;
    });
    await until(() => state.gates.length === 1);
    expect([over, standing.doubt() === doubt]).toEqual([false, true]);
    state.gates[0]?.();
    await doubt;
    expect(log.slice(2)).toEqual(["renew", "versions of 1,2", "end 1", "routes of 1,2"]);
    expect(standing.doubt()).toBeUndefined();
  });

  test("a lease that was taken again in time by somebody else's watch counts as a gap, too", async () => {
    const { standing, clock, lease } = nodeWith();
    await standing.recheckAll("at the start");
    clock.pass(1);
    lease.confirmedAt = clock.monotonic();
    lease.heldSince = clock.monotonic();
    const doubt = standing.doubt();
    expect(doubt).toBeInstanceOf(Promise);
    await doubt;
    expect(standing.doubt()).toBeUndefined();
  });

  test("while coordination is away, and was found so lately, sessions go on", async () => {
    const { standing, state, clock, lease } = nodeWith();
    await standing.recheckAll("at the start");
    state.coordinationAway = true;
    clock.pass(LEASE_MS / 3);
    await lease.renew();
    clock.pass(LEASE_MS);
    expect(standing.doubt()).toBeUndefined();
    // Tried again and again, it stays known.
    for (let i = 0; i < 5; i++) {
      clock.pass(LEASE_MS / 3);
      await lease.renew();
      expect(standing.doubt()).toBeUndefined();
    }
    // A pause: nobody has tried since.
    lease.failingSince = undefined;
    clock.pass(2 * LEASE_MS);
    expect(standing.doubt()).toBeInstanceOf(Promise);
  });

  test("what fails right after a sleep is no sign of coordination: only what goes on failing for as long as a lease is", async () => {
    const { standing, state, clock, lease } = nodeWith();
    await standing.recheckAll("at the start");
    clock.pass(2 * LEASE_MS);
    // The connections of a process that slept are dead when it wakes.
    state.coordinationAway = true;
    await lease.renew();
    let over = false;
    void standing.doubt()?.then(() => {
      over = true;
    });
    for (let i = 0; i < 2; i++) {
      clock.pass(LEASE_MS / 3);
      await lease.renew();
      expect([over, standing.doubt() === undefined]).toEqual([false, false]);
    }
    clock.pass(LEASE_MS / 3);
    expect(standing.doubt()).toBeUndefined();
    await until(() => over);
  });

  test("a name that another has keeps sessions back for good", async () => {
    const { standing, state, clock, log } = nodeWith();
    await standing.recheckAll("at the start");
    state.renews = false;
    clock.pass(LEASE_MS + 1);
    let over = false;
    void standing.doubt()?.then(() => {
      over = true;
    });
    await until(() => log.filter((line) => line === "renew").length >= 2);
    expect(over).toBe(false);
    standing.stop();
    await until(() => over);
  });
});
