/** @module The desktop client's outbox: one frame per write, a gap between writes, texts merged. */
import { describe, expect, test } from "bun:test";
import { PacedOutbox } from "../../src/chat/paced-outbox.ts";
import { userId } from "../../src/domain/ids.ts";
import { FakeConnection } from "../support/fake-connection.ts";
import { messagesOf } from "../support/messages.ts";
import { until } from "../support/until.ts";

const ME = userId(1);
const GAP_MS = 15;

function paced(limits = { frames: 100, bytes: 4_000_000 }) {
  const connection = new FakeConnection<unknown>();
  const written: number[] = [];
  const outbox = new PacedOutbox({
    connection,
    user: ME,
    gapMs: GAP_MS,
    limits,
    onWritten: (_peer, seq) => written.push(seq),
  });
  return { connection, outbox, written };
}

describe("paced outbox", () => {
  test("each frame is a write of its own, with the gap between", async () => {
    const { connection, outbox } = paced();
    const startedAt = performance.now();
    for (let i = 0; i < 4; i++) outbox.send("LOGOUTRESPONSE", { error: i });
    expect(connection.writes.length).toBe(1);
    await until(() => connection.writes.length === 4);
    expect(connection.writes.map((write) => write.length)).toEqual([1, 1, 1, 1]);
    expect(connection.writes.map((write) => write[0]?.body.error)).toEqual([0, 1, 2, 3]);
    expect(performance.now() - startedAt).toBeGreaterThanOrEqual(3 * GAP_MS - 3);
  });

  test("texts that queue during the gap become one 19 per sender", async () => {
    const { connection, outbox, written } = paced();
    outbox.send("LOGINRESPONSE", { error: 0 });
    for (let seq = 1; seq <= 6; seq++) {
      outbox.sendTexts(userId(2), messagesOf(2, [seq]), seq);
      outbox.sendTexts(userId(3), messagesOf(3, [seq]), seq);
    }
    await until(() => connection.writes.length === 3);
    const [, first, second] = connection.writes.map((write) => write[0]);
    expect(first?.body.text_sender).toBe("2");
    expect(first?.body.text_msg.map((entry: { msg_content: string }) => entry.msg_content)).toEqual([
      ..."123456",
    ]);
    expect(second?.body.text_sender).toBe("3");
    expect(second?.body.text_msg.length).toBe(6);
    expect(written).toEqual([6, 6]);
  });

  test("texts are not moved ahead of a new friend's announcement", async () => {
    const { connection, outbox } = paced();
    outbox.send("LOGINRESPONSE", { error: 0 });
    outbox.sendTexts(userId(2), messagesOf(2, [1]), 1);
    outbox.send("FRIENDING_ON_BIDDIRECTIONAL", { friend_uuid: "2" });
    outbox.sendTexts(userId(2), messagesOf(2, [2]), 2);
    await until(() => connection.writes.length === 4);
    expect(connection.writes.map((write) => write[0]?.id)).toEqual([6, 19, 16, 19]);
  });

  test("the next write waits for a full socket as well as for the gap", async () => {
    const { connection, outbox } = paced();
    connection.stuck = true;
    outbox.send("LOGOUTRESPONSE", { error: 0 });
    outbox.send("LOGOUTRESPONSE", { error: 1 });
    expect(connection.queuedFrames).toBe(1);
    connection.stuck = false;
    connection.flush();
    await until(() => connection.writes.length === 2);
    expect(connection.queuedFrames).toBe(0);
  });

  test("a backlog that does not fit a frame is cut into several, in order", async () => {
    const { connection, outbox } = paced();
    outbox.sendTexts(
      userId(2),
      messagesOf(2, [1, 2, 3, 4, 5, 6], () => "x".repeat(16_000)),
      6,
    );
    await until(() => connection.writes.length === 2);
    const seen = connection.frames.flatMap(({ body }) =>
      body.text_msg.map((entry: { msg_id: string }) => entry.msg_id),
    );
    expect(seen).toEqual(["{2-1}", "{2-2}", "{2-3}", "{2-4}", "{2-5}", "{2-6}"]);
  });

  test("what the client is not shown counts as written with what was queued before it", async () => {
    const { outbox, written } = paced();
    outbox.send("LOGINRESPONSE", { error: 0 });
    outbox.sendTexts(userId(2), messagesOf(2, [1]), 1);
    outbox.sendTexts(userId(2), [], 3);
    expect(written).toEqual([]);
    await until(() => written.length === 1);
    outbox.sendTexts(userId(2), [], 4);
    expect(written).toEqual([3, 4]);
  });

  test("a client that takes nothing is cut, not kept in memory", () => {
    const { connection, outbox } = paced({ frames: 3, bytes: 4_000_000 });
    connection.stuck = true;
    for (let i = 0; i < 6; i++) outbox.send("LOGOUTRESPONSE", { error: i });
    expect(connection.closedBecause).toBe("overflow");
  });

  test("there is no room for more of a backlog while large texts wait", async () => {
    const { connection, outbox } = paced();
    connection.stuck = true;
    const room = { there: false };
    const large = messagesOf(
      2,
      [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21],
      () => "x".repeat(16_000),
    );
    outbox.sendTexts(userId(2), large, 21);
    const waited = outbox.room().then(() => {
      room.there = true;
    });
    await Promise.resolve();
    expect(room.there).toBe(false);
    connection.stuck = false;
    connection.flush();
    await waited;
    expect(connection.closedBecause).toBeUndefined();
  });

  test("end writes what is queued before it closes", async () => {
    const { connection, outbox } = paced();
    outbox.send("LOGOUTRESPONSE", { error: 0 });
    outbox.send("LOGOUTRESPONSE", { error: 1 });
    outbox.end();
    await until(() => !connection.isOpen);
    expect(connection.writes.length).toBe(2);
    expect(connection.closedBecause).toBe("ended");
  });
});
