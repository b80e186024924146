/** @module What a session is sent: each text once, in order, without a gap, whatever became of the pushes. */
import { describe, expect, test } from "bun:test";
import { Delivery } from "../../src/chat/delivery.ts";
import type { Outbox } from "../../src/chat/outbox.ts";
import type { Message } from "../../src/domain/entities.ts";
import { type ConversationId, conversationId, type UserId, userId } from "../../src/domain/ids.ts";
import { silentLogger } from "../../src/lib/log.ts";
import type { HistoryRange } from "../../src/store/store.ts";
import { messagesOf } from "../support/messages.ts";
import { until } from "../support/until.ts";

const ME = userId(1);
const PEER = userId(2);
/** The conversation of `messagesOf`. */
const TALK = conversationId(1);
/** Long before any session. */
const LONG_AGO = -10_000_000;

class RecordingOutbox implements Outbox {
  readonly texts: Message[] = [];
  /** Without room each frame of a backlog waits here. */
  roomy = true;
  broken = false;
  readonly waiters: (() => void)[] = [];
  send(): void {}
  sendTexts(_conversation: ConversationId, _peer: UserId, messages: readonly Message[]): void {
    if (this.broken) throw new Error("broken");
    this.texts.push(...messages);
  }
  async room(): Promise<void> {
    if (!this.roomy) await new Promise<void>((resolve) => this.waiters.push(resolve));
  }
  heard(): void {}
  heardTexts(): void {}
  end(): void {}
  get seqs(): number[] {
    return this.texts.map((message) => message.seq);
  }
}

function deliveryOver(stored: Message[], options: { ownTexts?: boolean; failures?: number } = {}) {
  const outbox = new RecordingOutbox();
  let failures = options.failures ?? 0;
  const reads: HistoryRange[] = [];
  const delivery = new Delivery({
    user: ME,
    outbox,
    ownTexts: options.ownTexts ?? true,
    isOpen: () => true,
    logger: silentLogger,
    since: 0,
    messages: {
      history: async (_a, _b, range) => {
        reads.push(range);
        if (failures-- > 0) throw new Error("away");
        const { after = 0, before = Number.POSITIVE_INFINITY, limit } = range;
        const within = stored.filter(({ seq }) => seq > after && seq < before);
        return {
          messages: range.after === undefined ? within.slice(-limit) : within.slice(0, limit),
          lastSeq: stored.at(-1)?.seq ?? 0,
        };
      },
    },
  });
  return { delivery, outbox, reads };
}

describe("delivery", () => {
  test("pushes that continue go out at once", () => {
    const { delivery, outbox, reads } = deliveryOver([]);
    delivery.startAt(TALK, PEER, 4);
    delivery.push(PEER, messagesOf(2, [5]), false);
    delivery.push(PEER, messagesOf(2, [6, 7]), false);
    expect(outbox.seqs).toEqual([5, 6, 7]);
    expect(reads).toEqual([]);
  });

  test("what was pushed before is dropped, also when a push overlaps", () => {
    const { delivery, outbox } = deliveryOver([]);
    delivery.startAt(TALK, PEER, 4);
    delivery.push(PEER, messagesOf(2, [5, 6]), false);
    delivery.push(PEER, messagesOf(2, [5, 6]), false);
    delivery.push(PEER, messagesOf(2, [6, 7]), false);
    expect(outbox.seqs).toEqual([5, 6, 7]);
  });

  test("a lost push is read from the store, in order and once", async () => {
    const { delivery, outbox } = deliveryOver(messagesOf(2, [1, 2, 3, 4, 5]));
    delivery.startAt(TALK, PEER, 1);
    delivery.push(PEER, messagesOf(2, [4]), false);
    delivery.push(PEER, messagesOf(2, [5]), false);
    await until(() => outbox.texts.length === 4);
    expect(outbox.seqs).toEqual([2, 3, 4, 5]);
    delivery.push(PEER, messagesOf(2, [6]), false);
    expect(outbox.seqs).toEqual([2, 3, 4, 5, 6]);
  });

  test("a push that only overtook another needs no read", async () => {
    const { delivery, outbox, reads } = deliveryOver(messagesOf(2, [1, 2, 3]));
    delivery.startAt(TALK, PEER, 1);
    delivery.push(PEER, messagesOf(2, [3]), false);
    delivery.push(PEER, messagesOf(2, [2]), false);
    delivery.push(PEER, messagesOf(2, [3]), false);
    expect(outbox.seqs).toEqual([2, 3]);
    expect(reads).toEqual([]);
  });

  test("reconciliation sends the last message even when nothing follows it", async () => {
    const { delivery, outbox } = deliveryOver(messagesOf(2, [1, 2, 3]));
    delivery.startAt(TALK, PEER, 2);
    delivery.catchUp(TALK, PEER, 3);
    await until(() => outbox.texts.length === 1);
    delivery.catchUp(TALK, PEER, 3);
    expect(outbox.seqs).toEqual([3]);
  });

  test("a conversation that began after the session is sent from its first text, lost pushes included", async () => {
    const { delivery, outbox } = deliveryOver(messagesOf(2, [1, 2, 3]));
    delivery.push(PEER, messagesOf(2, [3]), false);
    await until(() => outbox.texts.length === 3);
    expect(outbox.seqs).toEqual([1, 2, 3]);
  });

  test("the only text of a conversation it has not met is sent, whether pushed or found by reconciling", async () => {
    for (const tell of ["push", "catchUp"]) {
      const { delivery, outbox } = deliveryOver(messagesOf(2, [1]));
      if (tell === "push") delivery.push(PEER, messagesOf(2, [1]), false);
      else delivery.catchUp(TALK, PEER, 1);
      await until(() => outbox.texts.length === 1);
      expect(outbox.seqs).toEqual([1]);
    }
  });

  test("a conversation that was made since is sent from its beginning, whatever the clocks say", async () => {
    const old = messagesOf(2, [1, 2, 3]).map((message) => ({ ...message, at: LONG_AGO }));
    for (const tell of [
      (delivery: Delivery) => delivery.catchUp(TALK, PEER, 3),
      (delivery: Delivery) => delivery.push(PEER, old.slice(2), false),
    ]) {
      const { delivery, outbox } = deliveryOver(old);
      delivery.knowsAll();
      tell(delivery);
      await until(() => outbox.seqs.length === 3);
      expect(outbox.seqs).toEqual([1, 2, 3]);
    }
  });

  test("of a conversation of old that it has not met only what was said since it began is sent", async () => {
    const old = messagesOf(2, [1, 2, 3, 4]).map((message) => ({ ...message, at: LONG_AGO }));
    const { delivery, outbox } = deliveryOver([...old, ...messagesOf(2, [5, 6])]);
    delivery.push(PEER, messagesOf(2, [6]), false);
    await until(() => outbox.texts.length === 2);
    expect(outbox.seqs).toEqual([5, 6]);
  });

  test("a head that is asked for while the store is away decides", async () => {
    const { delivery, outbox } = deliveryOver(messagesOf(2, [1, 2, 3]), { failures: 1 });
    delivery.push(PEER, messagesOf(2, [2]), false);
    delivery.startAt(TALK, PEER, 2);
    delivery.push(PEER, messagesOf(2, [3]), false);
    await until(() => outbox.texts.length === 1, { timeoutMs: 5_000 });
    expect(outbox.seqs).toEqual([3]);
  });

  test("what cannot be queued is not behind the session", async () => {
    const { delivery, outbox } = deliveryOver(messagesOf(2, [1, 2]));
    delivery.startAt(TALK, PEER, 0);
    outbox.broken = true;
    expect(() => delivery.push(PEER, messagesOf(2, [1]), false)).toThrow("broken");
    outbox.broken = false;
    delivery.push(PEER, messagesOf(2, [2]), false);
    await until(() => outbox.texts.length === 2);
    expect(outbox.seqs).toEqual([1, 2]);
  });

  test("a store that is away is asked again until it is back", async () => {
    const { delivery, outbox, reads } = deliveryOver(messagesOf(2, [1, 2]), { failures: 1 });
    delivery.startAt(TALK, PEER, 0);
    delivery.catchUp(TALK, PEER, 2);
    await until(() => outbox.texts.length === 2, { timeoutMs: 5_000 });
    expect(reads.length).toBe(2);
  });

  test("the session's own texts come back as acks only, those of its user's other sessions as texts", () => {
    const { delivery, outbox } = deliveryOver([]);
    delivery.startAt(TALK, PEER, 0);
    delivery.push(PEER, messagesOf(1, [1]), true);
    delivery.push(PEER, messagesOf(1, [2]), false);
    delivery.push(PEER, messagesOf(2, [3]), false);
    expect(outbox.seqs).toEqual([2, 3]);
  });

  test("its own text inside a gap is not handed back when the gap is read", async () => {
    const stored = [...messagesOf(2, [1]), ...messagesOf(1, [2]), ...messagesOf(2, [3])];
    const { delivery, outbox } = deliveryOver(stored);
    delivery.startAt(TALK, PEER, 0);
    delivery.sending(["{1-2}"]);
    delivery.push(PEER, messagesOf(1, [2]), true);
    delivery.sent(["{1-2}"]);
    delivery.push(PEER, messagesOf(2, [3]), false);
    await until(() => outbox.texts.length === 2);
    expect(outbox.seqs).toEqual([1, 3]);
  });

  test("a message told again to a session that has it is dropped", () => {
    const { delivery, outbox, reads } = deliveryOver(messagesOf(2, [1]));
    delivery.startAt(TALK, PEER, 1);
    delivery.push(PEER, messagesOf(2, [1]), false);
    delivery.push(PEER, messagesOf(2, [2]), false);
    expect(outbox.seqs).toEqual([2]);
    expect(reads).toEqual([]);
  });

  test("an old message told again, in a conversation it has not met, is none of its business", () => {
    const old = messagesOf(2, [7]).map((message) => ({ ...message, at: LONG_AGO }));
    const { delivery, outbox, reads } = deliveryOver(old);
    delivery.push(PEER, old, false);
    expect(outbox.seqs).toEqual([]);
    expect(reads).toEqual([]);
  });

  test("receipts go forward only, from what the head told; a conversation it has not met is no exception to telling", () => {
    const { delivery } = deliveryOver([]);
    const marks = (deliveredSeq: number, readSeq: number) => ({ deliveredSeq, readSeq });
    delivery.startAt(TALK, PEER, 9, { peer: marks(5, 3), own: marks(2, 1) });
    expect(delivery.receipt(TALK, marks(4, 2))).toBeUndefined();
    expect(delivery.receipt(TALK, marks(5, 3))).toBeUndefined();
    expect(delivery.receipt(TALK, marks(7, 2))).toEqual(marks(7, 3));
    expect(delivery.receipt(TALK, marks(6, 4))).toEqual(marks(7, 4));
    expect(delivery.receipt(conversationId(99), marks(1, 1))).toEqual(marks(1, 1));
  });

  test("one's own cursors go forward only, and past what the session itself acknowledged", () => {
    const { delivery } = deliveryOver([]);
    const marks = (deliveredSeq: number, readSeq: number) => ({ deliveredSeq, readSeq });
    delivery.startAt(TALK, PEER, 9, { peer: marks(9, 9), own: marks(5, 3) });
    expect(delivery.cursor(TALK, marks(5, 3))).toBeUndefined();
    expect(delivery.cursor(TALK, marks(6, 3))).toEqual(marks(6, 3));
    delivery.acknowledged(TALK, marks(8, 8));
    expect(delivery.cursor(TALK, marks(7, 8))).toBeUndefined();
    // Its own word is not told back to it: the store may never have got it.
    expect(delivery.cursor(TALK, marks(7, 9))).toEqual(marks(7, 9));
    // Nobody can have read what does not exist.
    delivery.acknowledged(TALK, marks(1_000, 1_000));
    expect(delivery.cursor(TALK, marks(10, 9))).toEqual(marks(10, 9));
    expect(delivery.receipt(TALK, marks(9, 9))).toBeUndefined();
  });

  test("the original's clients never see their user's own texts", async () => {
    const stored = [...messagesOf(1, [1]), ...messagesOf(2, [2])];
    const { delivery, outbox } = deliveryOver(stored, { ownTexts: false });
    delivery.startAt(TALK, PEER, 0);
    delivery.catchUp(TALK, PEER, 2);
    await until(() => outbox.texts.length === 1);
    expect(outbox.seqs).toEqual([2]);
  });

  test("a backlog waits for room after each frame, in however many conversations it lies", async () => {
    const { delivery, outbox } = deliveryOver(
      messagesOf(2, [1, 2, 3, 4, 5, 6, 7, 8], () => "x".repeat(16_000)),
    );
    outbox.roomy = false;
    const peers = [2, 3, 4].map(userId);
    for (const peer of peers) {
      delivery.startAt(conversationId(peer), peer, 0);
      delivery.catchUp(conversationId(peer), peer, 8);
    }
    for (const most of [3, 6, 9, 12]) {
      await until(() => outbox.waiters.length === 1);
      expect(outbox.texts.length).toBeLessThan(most);
      outbox.waiters.pop()?.();
    }
    outbox.roomy = true;
    await until(() => outbox.texts.length === 24);
  });
});
