/**
 * @module contract/coordination.memory
 * The memory adapter holds no more than what is alive, however many come and go.
 */
import { expect, test } from "bun:test";
import { lifetimes } from "../../src/coordination/devices.ts";
import { MemoryDevices } from "../../src/coordination/memory/devices.ts";
import { ExpiringMap } from "../../src/coordination/memory/expiring.ts";
import { userId } from "../../src/domain/ids.ts";
import { HeldClock } from "../support/clock.ts";
import { session } from "./coordination.fixture.ts";

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
  const devices = new MemoryDevices(clock, lifetimes);
  for (let i = 1; i <= 1_000; i += 1) {
    const begun = session(`s${i}`, { user: userId(i) });
    const { epoch } = await devices.bind(begun, 5);
    await devices.unbind(begun.user, begun.session, epoch);
  }
  clock.pass(lifetimes.epoch);
  expect(devices.users).toBe(0);
});
