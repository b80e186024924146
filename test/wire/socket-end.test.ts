/**
 * @module wire/socket-end
 * What happens behind the last frame of a connection, over every transport: nothing comes in any more, and what came
 * is answered.
 */
import { describe, expect, test } from "bun:test";
import { ANSWER_GRACE_MS } from "../../src/net/connection.ts";
import { encodeFrame } from "../../src/wire/frame.ts";
import { until } from "../support/until.ts";
import type { Transport } from "./socket-peer.ts";
import { type Seen, TestServer } from "./socket-server.ts";

const transports: readonly Transport[] = ["tcp", "tcp+tls", "ws", "ws+tls"];
/** A header that cannot be: no length is below its own. */
const NO_FRAME = Uint8Array.of(0, 17, 0, 0);

const ids = (seen: { frames: readonly { id: number }[] }): number[] => seen.frames.map((frame) => frame.id);
const closedBy = (seen: Seen, reason: string) =>
  until(() => seen.reasons.length > 0, { what: "closed" }).then(() =>
    expect(seen.reasons).toEqual([reason as never]),
  );
const upTo = (count: number): number[] => Array.from({ length: count }, (_, n) => n);

describe.each(transports)("%s", (transport) => {
  test("frames are answered however late, although what came behind them was no frame", async () => {
    const server = new TestServer(transport, { finished: () => {} });
    const { peer, seen } = await server.connect();
    peer.send(...upTo(3).map((n) => encodeFrame(17, { n })), NO_FRAME, encodeFrame(17, {}));
    await until(() => seen.finished.length === 1);
    expect(seen.frames.length).toBe(3);
    for (const n of upTo(3)) {
      await new Promise(setImmediate);
      expect(seen.connection.send(encodeFrame(18, { n }))).toBe(true);
    }
    seen.connection.end("ended");
    await closedBy(seen, "protocol");
    await until(() => peer.closed);
    expect(ids(peer)).toEqual([18, 18, 18]);
    expect(seen.finished).toEqual(["protocol"]);
  });

  test("who does not end a connection behind its last frame has it ended after the grace", async () => {
    const server = new TestServer(transport, { finished: () => {} });
    const { peer, seen } = await server.connect();
    peer.send(NO_FRAME);
    await until(() => seen.finished.length === 1);
    server.now += ANSWER_GRACE_MS - 1;
    await server.swept();
    expect(seen.connection.isOpen).toBe(true);
    seen.connection.send(encodeFrame(18, {}));
    server.now += 1;
    await closedBy(seen, "protocol");
    await until(() => peer.closed);
    expect(ids(peer)).toEqual([18]);
  });

  test("after finish nothing more is handed out, and what was is answered", async () => {
    const server = new TestServer(transport, { frame: ({ connection }) => connection.finish("ended") });
    const { peer, seen } = await server.connect();
    peer.send(encodeFrame(17, { n: 0 }), encodeFrame(17, { n: 1 }), NO_FRAME);
    await until(() => seen.frames.length === 1);
    peer.send(encodeFrame(17, { n: 2 }));
    await server.swept();
    seen.connection.send(encodeFrame(18, {}));
    seen.connection.end("error");
    await closedBy(seen, "ended");
    await until(() => peer.closed);
    expect([seen.frames.length, seen.finished.length]).toEqual([1, 0]);
    expect(ids(peer)).toEqual([18]);
  });
});
