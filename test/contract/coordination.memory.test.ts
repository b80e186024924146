/**
 * @module contract/coordination.memory
 * The memory adapter holds no more than what is alive, however many come and go.
 */
import { Database } from "bun:sqlite";
import { describe, expect, test } from "bun:test";
import { statSync } from "node:fs";
import { dirname, join } from "node:path";
import type { NewSession } from "../../src/coordination/coordination.ts";
import { lifetimes } from "../../src/coordination/devices.ts";
import { DeviceFile } from "../../src/coordination/memory/device-file.ts";
import { MemoryDevices } from "../../src/coordination/memory/devices.ts";
import { ExpiringMap } from "../../src/coordination/memory/expiring.ts";
import { openMemory } from "../../src/coordination/memory/index.ts";
import { sessionId, userId } from "../../src/domain/ids.ts";
import { silentLogger } from "../../src/lib/log.ts";
import { HeldClock } from "../support/clock.ts";
import { tempDir } from "../support/tempdir.ts";
import { alice, bob, session } from "./coordination.fixture.ts";

test("a map through which many keys pass stays as small as what is alive", () => {
  const clock = new HeldClock();
  const map = new ExpiringMap<string, number>(clock);
  let most = 0;
  for (let i = 0; i < 100_000; i += 1) {
    map.set(`key ${i}`, i, 1_000); // One a millisecond: 1,000 are alive.
    clock.pass(1);
    most = Math.max(most, map.held);
  }
  expect(most).toBeGreaterThanOrEqual(1_000);
  expect(most).toBeLessThanOrEqual(2_100);
  expect(map.size).toBe(999);
  clock.pass(1_000);
  expect(map.size).toBe(0);
  expect(map.held).toBe(0);
});

test("entries with different TTLs end each in its time", () => {
  const clock = new HeldClock();
  const map = new ExpiringMap<string, string>(clock);
  map.set("long", "l", 100);
  map.set("short", "s", 10);
  expect([map.size, map.ttl("long"), map.ttl("short"), map.ttl("none")]).toEqual([2, 100, 10, 0]);
  clock.pass(10);
  expect([map.size, map.get("long"), map.get("short")]).toEqual([1, "l", undefined]);
  expect([map.delete("short"), map.delete("long"), map.delete("long")]).toEqual([false, true, false]);
  map.set("again", "1", 10);
  map.set("again", "2", 1_000);
  clock.pass(90);
  expect([map.size, map.get("again")]).toEqual([1, "2"]);
});

test("users who left leave nothing behind", async () => {
  const clock = new HeldClock();
  const devices = new MemoryDevices({ clock, life: lifetimes, file: undefined, logger: silentLogger });
  for (let i = 1; i <= 1_000; i += 1) {
    const begun = session(`s${i}`, { user: userId(i) });
    const { epoch } = await devices.bind(begun, 5);
    await devices.unbind(begun.user, begun.session, epoch);
  }
  clock.pass(lifetimes.epoch);
  expect(devices.users).toBe(0);
});

describe("what outlives the process", () => {
  const fileIn = (dir: string) => join(dir, "data", "devices.db");
  const on = (device: string, id: string, secret: string, ttlMs = 60_000): NewSession =>
    session(id, { device, ticket: { secret, ttlMs } });

  /** A process, and another one after it on the same file. `clean` is false for one that is killed. */
  const processes = (path = fileIn(tempDir("devices"))) => {
    const clock = new HeldClock();
    return { clock, path, start: () => openMemory({ path, clock }) };
  };

  test("who was here or away may come back; whose session was open is away since the start", async () => {
    const { clock, start } = processes();
    const first = start();
    await first.routes.bind(on("phone", "s1", "t1"), 5);
    const laptop = on("laptop", "s2", "t2");
    await first.routes.unbind(alice, laptop.session, (await first.routes.bind(laptop, 5)).epoch);
    await first.routes.bind(session("no way back"), 5);
    const left = clock.now();
    clock.pass(10_000);
    // Killed: nothing is closed.
    const second = start();
    expect(await second.routes.of([alice])).toEqual(new Map());
    expect((await second.devices.list(alice)).map(({ device, node, seen }) => [device, node, seen])).toEqual([
      ["phone", undefined, left + 10_000],
      ["laptop", undefined, left],
    ]);
    const key = (await second.devices.check(alice, "t1"))?.key;
    expect(await second.routes.bind(on("phone", "s3", "t3"), 5, key)).toMatchObject({ device: "phone" });
    await second.close();
    const third = start();
    expect(await third.devices.check(alice, "t3")).toBeDefined();
    expect(await third.devices.check(alice, "t1")).toBeDefined();
    await third.devices.received(alice, sessionId("s3"));
    await third.close();
    const fourth = start();
    expect(await fourth.devices.check(alice, "t1")).toBeUndefined();
  });

  test("what was ended, and whose time is over, is not there any more", async () => {
    const { clock, path, start } = processes();
    const first = start();
    await first.routes.bind(on("phone", "s1", "t1"), 5);
    await first.devices.end(alice, { session: sessionId("s1") }, "revoked");
    const brief = { ...on("laptop", "s2", "t2", 1_000), user: bob };
    await first.routes.unbind(bob, brief.session, (await first.routes.bind(brief, 5)).epoch);
    await first.close();
    clock.pass(1_000);
    const second = start();
    expect(await second.devices.list(alice)).toEqual([]);
    expect(await second.devices.check(alice, "t1")).toBeUndefined();
    expect(await second.devices.check(bob, "t2")).toBeUndefined();
    await second.close();
    expect(new DeviceFile(path).all()).toEqual(new Map());
  });

  test("no ticket is in the file, only hashes; nobody else may read it", async () => {
    const { path, start } = processes();
    const first = start();
    await first.routes.bind(on("phone", "s1", "the-ticket-itself"), 5);
    await first.close();
    const bytes = Buffer.from(await Bun.file(path).arrayBuffer());
    expect(bytes.includes("phone")).toBe(true);
    expect(bytes.includes("the-ticket-itself")).toBe(false);
    expect(statSync(dirname(path)).mode & 0o077).toBe(0);
  });

  test("a file of another form is begun anew, one that is none says which it is", async () => {
    const { path, start } = processes();
    const first = start();
    await first.routes.bind(on("phone", "s1", "t1"), 5);
    await first.close();
    const db = new Database(path);
    db.run("PRAGMA user_version = 99");
    db.close();
    const second = start();
    expect(await second.devices.check(alice, "t1")).toBeUndefined();
    await second.close();
    await Bun.write(
      path,
      "this is no database, and long enough to be taken for none of its kind ".repeat(100),
    );
    expect(() => start()).toThrow(path);
  });
});
