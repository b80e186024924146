/**
 * @module unit/descriptors
 * What keeps descriptors from running out: the count, the guard, the sockets that close and open again, and
 * who has to make room.
 */
import { describe, expect, test } from "bun:test";
import { closeSync, openSync } from "node:fs";
import { WaitingRoom } from "../../src/chat/waiting-room.ts";
import { processDescriptors } from "../../src/lib/descriptors.ts";
import { noMeter } from "../../src/lib/metrics.ts";
import { Reopenable } from "../../src/lib/reopenable.ts";
import { DescriptorGuard } from "../../src/net/descriptor-guard.ts";
import { HeldClock } from "../support/clock.ts";
import { LogBook } from "../support/rpc.ts";
import { until } from "../support/until.ts";

test("open descriptors are counted as they are", () => {
  const descriptors = processDescriptors();
  if (descriptors === undefined) return expect(process.platform).not.toBe("linux");
  const before = descriptors.open();
  const files = Array.from({ length: 10 }, () => openSync("/dev/null", "r"));
  expect(descriptors.open()).toBe(before + 10);
  for (const file of files) closeSync(file);
  expect(descriptors.open()).toBe(before);
  expect(descriptors.limit).toBeGreaterThan(before);
});

describe("the guard", () => {
  function bench(limit = 1_000) {
    const clock = new HeldClock();
    const log = new LogBook();
    const state = { open: 0, accepting: [true, true], broken: false };
    const guard = new DescriptorGuard({
      descriptors: { limit, open: () => state.open },
      clock,
      logger: log,
      meter: noMeter,
      intervalMs: 1,
    });
    for (const i of [0, 1])
      guard.watch({
        setAccepting: (accepting) => {
          if (accepting && state.broken) throw new Error("EADDRINUSE");
          state.accepting[i] = accepting;
        },
      });
    const events = () => log.lines.map(({ event }) => event);
    return { clock, state, guard, events };
  }
  const no = () => false;

  test("keeps an eighth back; turns away from there on, unless another makes room", () => {
    const { state, guard, events, clock } = bench();
    expect(guard.room).toBe(875);
    state.open = 875;
    expect(guard.admits(no)).toBe(true);
    state.open = 876;
    expect([guard.admits(no), guard.admits(() => true)]).toEqual([false, true]);
    expect(events()).toEqual(["net.descriptors_short"]);
    clock.pass(59_999);
    guard.admits(no);
    expect(events()).toHaveLength(1);
    clock.pass(1);
    guard.admits(no);
    expect(events()).toHaveLength(2);
    guard.stop();
  });

  test("closes the listeners when half of that is used, and opens them when none of it is", async () => {
    const { state, guard, events } = bench();
    state.open = 950;
    await until(() => state.accepting.every((accepting) => !accepting));
    state.broken = true;
    state.open = 875;
    await until(() => events().includes("net.listen_failed"));
    state.broken = false;
    await until(() => state.accepting.every(Boolean));
    expect(events().at(-1)).toBe("net.descriptors_back");
    guard.stop();
  });

  test("small and large limits keep something back, too", () => {
    for (const [limit, room] of [
      [64, 48],
      [20_000, 18_976],
      [1_048_576, 1_047_552],
    ] as const) {
      const { guard } = bench(limit);
      expect(guard.room).toBe(room);
      guard.stop();
    }
  });
});

describe("a socket that opens again", () => {
  function bench() {
    const log: string[] = [];
    const ends: (() => void)[] = [];
    let made = 0;
    const socket = new Reopenable<number>(0, {
      open: (port) => {
        log.push(`open ${port}`);
        return ++made;
      },
      portOf: () => 1234,
      close: (id) => {
        log.push(`close ${id}`);
        return new Promise<void>((resolve) => ends.push(resolve));
      },
    });
    return { socket, log, ends };
  }

  test("keeps its port, and does nothing twice", () => {
    const { socket, log } = bench();
    socket.setAccepting(true);
    socket.setAccepting(false);
    socket.setAccepting(false);
    socket.setAccepting(true);
    expect(log).toEqual(["open 0", "close 1", "open 1234"]);
    expect(socket.port).toBe(1234);
  });

  test("ended, it stays closed, and waits for what came through all of them", async () => {
    const { socket, log, ends } = bench();
    socket.setAccepting(false);
    socket.setAccepting(true);
    let ended = false;
    const end = socket.end().then(() => {
      ended = true;
    });
    socket.setAccepting(true);
    expect(log).toEqual(["open 0", "close 1", "open 1234", "close 2"]);
    expect(socket.all).toEqual([1, 2]);
    ends[1]?.();
    await Promise.resolve();
    expect(ended).toBe(false);
    ends[0]?.();
    await end;
    expect(socket.all).toEqual([]);
  });
});

describe("the waiting room", () => {
  function bench(perAddress: number) {
    const clock = new HeldClock();
    const cut: string[] = [];
    const room = new WaitingRoom<{ remoteAddress: string; destroy(): void }>(perAddress, () =>
      clock.monotonic(),
    );
    const enter = (name: string, remoteAddress = name) => {
      const connection = { remoteAddress, destroy: () => void cut.push(name) };
      room.enter(connection);
      return connection;
    };
    return { clock, cut, room, enter };
  }

  test("one too many of an address closes its oldest; others' stay", () => {
    const { cut, room, enter } = bench(2);
    enter("other");
    for (const name of ["a", "b", "c", "d"]) enter(name, "10.0.0.1");
    expect(cut).toEqual(["a", "b"]);
    expect(room.size).toBe(3);
  });

  test("who has logged in is nobody's to close", () => {
    const { cut, room, enter } = bench(2);
    const [a] = ["a", "b"].map((name) => enter(name, "10.0.0.1"));
    if (a) room.leave(a);
    enter("c", "10.0.0.1");
    expect(cut).toEqual([]);
    enter("d", "10.0.0.1");
    expect(cut).toEqual(["b"]);
  });

  test("room is made by the oldest of all, if it has had its time", () => {
    const { clock, cut, room, enter } = bench(100);
    expect(room.makeRoom()).toBe(false);
    enter("a");
    enter("b");
    expect(room.makeRoom()).toBe(false);
    clock.pass(500);
    enter("c");
    expect([room.makeRoom(), room.makeRoom(), room.makeRoom()]).toEqual([true, true, false]);
    expect(cut).toEqual(["a", "b"]);
  });
});
