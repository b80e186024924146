/**
 * @module e2e/tls
 * TLS from files on every port a client meets: HTTP, TCP and WebSocket.
 */
import { afterAll, beforeAll, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { type Dialer, HttpApi, wsDialer } from "../../src/client/index.ts";
import { tcpDialer } from "../../src/client/tcp.ts";
import { type Chatsrv, startEmbedded } from "../support/chatsrv-process.ts";
import { RawPeer } from "../support/raw-peer.ts";
import { makeCerts } from "../support/tls.ts";
import { until } from "../support/until.ts";
import { befriend, connect, makeUsers } from "../support/users.ts";

const certs = makeCerts();
const ca = readFileSync(certs.ca, "utf8");
let server: Chatsrv;
let api: HttpApi;
beforeAll(async () => {
  const files = { CERT: certs.serverCert, KEY: certs.serverKey };
  const env = Object.fromEntries(
    ["GATESERVER", "CHATTINGSERVER"].flatMap((section) =>
      Object.entries(files).map(([key, path]) => [`CHATSRV_${section}_TLS_${key}`, path]),
    ),
  );
  server = await startEmbedded({ env });
  api = new HttpApi(`https://${server.address("http")}`, (url, init) => fetch(url, { ...init, tls: { ca } }));
});
afterAll(() => server.stop());

/** Bun's second argument, which the browser's types do not know. */
const openTrusting = (url: string): WebSocket => Reflect.construct(WebSocket, [url, { tls: { ca } }]);

test("two people write to each other, one over TCP, one over WebSocket", async () => {
  const [a, b] = await makeUsers(server, api, 2, "tls");
  if (!a || !b) throw new Error("two users were asked for");
  const placement = await api.login(a.username, a.password);
  expect(placement.ws_url).toStartWith("wss://");
  const overTcp = await connect(api, a, { dial: tcpDialer({ tls: { ca } }) });
  const overWs = await connect(api, b, { dial: wsDialer({ open: openTrusting }) });
  await befriend(overTcp, overWs);
  const large = "x".repeat(16_000);
  await overTcp.sendTexts(
    b.uuid,
    Array.from({ length: 50 }, () => large),
  );
  await until(() => overWs.from(a.uuid).length === 50);
  await overWs.sendText(a.uuid, "back");
  await until(() => overTcp.from(b.uuid).length === 1);
  overTcp.close();
  overWs.close();
});

test("a client that does not trust the certificate does not connect, one without TLS is not served", async () => {
  const [user] = await makeUsers(server, api, 1, "tls");
  if (!user) throw new Error("a user was asked for");
  const placement = await api.login(user.username, user.password);
  const dial = (dialer: Dialer) => dialer(placement, { frame: () => {}, closed: () => {} });
  expect(
    await dial(wsDialer({ connectTimeoutMs: 2_000 })).then(
      () => "open",
      () => "refused",
    ),
  ).toBe("refused");
  let closed = false;
  const transport = await tcpDialer({ tls: true })(placement, {
    frame: () => {},
    closed: () => {
      closed = true;
    },
  }).catch(() => undefined);
  if (transport) await until(() => closed);

  const plain = await RawPeer.connect(server.address("chat"));
  plain.send("PING", {});
  await until(() => plain.closed, { timeoutMs: 15_000 });
  expect(plain.frames).toEqual([]);
}, 30_000);
