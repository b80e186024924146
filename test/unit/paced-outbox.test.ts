/** @module The desktop client's outbox: one frame per write, a gap between writes, texts merged, in held time. */
import { describe, expect, test } from "bun:test";
import { PacedOutbox } from "../../src/chat/dialects/original/paced-outbox.ts";
import type { Message } from "../../src/domain/entities.ts";
import { conversationId, type UserId, userId } from "../../src/domain/ids.ts";
import { HeldClock } from "../support/clock.ts";
import { FakeConnection } from "../support/fake-connection.ts";
import { messagesOf } from "../support/messages.ts";

const ME = userId(1);
const GAP_MS = 400;
const MAX_GAP_MS = 10_000;

/** Texts of the conversation with a user; its id is a hundred of theirs. */
const sendTexts = (outbox: PacedOutbox, peer: UserId, messages: readonly Message[], through: number) =>
  outbox.sendTexts(conversationId(100 * peer), peer, messages, through);

function paced(limits = { frames: 100, bytes: 4_000_000 }) {
  const clock = new HeldClock();
  const connection = new FakeConnection<unknown>();
  const written: number[] = [];
  const outbox = new PacedOutbox({
    connection,
    user: ME,
    pace: { gapMs: GAP_MS, maxGapMs: MAX_GAP_MS },
    limits,
    onWritten: (_conversation, seq) => written.push(seq),
    clock,
    timer: clock.timer,
  });
  const ids = () => connection.frames.map(({ id }) => id);
  const texts = (id: number) =>
    connection.frames
      .filter(({ body }) => body.text_sender === String(id))
      .map(({ body }) => body.text_msg.map((entry: { msg_content: string }) => entry.msg_content).join(""));
  return { clock, connection, outbox, written, ids, texts };
}

describe("the gap", () => {
  test("each frame is a write of its own, with the gap between", async () => {
    const { clock, connection, outbox } = paced();
    for (let i = 0; i < 4; i++) outbox.send("LOGOUTRESPONSE", { error: i });
    for (let i = 1; i <= 4; i++) {
      expect(connection.writes.length).toBe(i);
      await clock.live(GAP_MS - 1);
      expect(connection.writes.length).toBe(i);
      await clock.live(1);
    }
    expect(connection.writes.map((write) => write.length)).toEqual([1, 1, 1, 1]);
    expect(connection.writes.map((write) => write[0]?.body.error)).toEqual([0, 1, 2, 3]);
  });

  test("counts from a frame of the client's, too", async () => {
    const { clock, connection, outbox } = paced();
    outbox.heard();
    await clock.live(300);
    outbox.heard();
    outbox.send("TEXTCHATMSGRESPONSE", { error: 0 });
    await clock.live(399);
    expect(connection.writes.length).toBe(0);
    await clock.live(1);
    expect(connection.writes.length).toBe(1);
  });

  test("counts from when the kernel has taken the last frame", async () => {
    const { clock, connection, outbox } = paced();
    connection.stuck = true;
    outbox.send("LOGOUTRESPONSE", { error: 0 });
    outbox.send("LOGOUTRESPONSE", { error: 1 });
    await clock.live(10 * GAP_MS);
    expect(connection.queuedFrames).toBe(1);
    connection.stuck = false;
    connection.flush();
    await clock.live(GAP_MS - 1);
    expect(connection.writes.length).toBe(1);
    await clock.live(1);
    expect(connection.writes.length).toBe(2);
  });

  test("grows with the friend's transcript, theirs and one's own, and with the texts of the frame", async () => {
    const { clock, connection, outbox } = paced();
    outbox.heardTexts(userId(2), 80);
    await clock.live(MAX_GAP_MS);
    sendTexts(outbox, userId(2), messagesOf(2, [1, 2]), 2);
    outbox.send("LOGOUTRESPONSE", { error: 0 });
    expect(connection.writes.length).toBe(1);
    await clock.live((81 + 82) * 6 - 1);
    expect(connection.writes.length).toBe(1);
    await clock.live(1);
    expect(connection.writes.length).toBe(2);
    // Another friend's is short.
    sendTexts(outbox, userId(3), messagesOf(3, [1]), 1);
    outbox.send("LOGOUTRESPONSE", { error: 0 });
    await clock.live(2 * GAP_MS);
    expect(connection.writes.length).toBe(4);
  });

  test("has an end: who never pauses is written to", async () => {
    const { clock, connection, outbox } = paced();
    outbox.send("LOGINRESPONSE", { error: 0 });
    sendTexts(outbox, userId(3), messagesOf(3, [1]), 1);
    for (let passed = 0; passed < MAX_GAP_MS + GAP_MS; passed += 100) {
      expect(connection.writes.length).toBe(1);
      outbox.heard();
      outbox.heardTexts(userId(2), 1);
      await clock.live(100);
    }
    outbox.heard();
    await clock.live(300);
    expect(connection.writes.length).toBe(2);
  });
});

describe("what waits", () => {
  test("becomes one 19 per sender", async () => {
    const { clock, outbox, written, texts } = paced();
    outbox.send("LOGINRESPONSE", { error: 0 });
    for (let seq = 1; seq <= 6; seq++) {
      sendTexts(outbox, userId(2), messagesOf(2, [seq]), seq);
      sendTexts(outbox, userId(3), messagesOf(3, [seq]), seq);
    }
    await clock.live(2 * GAP_MS);
    expect([texts(2), texts(3)]).toEqual([["123456"], ["123456"]]);
    expect(written).toEqual([6, 6]);
  });

  test("as many texts in a 19 as are surely laid out in the longest gap", async () => {
    const { clock, outbox, texts, written } = paced({ frames: 100, bytes: 4_000_000 });
    outbox.heardTexts(userId(2), 1_000);
    await clock.live(MAX_GAP_MS);
    const seqs = Array.from({ length: 40 }, (_, i) => i + 1);
    sendTexts(outbox, userId(2), messagesOf(2, seqs), 40);
    await clock.live(3 * MAX_GAP_MS);
    expect(texts(2).join("")).toBe(seqs.join(""));
    expect(written).toEqual([15, 30, 40]);
  });

  test("texts are not moved ahead of a new friend's announcement", async () => {
    const { clock, ids, outbox } = paced();
    outbox.send("LOGINRESPONSE", { error: 0 });
    sendTexts(outbox, userId(2), messagesOf(2, [1]), 1);
    outbox.send("FRIENDING_ON_BIDDIRECTIONAL", { friend_uuid: "2" });
    sendTexts(outbox, userId(2), messagesOf(2, [2]), 2);
    await clock.live(3 * GAP_MS);
    expect(ids()).toEqual([6, 19, 16, 19]);
  });

  test("answers to texts and call signals let everything else go first", async () => {
    const { clock, ids, outbox } = paced();
    outbox.send("LOGINRESPONSE", { error: 0 });
    outbox.send("TEXTCHATMSGRESPONSE", { error: 0 });
    outbox.send("VOICECHATMSGREQUEST", {});
    sendTexts(outbox, userId(2), messagesOf(2, [1]), 1);
    outbox.send("SEARCHUSERNAMERESPONSE", {});
    await clock.live(5 * GAP_MS);
    expect(ids()).toEqual([6, 19, 10, 18, 20]);
  });

  test("but not for ever: then it is their turn every other time", async () => {
    const { clock, ids, outbox } = paced();
    outbox.send("TEXTCHATMSGRESPONSE", { error: 0 });
    for (let i = 0; i < 30; i++) outbox.send("TEXTCHATMSGRESPONSE", { error: 0 });
    const ends = clock.monotonic() + 20_000;
    for (let seq = 1; clock.monotonic() < ends; seq++) {
      sendTexts(outbox, userId(seq + 1), messagesOf(seq + 1, [seq]), 1);
      await clock.live(GAP_MS);
    }
    const late = ids().slice(-20).join(" ");
    expect(late).toBe("18 19 18 19 18 19 18 19 18 19 18 19 18 19 18 19 18 19 18 19");
  });

  test("what does not fit a frame is cut into several, in order", async () => {
    const { clock, connection, outbox } = paced();
    const large = messagesOf(2, [1, 2, 3, 4, 5, 6], () => "x".repeat(16_000));
    sendTexts(outbox, userId(2), large, 6);
    await clock.live(GAP_MS);
    expect(connection.writes.length).toBe(2);
    const seen = connection.frames.flatMap(({ body }) =>
      body.text_msg.map((entry: { msg_id: string }) => entry.msg_id),
    );
    expect(seen).toEqual(["{2-1}", "{2-2}", "{2-3}", "{2-4}", "{2-5}", "{2-6}"]);
  });

  test("what the client is not shown counts as written with what was queued before it", async () => {
    const { clock, outbox, written } = paced();
    outbox.send("LOGINRESPONSE", { error: 0 });
    sendTexts(outbox, userId(2), messagesOf(2, [1]), 1);
    sendTexts(outbox, userId(2), [], 3);
    expect(written).toEqual([]);
    await clock.live(GAP_MS);
    sendTexts(outbox, userId(2), [], 4);
    expect(written).toEqual([3, 4]);
  });
});

describe("bounds", () => {
  test("a client that takes nothing is cut, not kept in memory", () => {
    const { connection, outbox } = paced({ frames: 3, bytes: 4_000_000 });
    connection.stuck = true;
    for (let i = 0; i < 6; i++) outbox.send("LOGOUTRESPONSE", { error: i });
    expect(connection.closedBecause).toBe("overflow");
  });

  test("signals never cut it: the latest few are kept", async () => {
    const { clock, connection, outbox, texts } = paced({ frames: 20, bytes: 4_000_000 });
    outbox.send("LOGINRESPONSE", { error: 0 });
    for (let i = 0; i < 1_000; i++) outbox.send(i % 2 ? "VOICECHATMSGREQUEST" : "VIDEOCHATMSGREQUEST", { i });
    sendTexts(outbox, userId(2), messagesOf(2, [1]), 1);
    await clock.live(60_000);
    expect(connection.closedBecause).toBeUndefined();
    expect(texts(2)).toEqual(["1"]);
    const signals = connection.frames.filter(({ id }) => id === 20 || id === 22).map(({ body }) => body.i);
    expect(signals).toEqual([992, 993, 994, 995, 996, 997, 998, 999]);
  });

  test("there is no room for more of a backlog while large texts wait", async () => {
    const { clock, connection, outbox } = paced();
    connection.stuck = true;
    const room = { there: false };
    const seqs = Array.from({ length: 21 }, (_, i) => i + 1);
    sendTexts(
      outbox,
      userId(2),
      messagesOf(2, seqs, () => "x".repeat(16_000)),
      21,
    );
    const waited = outbox.room().then(() => {
      room.there = true;
    });
    await clock.live(GAP_MS);
    expect(room.there).toBe(false);
    connection.stuck = false;
    connection.flush();
    await clock.live(10 * GAP_MS);
    await waited;
    expect(connection.closedBecause).toBeUndefined();
  });

  test("end does not wait for a client that has sent its last", async () => {
    const { clock, connection, outbox } = paced();
    outbox.send("LOGOUTRESPONSE", { error: 0 });
    connection.peerEnded = true;
    outbox.end();
    await clock.live(0);
    expect(connection.closedBecause).toBe("ended");
  });

  test("end writes what is queued before it closes, and gives it ten seconds", async () => {
    const { clock, connection, outbox } = paced();
    outbox.send("LOGOUTRESPONSE", { error: 0 });
    outbox.send("LOGOUTRESPONSE", { error: 1 });
    outbox.end();
    expect(connection.deadlineAt).toBe(clock.monotonic() + 10_000);
    await clock.live(GAP_MS);
    expect(connection.isOpen).toBe(true);
    await clock.live(GAP_MS);
    expect(connection.writes.length).toBe(2);
    expect(connection.closedBecause).toBe("ended");
  });
});
