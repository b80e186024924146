/**
 * @module wire/socket-ws
 * What only WebSocket can do: messages that are no frame, pings, plain HTTP requests.
 */

import { describe, expect, test } from "bun:test";
import { encodeFrame, MAX_FRAME_BYTES } from "../../src/wire/frame.ts";
import { until } from "../support/until.ts";
import { WsPeer, webSocketMessage } from "./socket-peer.ts";
import { type Seen, TestServer } from "./socket-server.ts";
import { join } from "./vectors.ts";

const closed = (seen: Seen) => until(() => seen.reasons.length > 0, { what: "closed" });

async function connect(server: TestServer): Promise<{ peer: WsPeer; seen: Seen }> {
  const { peer, seen } = await server.connect();
  if (!(peer instanceof WsPeer)) throw new Error("not a WebSocket");
  return { peer, seen };
}

describe("what is not one binary message of one frame", () => {
  const frame = encodeFrame(17, { n: 1 });
  const bad: [string, Uint8Array][] = [
    ["a text message", webSocketMessage(1, Buffer.from('{"n":1}'))],
    ["an empty message", webSocketMessage(2, new Uint8Array(0))],
    ["half a header", webSocketMessage(2, frame.subarray(0, 3))],
    ["half a frame", webSocketMessage(2, frame.subarray(0, 7))],
    ["two frames in one message", webSocketMessage(2, join(frame, frame))],
    ["a length of 0", webSocketMessage(2, Uint8Array.of(0, 17, 0, 0))],
  ];
  test.each(bad)("%s is answered, flushed and closed", async (_, message) => {
    const server = new TestServer("ws", {
      finished: ({ connection }, reason) => {
        connection.send(encodeFrame(102, { error: 1 }));
        connection.end(reason);
      },
    });
    const { peer, seen } = await connect(server);
    peer.write(join(webSocketMessage(2, frame), message, webSocketMessage(2, frame)));
    await until(() => peer.closed);
    await closed(seen);
    expect(seen.frames.length).toBe(1);
    expect(seen.finished).toEqual(["protocol"]);
    expect(seen.reasons).toEqual(["protocol"]);
    expect(peer.frames.map(({ id }) => id)).toEqual([102]);
    expect(peer.closeCode).toBe(1002);
  });

  test.each([
    ["answered", MAX_FRAME_BYTES + 1, ["protocol"]],
    ["not waited for", 4 * MAX_FRAME_BYTES, []],
  ] as const)("a message longer than any frame is %s", async (_, length, finished) => {
    const server = new TestServer("ws");
    const { peer, seen } = await connect(server);
    const head = new Uint8Array(14);
    head.set([0x82, 0xff]);
    new DataView(head.buffer).setBigUint64(2, BigInt(length));
    peer.write(Buffer.concat([head, new Uint8Array(length)]));
    await closed(seen);
    expect(seen.finished).toEqual([...finished]);
    expect(seen.frames).toEqual([]);
    expect(server.listener.connections).toBe(0);
  });
});

test.each([
  ["a close", webSocketMessage(8, Uint8Array.of(0x03, 0xe8))],
  ["what is no WebSocket", Buffer.from("\xff\xff\xff\xff garbage", "latin1")],
])("what is answered at once is, although %s comes in the same read", async (_, behind) => {
  const server = new TestServer("ws", {
    frame: ({ connection }, id) => void connection.send(encodeFrame(id + 1, {})),
  });
  const { peer, seen } = await connect(server);
  const frames = [100, 100, 100].map((id) => webSocketMessage(2, encodeFrame(id, {})));
  peer.write(Buffer.concat([...frames, behind]));
  await closed(seen);
  await until(() => peer.closed);
  expect(peer.frames.map(({ id }) => id)).toEqual([101, 101, 101]);
  expect(server.logged).toEqual([]);
});

test("a request that asks for no WebSocket gets 426", async () => {
  const server = new TestServer("ws");
  const response = await fetch(`http://127.0.0.1:${server.listener.address.port}/`);
  expect(response.status).toBe(426);
  expect(response.headers.get("upgrade")).toBe("websocket");
});

test("WebSocket pings put the idle time off", async () => {
  const server = new TestServer("ws", {
    opened: ({ connection }) => {
      connection.idleTimeoutMs = 1_000;
    },
  });
  const { peer, seen } = await connect(server);
  for (let n = 1; n <= 3; n++) {
    server.now += 900;
    const reads = peer.reads.length;
    peer.write(webSocketMessage(9, new Uint8Array(0)));
    await until(() => peer.reads.length > reads, { what: "the pong" });
  }
  expect(seen.connection.isOpen).toBe(true);
  server.now += 1_000;
  await closed(seen);
  expect(seen.reasons).toEqual(["idle"]);
});

test("a browser's WebSocket talks to it", async () => {
  const server = new TestServer("ws", {
    frame: ({ connection }, id, body) => {
      connection.send(encodeFrame(id + 1, { length: body.length }));
      connection.end("ended");
    },
  });
  const socket = new WebSocket(`ws://127.0.0.1:${server.listener.address.port}/`);
  socket.binaryType = "arraybuffer";
  const received: Uint8Array[] = [];
  let code = 0;
  socket.onopen = () => socket.send(new Uint8Array(encodeFrame(100, { t: 1 })));
  socket.onmessage = ({ data }: MessageEvent<ArrayBuffer>) => received.push(new Uint8Array(data));
  socket.onclose = (event) => {
    code = event.code;
  };
  await until(() => code !== 0);
  expect(code).toBe(1000);
  expect(received).toEqual([encodeFrame(101, { length: 7 })]);
});
