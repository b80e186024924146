/**
 * @module e2e/tls-reload
 * Certificates are renewed while people chat: SIGHUP reads the files again. Who is connected, over whichever port, goes
 * on; who comes meets the new one; and files that cannot be used change nothing.
 */
import { afterAll, beforeAll, expect, test } from "bun:test";
import { copyFileSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { HttpApi, wsDialer } from "../../src/client/index.ts";
import { tcpDialer } from "../../src/client/tcp.ts";
import type { KeyPair } from "../../src/lib/certificates.ts";
import { type Chatsrv, startEmbedded } from "../support/chatsrv-process.ts";
import { shownName } from "../support/shown-certificate.ts";
import { tempDir } from "../support/tempdir.ts";
import { makeAuthority } from "../support/tls.ts";
import { until } from "../support/until.ts";
import { befriend, connect, makeUsers, type TestClient, type User } from "../support/users.ts";

const DAY = 24 * 3_600_000;
const SECTIONS = ["GATESERVER", "CHATTINGSERVER", "CLUSTER"];
const PORTS = ["http", "chat", "ws", "grpc"];

const authority = makeAuthority();
const ca = readFileSync(authority.ca, "utf8");
const dir = tempDir("renewed");
const [certFile, keyFile] = [join(dir, "fullchain.pem"), join(dir, "privkey.pem")];

let server: Chatsrv;
let users: User[];
/** Over TCP, over the chat server's WebSocket, and over the gateway's. */
let clients: [TestClient, TestClient, TestClient];

const api = () =>
  new HttpApi(`https://${server.address("http")}`, (url, init) => fetch(url, { ...init, tls: { ca } }));
const overWs = (urlOf?: () => string) =>
  wsDialer({
    // Bun's second argument, which the browser's types do not know.
    open: (url) => Reflect.construct(WebSocket, [url, { tls: { ca } }]),
    ...(urlOf && { urlOf }),
  });
const overGateway = () => overWs(() => `wss://${server.address("http")}/ws`);

function put({ cert, key }: KeyPair): void {
  copyFileSync(cert, certFile);
  copyFileSync(key, keyFile);
}

beforeAll(async () => {
  put(authority.issue("first"));
  const env = Object.fromEntries(
    SECTIONS.flatMap((section) => [
      [`CHATSRV_${section}_TLS_CERT`, certFile],
      [`CHATSRV_${section}_TLS_KEY`, keyFile],
    ]),
  );
  server = await startEmbedded({
    env: { ...env, CHATSRV_CLUSTER_TLS_CA: authority.ca, CHATSRV_CLUSTER_SECRET: "a test's secret" },
  });
  users = await makeUsers(server, api(), 4, "renew");
  const [a, b, c] = users as [User, User, User, User];
  clients = await Promise.all([
    connect(api(), a, { dial: tcpDialer({ tls: { ca } }) }),
    connect(api(), b, { dial: overWs() }),
    connect(api(), c, { dial: overGateway() }),
  ]);
  await befriend(clients[0], clients[1]);
  await befriend(clients[1], clients[2]);
}, 30_000);
afterAll(async () => {
  for (const client of clients ?? []) client.close();
  expect(await server.stop()).toBe(0);
});

/** What the ports show, as far as they show anything: gRPC wants a certificate of the client's behind the handshake. */
const shown = () =>
  Promise.all(PORTS.map((port) => shownName(server.address(port), ca, port === "grpc" ? ["h2"] : [])));

/** Texts pass both ways over the connections that were there before. */
async function allGoOn(): Promise<void> {
  const [tcp, ws, gateway] = clients;
  for (const [from, to] of [
    [tcp, ws],
    [ws, tcp],
    [ws, gateway],
    [gateway, ws],
  ] as const) {
    const text = crypto.randomUUID();
    await from.sendText(to.uuid, text);
    await until(() => to.from(from.uuid).includes(text), { what: "a text to arrive" });
  }
  for (const client of clients) expect(client.states).toEqual(["connecting", "online"]);
}

/** Somebody new logs in over each port. */
async function othersComeIn(): Promise<void> {
  for (const dial of [tcpDialer({ tls: { ca } }), overWs(), overGateway()]) {
    const client = await connect(api(), users[3] as User, { dial });
    client.close();
  }
}

async function hangUp(event: string): Promise<readonly Record<string, unknown>[]> {
  const before = server.events(event).length;
  server.signal("SIGHUP");
  await until(() => server.events(event).length === before + SECTIONS.length, {
    what: `${event}, by section`,
  });
  return server.events(event).slice(before);
}

test("a renewed certificate is shown from then on, and nobody is disconnected", async () => {
  expect(await shown()).toEqual(PORTS.map(() => "first"));
  for (const name of ["second", "third"]) {
    put(authority.issue(name));
    expect(await shown()).not.toContain(name);
    const told = await hangUp("tls.reloaded");
    expect(told.map(({ section }) => section).sort()).toEqual([
      "[ChattingServer]",
      "[Cluster]",
      "[GateServer]",
    ]);
    expect(await shown()).toEqual(PORTS.map(() => name));
    await allGoOn();
    await othersComeIn();
  }
});

const good = authority.issue("good");
test.each<readonly [title: string, spoil: () => void, why: string]>([
  ["no certificate", () => writeFileSync(certFile, "none"), "holds no certificate"],
  ["an expired certificate", () => put(authority.issue("expired", { atMs: -3 * DAY })), "expired on"],
  [
    "another certificate's key",
    () => put({ ...good, key: authority.issue("other").key }),
    "is not the key of",
  ],
  ["half a key", () => writeFileSync(keyFile, readFileSync(good.key, "utf8").slice(0, 60)), ""],
])("%s changes nothing, and is told", async (_, spoil, why) => {
  const [before] = await shown();
  spoil();
  const told = await hangUp("tls.kept");
  for (const line of told) expect(JSON.stringify(line)).toContain(why);
  expect(await shown()).toEqual(PORTS.map(() => before ?? ""));
  await allGoOn();
  put(authority.issue(crypto.randomUUID()));
  await hangUp("tls.reloaded");
  await othersComeIn();
});
