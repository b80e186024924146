/**
 * @module wire/socket-tcp
 * What only a byte stream can do: splits at any byte, broken lengths, half-closed sides, stalled handshakes.
 */

import { describe, expect, test } from "bun:test";
import { encodeFrame } from "../../src/wire/frame.ts";
import { until } from "../support/until.ts";
import { Peer } from "./socket-peer.ts";
import { type Seen, TestServer } from "./socket-server.ts";
import { bytesOf, join, vectors } from "./vectors.ts";

const upTo = (count: number): number[] => Array.from({ length: count }, (_, n) => n);
const numbers = (seen: { frames: readonly { text: string }[] }): number[] =>
  seen.frames.map((frame) => (JSON.parse(frame.text) as { n: number }).n);
const closed = (seen: Seen) => until(() => seen.reasons.length > 0, { what: "closed" });

describe.each(["tcp", "tcp+tls"] as const)("%s", (transport) => {
  test("a stream split at every byte gives the same frames", async () => {
    const server = new TestServer(transport);
    const stream = join(encodeFrame(17, { n: 0 }), encodeFrame(100, { n: 1 }), encodeFrame(17, { n: 2 }));
    for (const cut of upTo(stream.length + 1)) {
      const { peer, seen } = await server.connect();
      peer.write(stream.subarray(0, cut));
      // The second half must not catch up with the first: its frames have to be in before.
      const whole = [0, 1, 2].filter((n) => cut >= ((n + 1) * stream.length) / 3).length;
      await until(() => seen.frames.length === whole, { intervalMs: 1 });
      peer.write(stream.subarray(cut));
      await until(() => seen.frames.length === 3, { intervalMs: 1 });
      expect(numbers(seen)).toEqual([0, 1, 2]);
      peer.reset();
    }
  });

  test("a stream that dribbles in byte by byte gives the same frames", async () => {
    const server = new TestServer(transport);
    const { peer, seen } = await server.connect();
    const some = vectors.slice(0, 8);
    for (const byte of join(...some.map(bytesOf))) {
      peer.write(Uint8Array.of(byte));
      await new Promise(setImmediate);
    }
    await until(() => seen.frames.length === some.length);
    expect(seen.frames.map((frame) => frame.text)).toEqual(some.map((vector) => vector.json));
  });

  test.each([0, 1, 2, 3])(
    "a length of %i is answered, flushed and closed; frames before it count",
    async (length) => {
      const server = new TestServer(transport, {
        finished: ({ connection }, reason) => {
          connection.send(encodeFrame(102, { error: 1 }));
          connection.end(reason);
        },
      });
      const { peer, seen } = await server.connect();
      peer.write(join(encodeFrame(17, { n: 0 }), Uint8Array.of(0, 17, 0, length), encodeFrame(17, { n: 1 })));
      await until(() => peer.closed);
      await closed(seen);
      expect(numbers(seen)).toEqual([0]);
      expect(seen.finished).toEqual(["protocol"]);
      expect(seen.reasons).toEqual(["protocol"]);
      expect(peer.frames.map((frame) => frame.id)).toEqual([102]);
    },
  );

  test("65535 with nothing behind and then silence holds next to nothing and meets the deadline", async () => {
    const server = new TestServer(transport, {
      opened: ({ connection }) => {
        connection.deadlineAt = server.now + 10_000;
      },
    });
    const { peer, seen } = await server.connect();
    peer.write(Uint8Array.of(0, 17, 0xff, 0xff));
    server.now += 10_000;
    await closed(seen);
    expect(seen.reasons).toEqual(["deadline"]);
    expect([seen.frames, seen.finished]).toEqual([[], []]);
  });

  test("half a frame and then the end is a close, not a frame", async () => {
    const server = new TestServer(transport);
    const { peer, seen } = await server.connect();
    peer.write(join(encodeFrame(17, { n: 0 }), encodeFrame(17, { n: 1 }).subarray(0, 9)));
    await until(() => seen.frames.length === 1);
    peer.close();
    await closed(seen);
    expect(numbers(seen)).toEqual([0]);
    expect([seen.finished, seen.reasons]).toEqual([["peer"], ["peer"]]);
  });

  test("frames are answered however late, although the peer sends no more", async () => {
    const server = new TestServer(transport, { finished: () => {} });
    const peer = await new Peer().connect(server.listener.address.port, transport.endsWith("+tls"), {
      allowHalfOpen: true,
    });
    const seen = await until(() => server.all[0]);
    peer.send(encodeFrame(17, { n: 0 }), encodeFrame(17, { n: 1 }), encodeFrame(17, {}).subarray(0, 5));
    peer.finish();
    await until(() => seen.finished.length === 1);
    expect(numbers(seen)).toEqual([0, 1]);
    expect(seen.connection.isOpen).toBe(true);
    seen.connection.send(encodeFrame(18, {}));
    await until(() => peer.frames.length === 1);
    seen.connection.send(encodeFrame(18, {}));
    seen.connection.end("ended");
    await closed(seen);
    await until(() => peer.ended || peer.closed);
    expect(peer.frames.length).toBe(2);
    expect([seen.finished, seen.reasons]).toEqual([["peer"], ["peer"]]);
    expect(server.listener.connections).toBe(0);
  });

  test("what was queued is written although the peer has closed its side", async () => {
    const server = new TestServer(transport, {
      frame: ({ connection }) => {
        for (const n of upTo(50)) connection.send(encodeFrame(19, { n }));
      },
    });
    const peer = await new Peer().connect(server.listener.address.port, transport.endsWith("+tls"), {
      allowHalfOpen: true,
    });
    await until(() => server.all.length === 1);
    peer.send(encodeFrame(17, {}));
    peer.finish();
    await until(() => peer.frames.length === 50);
    expect(numbers(peer)).toEqual(upTo(50));
    await until(() => server.listener.connections === 0);
  });

  test("a peer that does not close its side after ours is cut after the grace", async () => {
    const server = new TestServer(transport);
    const peer = await new Peer().connect(server.listener.address.port, transport.endsWith("+tls"), {
      allowHalfOpen: true,
    });
    const seen = await until(() => server.all[0]);
    seen.connection.send(encodeFrame(6, { n: 0 }));
    seen.connection.end("ended");
    await until(() => peer.ended);
    expect(server.listener.connections).toBe(1);
    server.now += 5_000;
    await closed(seen);
    expect(seen.reasons).toEqual(["ended"]);
    expect(numbers(peer)).toEqual([0]);
    expect(server.listener.connections).toBe(0);
  });

  test("what a peer sent before it closed is handed out after a pause, then the close", async () => {
    const server = new TestServer(transport, {
      frame: ({ connection, frames }) => {
        if (frames.length === 1) connection.pauseReading();
      },
    });
    const { peer, seen } = await server.connect();
    peer.send(...upTo(20).map((n) => encodeFrame(17, { n })));
    peer.close();
    await until(() => seen.frames.length === 1);
    expect(seen.reasons).toEqual([]);
    seen.connection.resumeReading();
    await closed(seen);
    expect(seen.reasons).toEqual(["peer"]);
    expect(numbers(seen)).toEqual(upTo(20));
  });
});

test("tcp+tls: a handshake that stalls or fails is counted, bounded and nobody's session", async () => {
  const server = new TestServer("tcp+tls");
  const stalled = await new Peer().connect(server.listener.address.port, false);
  const garbage = await new Peer().connect(server.listener.address.port, false);
  await until(() => server.listener.connections === 2);
  garbage.write(Buffer.from("GET / HTTP/1.1\r\n\r\n"));
  await until(() => garbage.closed);
  await until(() => server.listener.connections === 1);
  server.now += 10_000;
  await until(() => stalled.closed);
  expect(server.listener.connections).toBe(0);
  expect(server.all).toEqual([]);
});
