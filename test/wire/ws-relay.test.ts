/**
 * @module wire/ws-relay
 * A WebSocket that is relayed: everything, in order, in bounded memory, and the end of either side is the other's.
 */
import { afterEach, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { silentLogger } from "../../src/lib/log.ts";
import { WsRelays } from "../../src/net/ws-relay.ts";
import { type WsEvents, type WsSocket, webSockets } from "../../src/net/ws-socket.ts";
import { freePort } from "../support/port.ts";
import { makeCerts } from "../support/tls.ts";
import { until } from "../support/until.ts";

type Client = Bun.WebSocket;
const running: { stop(force: boolean): unknown }[] = [];
const clients: Client[] = [];
afterEach(() => {
  for (const client of clients.splice(0)) client.terminate();
  for (const server of running.splice(0)) server.stop(true);
});

/** The far end: keeps what it gets. */
class Far implements WsEvents {
  readonly messages: (string | Uint8Array)[] = [];
  bytes = 0;
  pings = 0;
  ended: string | undefined;
  declare socket: WsSocket;
  attached(socket: WsSocket): void {
    this.socket = socket;
  }
  message(message: string | Uint8Array): void {
    this.bytes += message.length;
    this.messages.push(typeof message === "string" ? message : message.slice(0, 4));
  }
  alive(): void {
    this.pings += 1;
  }
  drained(): void {}
  detached(code: number, reason: string): void {
    this.ended = `${code} ${reason}`;
  }
}

/** A far server and a relay before it. `refuse`: nobody listens there. */
function relayed({ refuse = false } = {}) {
  const fars: Far[] = [];
  const headers: Headers[] = [];
  const far = Bun.serve<WsEvents>({
    port: refuse ? freePort() : 0,
    hostname: "127.0.0.1",
    fetch(request, server) {
      headers.push(request.headers);
      const data = new Far();
      fars.push(data);
      return server.upgrade(request, { data }) ? undefined : new Response(null, { status: 426 });
    },
    websocket: webSockets,
  });
  const url = `ws://127.0.0.1:${far.port}/`;
  if (refuse) far.stop(true);
  else running.push(far);
  const relays = new WsRelays(silentLogger);
  const near = Bun.serve<WsEvents>({
    port: 0,
    hostname: "127.0.0.1",
    fetch: (request, server) => relays.accept(request, server, { url, headers: { "x-told": "yes" } }),
    websocket: webSockets,
  });
  running.push(near);
  const open = () => {
    const client = Reflect.construct(WebSocket, [`ws://127.0.0.1:${near.port}/`, {}]) as Client;
    clients.push(client);
    client.binaryType = "nodebuffer";
    const seen = { messages: [] as (string | Uint8Array)[], bytes: 0, end: "", open: false };
    client.onopen = () => {
      seen.open = true;
    };
    client.onmessage = ({ data }) => {
      seen.bytes += data.length;
      seen.messages.push(typeof data === "string" ? data : data.subarray(0, 4));
    };
    client.onclose = ({ code, reason }) => {
      seen.end = `${code} ${reason}`;
    };
    return { client, seen };
  };
  const meet = async () => {
    const end = open();
    await until(() => end.seen.open && fars.at(-1)?.socket !== undefined);
    return { ...end, far: fars.at(-1) as Far };
  };
  return { open, meet, relays, fars, headers, near };
}

const numbered = (index: number, bytes: number): Uint8Array => {
  const message = new Uint8Array(bytes);
  new DataView(message.buffer).setUint32(0, index);
  return message;
};
const numbers = (messages: readonly (string | Uint8Array)[]): number[] =>
  messages.map((message) => Buffer.from(message as Uint8Array).readUInt32BE(0));

test("messages of both kinds pass both ways, with the headers that were asked for", async () => {
  const { meet, headers } = relayed();
  const { client, seen, far } = await meet();
  expect(headers[0]?.get("x-told")).toBe("yes");
  client.send("text");
  client.send(Uint8Array.of(1, 2));
  client.ping();
  await until(() => far.messages.length === 2 && far.pings === 1);
  expect(far.messages).toEqual(["text", Uint8Array.of(1, 2)]);
  far.socket.sendText("back");
  far.socket.sendBinary(Uint8Array.of(3));
  await until(() => seen.messages.length === 2);
  expect([seen.messages[0], [...(seen.messages[1] as Uint8Array)]]).toEqual(["back", [3]]);
});

test("what is sent before the other side is reached arrives first", async () => {
  const { open, fars } = relayed();
  const { client, seen } = open();
  await until(() => seen.open);
  for (let index = 0; index < 100; index += 1) client.send(numbered(index, 100));
  await until(() => fars[0]?.messages.length === 100);
  expect(numbers(fars[0]?.messages ?? [])).toEqual(Array.from({ length: 100 }, (_, index) => index));
});

/** Several times what the kernel keeps in the sockets on the way. */
const COUNT = 3_000;
const SIZE = 32_000;
const ALL = COUNT * SIZE;

/** What a number is once it does not change any more. */
async function settled(look: () => number): Promise<number> {
  let last = Number.NaN;
  let same = 0;
  await until(() => {
    same = look() === last ? same + 1 : 0;
    last = look();
    return same === 10;
  });
  return last;
}

test("a client that does not read stops the server, and gets everything when it reads on", async () => {
  const { meet } = relayed();
  const { client, seen, far } = await meet();
  client.pause();
  for (let index = 0; index < COUNT; index += 1) far.socket.sendBinary(numbered(index, SIZE));
  // The rest waits where it was sent.
  expect(await settled(() => far.socket.getBufferedAmount())).toBeGreaterThan(ALL / 2);
  expect(seen.bytes).toBeLessThan(ALL / 4);
  client.resume();
  await until(() => seen.bytes === ALL);
  expect(numbers(seen.messages)).toEqual(Array.from({ length: COUNT }, (_, index) => index));
});

test("a server that does not read stops the client, and gets everything when it reads on", async () => {
  const { meet } = relayed();
  const { client, far } = await meet();
  far.socket.pause();
  for (let index = 0; index < COUNT; index += 1) client.send(numbered(index, SIZE));
  expect(await settled(() => client.bufferedAmount)).toBeGreaterThan(ALL / 2);
  far.socket.resume();
  await until(() => far.bytes === ALL);
  expect(numbers(far.messages)).toEqual(Array.from({ length: COUNT }, (_, index) => index));
});

test("the server's end is the client's, code and reason, behind all that was sent", async () => {
  const { meet, relays } = relayed();
  const { seen, far } = await meet();
  for (let index = 0; index < 100; index += 1) far.socket.sendBinary(numbered(index, SIZE));
  far.socket.close(1008, "too slow");
  await until(() => seen.end !== "");
  expect([seen.end, seen.messages.length]).toEqual(["1008 too slow", 100]);
  await until(() => relays.size === 0);
});

test("a server that is cut, or was never there, ends the client", async () => {
  const cut = await relayed().meet();
  cut.far.socket.terminate();
  await until(() => cut.seen.end === "1001 ");
  const { open, relays } = relayed({ refuse: true });
  const { seen } = open();
  await until(() => seen.end === "1013 the chat server cannot be reached");
  await until(() => relays.size === 0);
});

test("the client's end is the server's, however it comes, also while neither reads", async () => {
  const { meet, relays } = relayed();
  for (const end of [(client: Client) => client.close(1000), (client: Client) => client.terminate()]) {
    const { client, far } = await meet();
    client.send("last");
    await until(() => far.messages.length === 1);
    end(client);
    await until(() => far.ended !== undefined);
  }
  const { client, far } = await meet();
  client.pause();
  for (let index = 0; index < COUNT; index += 1) far.socket.sendBinary(numbered(index, SIZE));
  client.terminate();
  await until(() => far.ended !== undefined && relays.size === 0);
});

test("a server of TLS is held to the name it is known by, whatever address it is dialled at", async () => {
  const certs = makeCerts();
  const tls = { cert: Bun.file(certs.serverCert), key: Bun.file(certs.serverKey) };
  const ca = [readFileSync(certs.ca, "utf8")];
  const far = Bun.serve<WsEvents>({
    port: 0,
    hostname: "127.0.0.2", // no name of the certificate
    tls,
    fetch: (request, server) => void server.upgrade(request, { data: new Far() }),
    websocket: webSockets,
  });
  const relays = new WsRelays(silentLogger);
  const url = `wss://127.0.0.2:${far.port}/`;
  const names = ["localhost", "chat.example.org"];
  const near = Bun.serve<WsEvents>({
    port: 0,
    hostname: "127.0.0.1",
    fetch: (request, server) =>
      relays.accept(request, server, { url, headers: {}, tls: { ca, serverName: names.shift() ?? "" } }),
    websocket: webSockets,
  });
  running.push(far, near);
  const open = async () => {
    const socket = new WebSocket(`ws://127.0.0.1:${near.port}/`);
    const ended = new Promise<string>((resolve) => {
      socket.onclose = ({ code }) => resolve(String(code));
    });
    return { socket, ended };
  };
  const good = await open();
  await until(() => relays.size === 1 && good.socket.readyState === WebSocket.OPEN);
  const stays = await Promise.race([good.ended, Bun.sleep(300).then(() => "open")]);
  expect(stays).toBe("open");
  good.socket.close();
  expect(await (await open()).ended).toBe("1013");
});

test("ending all ends all, and a request for no WebSocket is none", async () => {
  const { meet, relays, near } = relayed();
  const ends = [await meet(), await meet()];
  expect(relays.size).toBe(2);
  await relays.endAll();
  await until(() => ends.every(({ seen, far }) => seen.end === "1001 " && far.ended !== undefined));
  await relays.endAll();
  expect((await fetch(near.url)).status).toBe(426);
});
