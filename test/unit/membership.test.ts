/** @module A chat node's lease: taken, renewed, lost, given back; and what it sees of the others. */
import { describe, expect, test } from "bun:test";
import { openMemory } from "../../src/coordination/memory/index.ts";
import { AppError } from "../../src/domain/error.ts";
import { nodeName } from "../../src/domain/ids.ts";
import { silentLogger } from "../../src/lib/log.ts";
import { Membership } from "../../src/services/cluster/membership.ts";
import { HeldClock } from "../support/clock.ts";

const LEASE_MS = 3_000;

function cluster() {
  const clock = new HeldClock();
  const coordination = openMemory({ clock });
  const member = (name: string, incarnation: string, grpcPort: number) => {
    const vanished: string[] = [];
    let rejoined = 0;
    let superseded = 0;
    const membership = new Membership({
      node: {
        name: nodeName(name),
        incarnation,
        host: "127.0.0.1",
        port: grpcPort + 1,
        wsUrl: "",
        grpcHost: "127.0.0.1",
        grpcPort,
      },
      registry: coordination.nodes,
      leaseMs: LEASE_MS,
      sessions: () => 7,
      events: {
        vanished: (node) => vanished.push(node.name),
        rejoined: () => rejoined++,
        superseded: () => superseded++,
      },
      clock,
      logger: silentLogger,
    });
    return { membership, vanished, rejoined: () => rejoined, superseded: () => superseded };
  };
  return { clock, coordination, member };
}

describe("membership", () => {
  test("joins, sees its peers and reports its load", async () => {
    const { coordination, member } = cluster();
    const east = member("east", "e1", 10);
    const west = member("west", "w1", 20);
    await east.membership.join();
    await west.membership.join();
    await east.membership.watch();
    expect([...east.membership.peers.keys()]).toEqual([nodeName("west")]);
    expect((await coordination.nodes.list()).map((node) => node.sessions)).toEqual([7, 7]);
    await Promise.all([east.membership.leave(), west.membership.leave()]);
    expect(await coordination.nodes.list()).toEqual([]);
  });

  test("whoever asks during a look gets what a later one finds", async () => {
    const { coordination, member } = cluster();
    const east = member("east", "e1", 10);
    const west = member("west", "w1", 20);
    const list = coordination.nodes.list.bind(coordination.nodes);
    const gate = Promise.withResolvers<void>();
    let looks = 0;
    coordination.nodes.list = async () => {
      const found = await list();
      looks += 1;
      if (looks === 1) await gate.promise;
      return found;
    };
    const first = east.membership.watch();
    await west.membership.join();
    looks = 1;
    const asked = Promise.all([east.membership.watch(), east.membership.watch()]);
    gate.resolve();
    await first;
    expect([...east.membership.peers.keys()]).toEqual([]);
    await asked;
    expect([...east.membership.peers.keys()]).toEqual([nodeName("west")]);
    expect(looks).toBe(2);
    await west.membership.leave();
  });

  test("a peer that stops renewing vanishes once", async () => {
    const { clock, member } = cluster();
    const east = member("east", "e1", 10);
    const west = member("west", "w1", 20);
    await east.membership.join();
    await west.membership.join();
    await east.membership.watch();
    clock.pass(LEASE_MS - 1);
    await east.membership.renew();
    clock.pass(2);
    await east.membership.watch();
    await east.membership.watch();
    expect(east.vanished).toEqual(["west"]);
    await Promise.all([east.membership.leave(), west.membership.leave()]);
  });

  test("a peer that came back as another incarnation counts as vanished, too", async () => {
    const { member } = cluster();
    const east = member("east", "e1", 10);
    const before = member("west", "w1", 20);
    await east.membership.join();
    await before.membership.join();
    await east.membership.watch();
    const after = member("west", "w2", 20);
    await after.membership.join();
    await east.membership.watch();
    expect(east.vanished).toEqual(["west"]);
    expect(east.membership.peers.get(nodeName("west"))?.incarnation).toBe("w2");
    await Promise.all([east, before, after].map(({ membership }) => membership.leave()));
  });

  test("a lease that lapsed is taken again and told", async () => {
    const { clock, coordination, member } = cluster();
    const east = member("east", "e1", 10);
    await east.membership.join();
    clock.pass(LEASE_MS + 1);
    expect(await coordination.nodes.list()).toEqual([]);
    await east.membership.renew();
    expect(east.rejoined()).toBe(1);
    expect((await coordination.nodes.list()).length).toBe(1);
    await east.membership.leave();
  });

  test("a node that slept past its lease while its name was taken is told so, once", async () => {
    const { clock, coordination, member } = cluster();
    const sleeper = member("east", "e1", 10);
    await sleeper.membership.join();
    clock.pass(LEASE_MS + 1);
    const heir = member("east", "e2", 11);
    await heir.membership.join();
    await sleeper.membership.renew();
    await sleeper.membership.renew();
    expect([sleeper.superseded(), sleeper.rejoined()]).toEqual([1, 0]);
    expect(await coordination.nodes.list()).toMatchObject([{ incarnation: "e2" }]);
    await Promise.all([sleeper.membership.leave(), heir.membership.leave()]);
    expect(await coordination.nodes.list()).toEqual([]);
  });

  test("knows when its lease was held for sure", async () => {
    const { clock, coordination, member } = cluster();
    const east = member("east", "e1", 10);
    await east.membership.join();
    clock.pass(1_000);
    const renewedAt = clock.monotonic();
    await east.membership.renew();
    const { renew } = coordination.nodes;
    coordination.nodes.renew = () => Promise.reject(new AppError("UNAVAILABLE"));
    clock.pass(1_000);
    await east.membership.renew();
    expect(east.membership.confirmedAt).toBe(renewedAt);
    coordination.nodes.renew = renew;
    await east.membership.leave();
  });

  test("a renewal that fails is told from one that slept", async () => {
    const { clock, coordination, member } = cluster();
    const east = member("east", "e1", 10);
    await east.membership.join();
    const { renew } = coordination.nodes;
    const failsAfter = async (ms: number) => {
      coordination.nodes.renew = () => {
        clock.pass(ms);
        return Promise.reject(new AppError("UNAVAILABLE"));
      };
      await east.membership.renew();
      return east.membership.failingSince;
    };
    expect(await failsAfter(1_000)).toBe(clock.monotonic());
    const since = clock.monotonic();
    expect(await failsAfter(LEASE_MS)).toBe(since);
    expect(await failsAfter(LEASE_MS + 1)).toBeUndefined();
    expect(await failsAfter(0)).toBe(clock.monotonic());
    coordination.nodes.renew = renew;
    await east.membership.renew();
    expect(east.membership.failingSince).toBeUndefined();
    await east.membership.leave();
  });

  test("draining takes it out of allocation and keeps the lease", async () => {
    const { coordination, member } = cluster();
    const east = member("east", "e1", 10);
    await east.membership.join();
    await east.membership.drain();
    expect(await coordination.nodes.list()).toMatchObject([{ draining: true }]);
    await east.membership.leave();
  });

  test("a name that a live node keeps is refused in the end", async () => {
    const { clock, coordination, member } = cluster();
    const east = member("east", "e1", 10);
    await east.membership.join();
    const other = member("east", "e2", 11);
    const joining = other.membership.join();
    const living = setInterval(() => {
      clock.pass(LEASE_MS - 1);
      void east.membership.renew();
    }, 5);
    expect(await joining.catch((error: unknown) => error)).toMatchObject({
      codeName: "NODE_NAME_TAKEN",
    });
    clearInterval(living);
    expect(await coordination.nodes.list()).toMatchObject([{ incarnation: "e1" }]);
    await east.membership.leave();
  });

  test.each([2 * 60_000, 3_600_000, -3_600_000])("a date that steps by %p ms changes nothing", async (ms) => {
    const { clock, coordination, member } = cluster();
    const east = member("east", "e1", 10);
    const west = member("west", "w1", 20);
    await east.membership.join();
    await west.membership.join();
    await east.membership.watch();
    clock.step(ms);
    for (const { membership } of [east, west]) {
      await membership.watch();
      await membership.renew();
    }
    expect([east.vanished, west.vanished]).toEqual([[], []]);
    expect([east.rejoined(), west.rejoined()]).toEqual([0, 0]);
    expect((await coordination.nodes.list()).map((node) => node.leaseUntil - clock.now())).toEqual([
      LEASE_MS,
      LEASE_MS,
    ]);
    await west.membership.leave();
    clock.pass(LEASE_MS);
    expect(await coordination.nodes.list()).toEqual([]);
    await east.membership.leave();
  });

  test("waits for a taken name as long as ever while the date steps back", async () => {
    const { clock, member } = cluster();
    const east = member("east", "e1", 10);
    await east.membership.join();
    const other = member("east", "e2", 11);
    const joining = other.membership.join();
    clock.step(-3_600_000);
    clock.pass(LEASE_MS);
    await joining;
    expect(other.membership.joined).toBe(true);
    await Promise.all([east.membership.leave(), other.membership.leave()]);
  });
});
