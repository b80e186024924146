/**
 * @module e2e/descriptors
 * A server whose descriptors are used up by connections that say nothing: it does not spin, says so once, goes on
 * serving who is there, lets people in where it can, and is as before when the connections are gone.
 */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { readdirSync } from "node:fs";
import { Code } from "../../src/wire/codes.ts";
import { cpuSeconds } from "../bench/cpu.ts";
import { type Chatsrv, FROM_SOURCES, startEmbedded } from "../support/chatsrv-process.ts";
import { RawPeer } from "../support/raw-peer.ts";
import { until } from "../support/until.ts";
import { befriend, connect, makeUsers, type TestClient, type User } from "../support/users.ts";

const LIMIT = 160;
/** More than there are descriptors. */
const FLOOD = 250;

let server: Chatsrv;
let users: User[];
let ann: TestClient;
let ben: TestClient;
beforeAll(async () => {
  server = await startEmbedded({
    command: ["sh", "-c", `ulimit -n ${LIMIT}; exec "$@"`, "sh", ...FROM_SOURCES],
    env: { CHATSRV_ADMIN_PORT: "0" },
  });
  users = await makeUsers(server, server.api, 3, "fd");
  const [a, b] = users;
  if (!a || !b) throw new Error("three users were asked for");
  ann = await connect(server.api, a);
  ben = await connect(server.api, b);
  await befriend(ann, ben);
});
afterAll(async () => {
  ann.close();
  ben.close();
  expect(server.events("crashed")).toEqual([]);
  expect(await server.stop()).toBe(0);
});

async function textPasses(): Promise<void> {
  const text = crypto.randomUUID();
  await ann.sendText(ben.uuid, text);
  await until(() => ben.messages.at(-1)?.content === text, { what: "a text between the friends" });
}

/** The share of a processor that the server uses, over a second. */
async function load(): Promise<number> {
  const before = cpuSeconds(server.pid);
  const from = performance.now();
  await Bun.sleep(1_000); // What is measured is what happens while nothing is asked of it.
  return (cpuSeconds(server.pid) - before) / ((performance.now() - from) / 1_000);
}

const openDescriptors = (): number => readdirSync(`/proc/${server.pid}/fd`).length;

/** Connections that say nothing. Refused ones count as none. */
async function silent(address: string) {
  const flood = { open: 0, told: "" };
  const decoder = new TextDecoder();
  const [hostname = "", port] = address.split(":");
  const sockets: Bun.Socket[] = [];
  const one = () =>
    Bun.connect({
      hostname,
      port: Number(port),
      socket: {
        data: (_, bytes) => {
          flood.told += decoder.decode(bytes);
        },
        close: () => void flood.open--,
        error: () => {},
      },
    }).then(
      (socket) => {
        flood.open++;
        sockets.push(socket);
      },
      () => {},
    );
  await Promise.all(Array.from({ length: FLOOD }, one));
  return { flood, end: () => void sockets.map((socket) => socket.terminate()) };
}

const canLogIn = async (): Promise<boolean> => {
  const [, , third] = users;
  if (!third) throw new Error("three users were asked for");
  try {
    const peer = await RawPeer.login(server.api, third, { proto: 2 });
    peer.terminate();
    return true;
  } catch {
    return false;
  }
};

describe("silent connections", () => {
  test("to the chat port: turned away beyond the limit, and make room for who logs in", async () => {
    const { flood, end } = await silent(server.address("chat"));
    expect(await load()).toBeLessThan(0.5);
    await textPasses();
    expect(flood.open).toBeLessThan(LIMIT);
    expect(flood.told).toContain(`{"error":${Code.UNAVAILABLE}}`);
    expect(await canLogIn()).toBe(true);
    expect(server.events("net.descriptors_short")).toHaveLength(1);
    end();
    await until(async () => canLogIn());
  });

  for (const service of ["http", "ws", "grpc", "balance", "admin"])
    test(`to the ${service} port: no spin, and all is well when they are gone`, async () => {
      const { end } = await silent(server.address(service));
      // A listener of HTTP defers them: the system hands over who says nothing after a second.
      await until(() => openDescriptors() > LIMIT * 0.9, { intervalMs: 5, what: "the flood to be accepted" });
      expect(await load()).toBeLessThan(0.2);
      expect(openDescriptors()).toBeLessThan(LIMIT);
      await textPasses();
      expect(server.events("net.descriptors_short")).toHaveLength(1);
      end();
      await until(async () => canLogIn());
      const answer = await fetch(`http://${server.address("ws")}/`);
      expect(answer.status).toBe(426);
      await until(async () => (await fetch(`http://${server.address("admin")}/healthz`)).ok);
    });
});

test("the friends noticed nothing", () => {
  expect([...ann.states, ...ben.states]).toEqual(["connecting", "online", "connecting", "online"]);
});
