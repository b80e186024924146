/** @module A chat server of the original, which registers once: it stays while its port takes connections. */
import { expect, test } from "bun:test";
import { openMemory } from "../../src/coordination/memory/index.ts";
import { ForeignServers } from "../../src/rpc/registry.ts";
import { HeldClock } from "../support/clock.ts";

const LEASE_MS = 9_000;

test("it outlives its lease while it listens, also when another balance looks, and is gone a lease after it stopped", async () => {
  const clock = new HeldClock();
  const { nodes } = openMemory({ clock });
  const servers = new ForeignServers(nodes, LEASE_MS);
  const listener = Bun.listen({ hostname: "127.0.0.1", port: 0, socket: { data() {} } });
  const address = { name: "Original0", host: "127.0.0.1", port: String(listener.port) };
  await servers.register("chat", address);
  await servers.register("grpc", address);
  const names = async () => (await nodes.list()).map(({ name }) => String(name));

  const another = new ForeignServers(nodes, LEASE_MS);
  for (let i = 0; i < 10; i++) {
    clock.pass(LEASE_MS / 3);
    await (i % 2 === 0 ? servers : another).keep();
    expect(await names()).toEqual(["Original0"]);
  }
  listener.stop(true);
  clock.pass(LEASE_MS / 3);
  await servers.keep();
  expect(await names()).toEqual(["Original0"]);
  clock.pass(LEASE_MS);
  await servers.keep();
  expect(await names()).toEqual([]);
});

test("its shutdown calls take it out at once; a node of ours is left to renew its own lease", async () => {
  const clock = new HeldClock();
  const { nodes } = openMemory({ clock });
  const servers = new ForeignServers(nodes, LEASE_MS);
  const listener = Bun.listen({ hostname: "127.0.0.1", port: 0, socket: { data() {} } });
  try {
    await servers.register("chat", { name: "Original0", host: "127.0.0.1", port: String(listener.port) });
    const [foreign] = await nodes.list();
    if (foreign === undefined) throw new Error("not registered");
    await servers.remove("chat", "Original0");
    await servers.keep();
    expect(await nodes.list()).toEqual([]);
    await nodes.register({ ...foreign, incarnation: "ours" }, LEASE_MS);
    clock.pass(LEASE_MS + 1);
    await servers.keep();
    expect(await nodes.list()).toEqual([]);
  } finally {
    listener.stop(true);
  }
});
