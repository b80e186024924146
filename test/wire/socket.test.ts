/**
 * @module wire/socket
 * What must hold of every connection, whatever carries it: one suite, four transports.
 */

import { heapStats } from "bun:jsc";
import { describe, expect, test } from "bun:test";
import { readdirSync } from "node:fs";
import { CLOSE_GRACE_MS } from "../../src/net/connection.ts";
import { encodeFrame, encodeFrameText, MAX_BODY_BYTES } from "../../src/wire/frame.ts";
import { until } from "../support/until.ts";
import type { Transport } from "./socket-peer.ts";
import { type Seen, TestServer } from "./socket-server.ts";

const MIB = 1024 * 1024;
const transports: readonly Transport[] = ["tcp", "tcp+tls", "ws", "ws+tls"];

const ids = (seen: { frames: readonly { id: number }[] }): number[] => seen.frames.map((frame) => frame.id);
const closedBy = (seen: Seen, reason: string) =>
  until(() => seen.reasons.length > 0 && expect(seen.reasons).toEqual([reason as never]) === undefined, {
    what: `closed by ${reason}, not ${seen.reasons}`,
  });
/** `count` numbered frames of about 16 KB each. */
const largeFrames = (count: number): Uint8Array[] =>
  Array.from({ length: count }, (_, n) => encodeFrame(19, { n, fill: "x".repeat(16_000) }));
const numbers = (peer: { frames: readonly { text: string }[] }): number[] =>
  peer.frames.map((frame) => (JSON.parse(frame.text) as { n: number }).n);
const upTo = (count: number): number[] => Array.from({ length: count }, (_, n) => n);

/** What of closed connections could stay: open files, and socket objects of either end. */
function leftovers(): { descriptors: number; sockets: number } {
  Bun.gc(true);
  const { objectTypeCounts: counts } = heapStats();
  const sockets = ["TCPSocket", "TLSSocket", "ServerWebSocket"].map((type) => counts[type] ?? 0);
  return {
    descriptors: readdirSync("/proc/self/fd").length,
    sockets: sockets.reduce((sum, count) => sum + count, 0),
  };
}

describe.each(transports)("%s", (transport) => {
  test("frames arrive whole and in order, and are answered in order", async () => {
    const server = new TestServer(transport, {
      frame: ({ connection }, id, body) =>
        void connection.send(encodeFrameText(id + 1, new TextDecoder().decode(body))),
    });
    const { peer, seen } = await server.connect();
    expect(seen.connection.kind).toBe(transport.startsWith("tcp") ? "tcp" : "ws");
    expect(seen.connection.remoteAddress).toBe("127.0.0.1");
    const count = 3_000;
    peer.send(...upTo(count).map((n) => encodeFrame(17, { n, text: "é".repeat(n % 50) })));
    await until(() => peer.frames.length === count, { what: "all answers" });
    expect(numbers(peer)).toEqual(upTo(count));
    expect(new Set(ids(peer))).toEqual(new Set([18]));
    expect(seen.connection.queuedFrames).toBe(0);
    expect(seen.connection.queuedBytes).toBe(0);
  });

  test("the largest frame passes in both directions", async () => {
    const json = JSON.stringify("x".repeat(MAX_BODY_BYTES - 2));
    const server = new TestServer(transport, {
      frame: ({ connection }, _, body) =>
        void connection.send(encodeFrameText(19, new TextDecoder().decode(body))),
    });
    const { peer, seen } = await server.connect();
    peer.send(encodeFrameText(17, json));
    await until(() => peer.frames.length === 1);
    expect(peer.frames[0]?.text).toBe(json);
    expect(seen.frames[0]?.text).toBe(json);
  });

  test("frames queued in one turn leave in one write", async () => {
    const server = new TestServer(transport);
    const { peer, seen } = await server.connect();
    const readsBefore = peer.reads.length;
    for (const n of upTo(200)) expect(seen.connection.send(encodeFrame(19, { n }))).toBe(true);
    expect(seen.connection.queuedFrames).toBe(200);
    await until(() => peer.frames.length === 200);
    expect(numbers(peer)).toEqual(upTo(200));
    expect(peer.reads.length - readsBefore).toBe(1);
  });

  test("send and flush write that frame alone, and whenDrained tells when the next may follow", async () => {
    const server = new TestServer(transport);
    const { peer, seen } = await server.connect();
    const sizes: number[] = [];
    for (const n of upTo(5)) {
      const before = peer.reads.length;
      seen.connection.send(encodeFrame(19, { n }));
      seen.connection.flush();
      expect(seen.connection.queuedFrames).toBe(0);
      await new Promise<void>((resolve) => seen.connection.whenDrained(resolve));
      await until(() => peer.frames.length === n + 1);
      sizes.push(peer.reads.length - before);
    }
    expect(sizes).toEqual([1, 1, 1, 1, 1]);
  });

  test("whenDrained waits for a reader that does not read, and is called once", async () => {
    const server = new TestServer(transport, {}, { limits: { frames: 10_000, bytes: 64 * MIB } });
    const { peer, seen } = await server.connect();
    peer.stopReading();
    for (const frame of largeFrames(1_000)) seen.connection.send(frame);
    let calls = 0;
    seen.connection.whenDrained(() => calls++);
    seen.connection.flush();
    await until(() => seen.connection.queuedBytes > 0);
    expect(calls).toBe(0);
    peer.readOn();
    await until(() => peer.frames.length === 1_000);
    await until(() => calls === 1);
    seen.connection.send(encodeFrame(19, {}));
    await until(() => peer.frames.length === 1_001);
    expect(calls).toBe(1);
  });

  test("a backlog of 20 MiB below the limits loses and reorders nothing", async () => {
    const server = new TestServer(transport, {}, { limits: { frames: 10_000, bytes: 32 * MIB } });
    const { peer, seen } = await server.connect();
    peer.stopReading();
    const frames = largeFrames(Math.ceil((20 * MIB) / 16_000));
    for (const [n, frame] of frames.entries()) {
      expect(seen.connection.send(frame)).toBe(true);
      if (n % 100 === 0) seen.connection.flush();
    }
    await until(() => seen.connection.queuedBytes > 0);
    // A little is read, then nothing, then all: partial writes in between.
    peer.readOn();
    await until(() => peer.frames.length > 50);
    peer.stopReading();
    seen.connection.send(encodeFrame(19, { n: frames.length }));
    peer.readOn();
    await until(() => peer.frames.length === frames.length + 1, { timeoutMs: 20_000 });
    expect(numbers(peer)).toEqual(upTo(frames.length + 1));
    expect(seen.connection.isOpen).toBe(true);
    await until(() => seen.connection.queuedBytes === 0);
  });

  test("a reader that does not read is cut when the bytes pass the limit", async () => {
    const server = new TestServer(transport, {}, { limits: { frames: 100_000, bytes: MIB } });
    const { peer, seen } = await server.connect();
    peer.stopReading();
    let highest = 0;
    let toldWithin = 0;
    const [frame = new Uint8Array()] = largeFrames(1);
    await until(() => {
      for (let n = 0; n < 20; n++) {
        if (seen.connection.send(frame)) continue;
        toldWithin = seen.reasons.length;
        return true;
      }
      seen.connection.flush();
      highest = Math.max(highest, seen.connection.queuedBytes);
      return false;
    });
    expect(highest).toBeLessThanOrEqual(MIB + (transport.startsWith("ws") ? 64 * 1024 : 0));
    expect(seen.connection.isOpen).toBe(false);
    expect(toldWithin).toBe(0); // closed() does not come from within send
    await closedBy(seen, "overflow");
    expect(seen.connection.send(frame)).toBe(false);
    expect(seen.connection.queuedBytes).toBe(0);
  });

  test("so it is when the frames pass the limit, while a burst to a good reader is not cut", async () => {
    const server = new TestServer(transport, {}, { limits: { frames: 10, bytes: 64 * MIB } });
    const { peer, seen } = await server.connect();
    for (const n of upTo(500)) expect(seen.connection.send(encodeFrame(19, { n }))).toBe(true);
    await until(() => peer.frames.length === 500);
    peer.stopReading();
    const [frame = new Uint8Array()] = largeFrames(1);
    await until(() => {
      for (let n = 0; n < 20; n++) if (!seen.connection.send(frame)) return true;
      return false;
    });
    await closedBy(seen, "overflow");
  });

  test("end writes what is queued first; frames that arrive meanwhile are dropped", async () => {
    const server = new TestServer(transport, {
      frame: ({ connection }) => {
        for (const n of upTo(300)) connection.send(encodeFrame(19, { n }));
        connection.end("ended");
        expect(connection.send(encodeFrame(19, { n: -1 }))).toBe(false);
      },
    });
    const { peer, seen } = await server.connect();
    peer.send(encodeFrame(17, {}), encodeFrame(17, {}));
    await until(() => peer.closed);
    expect(numbers(peer)).toEqual(upTo(300));
    expect(ids(seen)).toEqual([17]);
    await closedBy(seen, "ended");
    expect(server.listener.connections).toBe(0);
  });

  test("end flushes a backlog to a slow reader, bytes from it notwithstanding", async () => {
    const server = new TestServer(transport, {}, { limits: { frames: 10_000, bytes: 64 * MIB } });
    const { peer, seen } = await server.connect();
    peer.stopReading();
    const frames = largeFrames(600);
    for (const frame of frames) seen.connection.send(frame);
    seen.connection.end("ended");
    peer.send(...upTo(100).map((n) => encodeFrame(17, { n })));
    peer.readOn();
    await until(() => peer.frames.length === 600, { timeoutMs: 20_000 });
    expect(numbers(peer)).toEqual(upTo(600));
    await closedBy(seen, "ended");
    expect(seen.frames).toEqual([]);
  });

  test("a peer that never reads the rest is cut after the grace", async () => {
    const server = new TestServer(transport, {}, { limits: { frames: 10_000, bytes: 64 * MIB } });
    const { peer, seen } = await server.connect();
    peer.stopReading();
    for (const frame of largeFrames(1_000)) seen.connection.send(frame);
    seen.connection.end("ended");
    server.now += CLOSE_GRACE_MS - 1;
    await server.swept();
    expect(server.listener.connections).toBe(1);
    expect(seen.reasons).toEqual([]);
    server.now += 1;
    await closedBy(seen, "ended");
    expect(server.listener.connections).toBe(0);
  });

  test("a peer that closes is told of once, after its last frame", async () => {
    const server = new TestServer(transport, {
      frame: ({ connection }) => void connection.send(encodeFrame(18, {})),
      closed: ({ frames }) => expect(frames.length).toBe(2),
    });
    const { peer, seen } = await server.connect();
    peer.send(encodeFrame(17, {}), encodeFrame(17, {}));
    await until(() => peer.frames.length === 2);
    peer.close();
    await closedBy(seen, "peer");
    expect(server.listener.connections).toBe(0);
    expect(server.logged).toEqual([]);
  });

  test("a reset in the middle of a frame is contained", async () => {
    const server = new TestServer(transport);
    const { peer, seen } = await server.connect();
    const other = await server.connect();
    peer.write(encodeFrame(17, { half: true }).subarray(0, 7));
    peer.reset();
    await until(() => seen.reasons.length === 1);
    expect(["peer", "error"]).toContain(seen.reasons[0] ?? "");
    other.peer.send(encodeFrame(17, {}));
    await until(() => other.seen.frames.length === 1);
    expect(seen.frames).toEqual([]);
  });

  test("silence is cut after idleTimeoutMs, bytes put it off", async () => {
    const server = new TestServer(transport, {
      opened: ({ connection }) => {
        connection.idleTimeoutMs = 1_000;
      },
    });
    const { peer, seen } = await server.connect();
    for (const n of upTo(5)) {
      server.now += 900;
      peer.send(encodeFrame(100, { n }));
      await until(() => seen.frames.length === n + 1);
    }
    server.now += 1_000;
    await closedBy(seen, "idle");
    await until(() => peer.closed);
  });

  test("deadlineAt cuts an active peer, unless it is set back to 0", async () => {
    const server = new TestServer(transport, {
      opened: ({ connection }) => {
        connection.deadlineAt = server.now + 10_000;
      },
    });
    const late = await server.connect();
    const loggedIn = await server.connect();
    loggedIn.seen.connection.deadlineAt = 0;
    late.peer.send(encodeFrame(100, {}));
    await until(() => late.seen.frames.length === 1);
    server.now += 10_000;
    await closedBy(late.seen, "deadline");
    loggedIn.peer.send(encodeFrame(100, {}));
    await until(() => loggedIn.seen.frames.length === 1);
    expect(loggedIn.seen.connection.isOpen).toBe(true);
  });

  test("no frame comes between pauseReading and resumeReading, whatever came in the same read", async () => {
    const server = new TestServer(transport, { frame: ({ connection }) => connection.pauseReading() });
    const { peer, seen } = await server.connect();
    peer.send(...upTo(50).map((n) => encodeFrame(17, { n })));
    for (const n of upTo(50)) {
      await until(() => seen.frames.length === n + 1);
      await new Promise(setImmediate);
      expect(seen.frames.length).toBe(n + 1);
      seen.connection.resumeReading();
      expect(seen.frames.length).toBe(n + 1); // not from within resumeReading
    }
    expect(numbers(seen)).toEqual(upTo(50));
  });

  test("a paused connection backs up towards the peer and is not idle", async () => {
    const server = new TestServer(transport, {
      opened: ({ connection }) => {
        connection.idleTimeoutMs = 1_000;
      },
    });
    const { peer, seen } = await server.connect();
    seen.connection.pauseReading();
    const frames = largeFrames(2_000);
    for (const frame of frames) peer.send(frame);
    let before = -1;
    await until(
      () => {
        const settled = before === peer.unsentBytes;
        before = peer.unsentBytes;
        return settled;
      },
      { intervalMs: 50, what: "the buffers to be full" },
    );
    expect(peer.unsentBytes).toBeGreaterThan(MIB);
    server.now += 100_000;
    await server.swept();
    expect(seen.frames).toEqual([]);
    expect(seen.connection.isOpen).toBe(true);
    seen.connection.resumeReading();
    await until(() => seen.frames.length === frames.length, { timeoutMs: 20_000 });
    expect(numbers(seen)).toEqual(upTo(frames.length));
  });

  test("a handler that throws costs its own connection only", async () => {
    const server = new TestServer(transport, {
      opened: () => {
        if (server.all.length === 4) throw new Error("opened failed");
      },
      frame: (_, id) => {
        if (id === 66) throw new Error("frame failed");
      },
      closed: ({ frames }) => {
        if (frames.length > 0) throw new Error("closed failed");
      },
    });
    const good = await server.connect();
    const bad = await server.connect();
    const drained = await server.connect();
    bad.peer.send(encodeFrame(66, {}), encodeFrame(17, {}));
    await closedBy(bad.seen, "error");
    expect(ids(bad.seen)).toEqual([66]);
    drained.seen.connection.whenDrained(() => {
      throw new Error("callback failed");
    });
    await closedBy(drained.seen, "error");
    const unopened = await server.connect();
    await until(() => unopened.peer.closed);
    expect(unopened.seen.reasons).toEqual([]);
    expect(server.logged.map(({ event }) => event)).toEqual(Array(4).fill("net.handler_failed"));
    expect(server.logged.map(({ fields }) => String(fields?.error))).toEqual([
      "Error: frame failed",
      "Error: closed failed",
      "Error: callback failed",
      "Error: opened failed",
    ]);
    good.peer.send(encodeFrame(17, {}));
    await until(() => good.seen.frames.length === 1);
    expect(server.listener.connections).toBe(1);
  });

  test.each(["end", "destroy"] as const)("%s from within opened is told of once, afterwards", async (how) => {
    const server = new TestServer(transport, {
      opened: ({ connection }) => {
        connection.send(encodeFrame(6, { error: 64 }));
        connection[how]("ended");
        expect(connection.isOpen).toBe(false);
      },
    });
    const { peer, seen } = await server.connect();
    await closedBy(seen, "ended");
    await until(() => peer.closed);
    expect(ids(peer)).toEqual(how === "end" ? [6] : []);
    expect(server.listener.connections).toBe(0);
  });

  test("what cannot be a frame comes in its turn: after the frames that wait for the end of a pause", async () => {
    const server = new TestServer(transport, {
      frame: ({ connection }) => connection.pauseReading(),
      finished: ({ frames, connection }, reason) => {
        expect(frames.length).toBe(3);
        connection.end(reason);
      },
    });
    const { peer, seen } = await server.connect();
    peer.send(...upTo(3).map((n) => encodeFrame(17, { n })), Uint8Array.of(0, 17, 0, 0));
    for (const n of upTo(3)) {
      await until(() => seen.frames.length === n + 1);
      expect(seen.finished).toEqual([]);
      seen.connection.resumeReading();
    }
    await closedBy(seen, "protocol");
    expect(seen.finished).toEqual(["protocol"]);
    expect(server.logged).toEqual([]);
  });

  test("a thousand connections opened, used and closed or cut leave nothing behind", async () => {
    const server = new TestServer(transport, {
      frame: ({ connection }) => void connection.send(encodeFrame(18, {})),
    });
    const round = async () => {
      const all = await Promise.all(upTo(100).map(() => server.newPeer()));
      for (const peer of all) peer.send(encodeFrame(17, {}), encodeFrame(17, {}).subarray(0, 5));
      await until(() => all.every((peer) => peer.frames.length === 1));
      for (const [n, peer] of all.entries()) {
        if (n % 2 === 0) peer.reset();
        else peer.close();
      }
      await until(() => server.listener.connections === 0 && all.every((peer) => peer.closed));
      expect(server.all.every(({ reasons }) => reasons.length === 1)).toBe(true);
      server.all.length = 0;
    };
    await round(); // what is made once is made now
    const before = leftovers();
    for (let n = 0; n < 10; n++) await round();
    await until(() => {
      const now = leftovers();
      return now.descriptors <= before.descriptors && now.sockets <= before.sockets + 20;
    });
  });

  test("a connection too many is closed at once and nobody is told", async () => {
    const server = new TestServer(transport, {}, { maxConnections: 2 });
    const first = await server.connect();
    await server.connect();
    const peer = await server.newPeer().catch(() => "refused" as const);
    if (peer !== "refused") await until(() => peer.closed);
    expect(server.all.length).toBe(2);
    first.peer.close();
    await until(() => server.listener.connections === 1);
    const again = await server.connect();
    again.peer.send(encodeFrame(17, {}));
    await until(() => again.seen.frames.length === 1);
  });

  test("stopAccepting leaves open connections alone; stop flushes and ends them", async () => {
    const server = new TestServer(transport);
    const { peer, seen } = await server.connect();
    server.listener.stopAccepting();
    await expect(server.newPeer()).rejects.toThrow();
    peer.send(encodeFrame(17, {}));
    await until(() => seen.frames.length === 1);
    seen.connection.send(encodeFrame(116, { bye: true }));
    await server.listener.stop();
    await until(() => peer.closed);
    expect(ids(peer)).toEqual([116]);
    expect(seen.reasons).toEqual(["shutdown"]);
  });
});
