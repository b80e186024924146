/**
 * @module unit/net-hub
 * Who is connected: order, replacement, removal and counts.
 */

import { expect, test } from "bun:test";
import { Hub } from "../../src/net/hub.ts";

test("a user's items come in the order they were added", () => {
  const hub = new Hub<string>();
  expect([...hub.of(1)]).toEqual([]);
  hub.add(1, "a", "A");
  hub.add(2, "x", "X");
  hub.add(1, "b", "B");
  hub.add(1, "c", "C");
  expect([...hub.of(1)]).toEqual(["A", "B", "C"]);
  expect([...hub.of(2)]).toEqual(["X"]);
  expect([hub.users, hub.items]).toEqual([2, 4]);
  expect(hub.get(1, "b")).toBe("B");
  expect(hub.get(2, "b")).toBeUndefined();
  expect([...hub.all()]).toEqual(["A", "B", "C", "X"]);
  expect([...hub.userIds()]).toEqual([1, 2]);
});

test("adding a key again replaces its item and counts once", () => {
  const hub = new Hub<string>();
  hub.add(1, "a", "A");
  hub.add(1, "b", "B");
  hub.add(1, "a", "A2");
  hub.add(1, "b", "B2");
  expect([...hub.of(1)]).toEqual(["A2", "B2"]);
  expect(hub.items).toBe(2);
});

test.each([
  ["first", "a", ["B", "C"]],
  ["middle", "b", ["A", "C"]],
  ["last", "c", ["A", "B"]],
] as const)("removing the %s leaves the others", (_, key, left) => {
  const hub = new Hub<string>();
  for (const name of ["a", "b", "c"]) hub.add(1, name, name.toUpperCase());
  expect(hub.remove(1, key)).toBe(true);
  expect(hub.remove(1, key)).toBe(false);
  expect([...hub.of(1)]).toEqual([...left]);
  expect(hub.items).toBe(2);
});

test("the last removal forgets the user", () => {
  const hub = new Hub<string>();
  hub.add(1, "a", "A");
  expect(hub.has(1)).toBe(true);
  expect(hub.remove(1, "other")).toBe(false);
  expect(hub.remove(9, "a")).toBe(false);
  hub.remove(1, "a");
  expect([hub.has(1), hub.users, hub.items]).toEqual([false, 0, 0]);
});

test("items may be removed while they are iterated", () => {
  const hub = new Hub<string>();
  for (const name of ["a", "b", "c"]) hub.add(1, name, name);
  const visited: string[] = [];
  for (const item of hub.of(1)) {
    visited.push(item);
    hub.remove(1, item);
  }
  expect(visited).toEqual(["a", "b", "c"]);
  expect(hub.users).toBe(0);
});
