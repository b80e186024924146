/**
 * @module e2e/one-port
 * Everything through one port of a proxy that ends TLS: the page, the calls, and WebSocket to whichever chat node.
 */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { HttpApi, wsDialer } from "../../src/client/index.ts";
import { webSocketUrl } from "../../src/web/model/address.ts";
import { type Chatsrv, startEmbedded } from "../support/chatsrv-process.ts";
import { type Cluster, startCluster } from "../support/cluster-process.ts";
import { startNginx } from "../support/nginx.ts";
import { freePort } from "../support/port.ts";
import { makeCerts } from "../support/tls.ts";
import { startTlsProxy, type TlsProxy } from "../support/tls-proxy.ts";
import { until } from "../support/until.ts";
import { befriend, connect, connectApart, makeUsers, type System, type User } from "../support/users.ts";

const certs = makeCerts();
const ca = readFileSync(certs.ca, "utf8");
const trusting = (url: string) => new HttpApi(url, (path, init) => fetch(path, { ...init, tls: { ca } }));
const open = (url: string): WebSocket => Reflect.construct(WebSocket, [url, { tls: { ca } }]);

async function twoUsers(system: System, api: HttpApi): Promise<[User, User]> {
  return (await makeUsers(system, api, 2, "port")) as [User, User];
}

describe("one process, told nothing of its proxy", () => {
  let server: Chatsrv;
  let proxy: TlsProxy;
  beforeAll(async () => {
    server = await startEmbedded();
    proxy = await startTlsProxy(certs, 0, () => server.address("http"));
  });
  afterAll(async () => {
    proxy.stop();
    await server.stop();
  });

  test("the page's way to the chat is the proxy's own port", async () => {
    const api = trusting(proxy.url);
    const dialled: string[] = [];
    const dial = wsDialer({
      urlOf: (placement) => webSocketUrl(placement, new URL(proxy.url)),
      open: (url) => {
        dialled.push(url);
        return open(url);
      },
    });
    const [a, b] = await twoUsers(server, api);
    const clients = [await connect(api, a, { dial }), await connect(api, b, { dial })] as const;
    expect(dialled).toEqual(Array(2).fill(`${proxy.url.replace("https", "wss")}/ws?node=ChattingServer0`));
    await befriend(...clients);
    await clients[0].sendText(b.uuid, "through one port");
    await until(() => clients[1].from(a.uuid).length === 1);
    for (const client of clients) client.close();
  });
});

describe("one process behind nginx, whose word it takes", () => {
  test("tells the client nginx's own port, and sees the client's address", async () => {
    const server = await startEmbedded({ env: { CHATSRV_GATESERVER_TRUST_PROXY: "true" } });
    const nginx = await startNginx(certs, [server.address("http")]);
    const api = trusting(nginx.url);
    const [a, b] = await twoUsers(server, api);
    const { ws_url } = await api.login(a.username, a.password);
    expect(ws_url).toBe(`${nginx.url.replace("https", "wss")}/ws?node=ChattingServer0`);
    const dial = wsDialer({ open });
    const clients = [await connect(api, a, { dial }), await connect(api, b, { dial })] as const;
    await befriend(...clients);
    const texts = Array.from({ length: 200 }, (_, index) => `${index} ${"x".repeat(8_000)}`);
    await clients[0].sendTexts(b.uuid, texts);
    await until(() => clients[1].from(a.uuid).length === 200);
    expect(clients[1].from(a.uuid)).toEqual(texts);
    for (const client of clients) client.close();

    const spoofed = { headers: { "x-forwarded-for": "203.0.113.9", "x-forwarded-host": "evil.example" } };
    const request = { method: "POST", body: "{}", tls: { ca }, ...spoofed };
    await fetch(`${nginx.url}/check_accountexists`, request);
    const line = await until(() =>
      server.events("http.request").find(({ path }) => path === "/check_accountexists"),
    );
    expect(line.client).toBe("127.0.0.1");
    await nginx.process.stop();
    await server.stop();
  }, 60_000);
});

describe("a cluster that has a public URL", () => {
  let cluster: Cluster;
  let proxy: TlsProxy;
  let api: HttpApi;
  const dial = wsDialer({ open });
  beforeAll(async () => {
    const port = freePort();
    cluster = await startCluster({ env: { CHATSRV_GATESERVER_PUBLIC_URL: `https://127.0.0.1:${port}` } });
    const [gateway] = cluster.gateways;
    proxy = await startTlsProxy(certs, port, () =>
      gateway && gateway.events("ready").length > 0 ? gateway.address("http") : undefined,
    );
    api = trusting(proxy.url);
  }, 60_000);
  afterAll(async () => {
    proxy?.stop();
    await cluster?.stop();
  }, 60_000);

  test("relays people to the nodes that they were given to, there and back, in order", async () => {
    const [a, b] = await twoUsers(cluster, api);
    const { ws_url, node } = await api.login(a.username, a.password);
    expect(ws_url).toBe(`${proxy.url.replace("https", "wss")}/ws?node=${node}`);
    const clients = await connectApart(api, a, b, { dial });
    await befriend(...clients);
    const texts = Array.from({ length: 300 }, (_, index) => `${index} ${"x".repeat(4_000)}`);
    await Promise.all([clients[0].sendTexts(b.uuid, texts), clients[1].sendTexts(a.uuid, texts)]);
    await until(() => clients[1].from(a.uuid).length === 300 && clients[0].from(b.uuid).length === 300);
    expect(clients[1].from(a.uuid)).toEqual(texts);
    expect(clients[0].from(b.uuid)).toEqual(texts);
    for (const client of clients) client.close();
  }, 30_000);

  test("who is relayed survives the end of the node, and the end of the gateway", async () => {
    const [a, b] = await twoUsers(cluster, api);
    const clients = await connectApart(api, a, b, { dial });
    await befriend(...clients);
    const sent: string[] = [];
    const say = async (text: string) => {
      sent.push(text);
      await clients[0].sendText(b.uuid, text);
      await until(() => clients[1].from(a.uuid).length === sent.length, { timeoutMs: 30_000 });
    };
    await say("before");
    const node = cluster.chats[1];
    await node?.kill();
    await say("a node was killed");
    await node?.start();
    const gateway = cluster.gateways[0];
    await gateway?.stop();
    await gateway?.start();
    await say("the gateway was renewed");
    expect(clients[1].from(a.uuid)).toEqual(sent);
    for (const client of clients) client.close();
  }, 90_000);

  test("a request for no node, for one that is not there, and for no WebSocket has its answer", async () => {
    const ask = async (path: string, upgrade = true) => {
      const headers = upgrade ? { upgrade: "websocket", connection: "upgrade" } : {};
      const response = await fetch(`http://${cluster.gateways[0]?.address("http")}${path}`, { headers });
      return [response.status, await response.json()];
    };
    expect(await ask("/ws")).toEqual([400, { error: 67, field: "node" }]);
    expect(await ask("/ws?node=nobody")).toEqual([404, { error: 6 }]);
    expect(await ask("/ws?node=chat0", false)).toEqual([426, { error: 72 }]);
  });
});
