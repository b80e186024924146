/** @module What a session is sent: each text once, in order, without a gap, whatever became of the pushes. */
import { describe, expect, test } from "bun:test";
import { Delivery } from "../../src/chat/delivery.ts";
import type { Outbox } from "../../src/chat/outbox.ts";
import type { Message } from "../../src/domain/entities.ts";
import { conversationId, type UserId, userId } from "../../src/domain/ids.ts";
import { silentLogger } from "../../src/lib/log.ts";
import type { HistoryRange } from "../../src/store/store.ts";
import { messagesOf } from "../support/messages.ts";
import { until } from "../support/until.ts";

const ME = userId(1);
const PEER = userId(2);

class RecordingOutbox implements Outbox {
  readonly texts: Message[] = [];
  /** Without room each frame of a backlog waits here. */
  roomy = true;
  readonly waiters: (() => void)[] = [];
  send(): void {}
  sendTexts(_peer: UserId, messages: readonly Message[]): void {
    this.texts.push(...messages);
  }
  async room(): Promise<void> {
    if (!this.roomy) await new Promise<void>((resolve) => this.waiters.push(resolve));
  }
  end(): void {}
  get seqs(): number[] {
    return this.texts.map((message) => message.seq);
  }
}

function deliveryOver(
  stored: Message[],
  options: { ownTexts?: boolean; deliveredSeq?: number; failures?: number } = {},
) {
  const outbox = new RecordingOutbox();
  let failures = options.failures ?? 0;
  const reads: HistoryRange[] = [];
  const delivery = new Delivery({
    user: ME,
    outbox,
    ownTexts: options.ownTexts ?? true,
    isOpen: () => true,
    logger: silentLogger,
    messages: {
      history: async (_a, _b, range) => {
        reads.push(range);
        if (failures-- > 0) throw new Error("away");
        const after = range.after ?? 0;
        return {
          messages: stored.filter((message) => message.seq > after).slice(0, range.limit),
          lastSeq: stored.at(-1)?.seq ?? 0,
        };
      },
      undelivered: async () => [
        {
          user: ME,
          head: {
            conversation: conversationId(1),
            peer: PEER,
            lastSeq: stored.at(-1)?.seq ?? 0,
            deliveredSeq: options.deliveredSeq ?? 0,
            readSeq: 0,
            peerDeliveredSeq: 0,
            peerReadSeq: 0,
          },
        },
      ],
    },
  });
  return { delivery, outbox, reads };
}

describe("delivery", () => {
  test("pushes that continue go out at once", () => {
    const { delivery, outbox, reads } = deliveryOver([]);
    delivery.startAt(PEER, 4);
    delivery.push(PEER, messagesOf(2, [5]), false);
    delivery.push(PEER, messagesOf(2, [6, 7]), false);
    expect(outbox.seqs).toEqual([5, 6, 7]);
    expect(reads).toEqual([]);
  });

  test("what was pushed before is dropped, also when a push overlaps", () => {
    const { delivery, outbox } = deliveryOver([]);
    delivery.startAt(PEER, 4);
    delivery.push(PEER, messagesOf(2, [5, 6]), false);
    delivery.push(PEER, messagesOf(2, [5, 6]), false);
    delivery.push(PEER, messagesOf(2, [6, 7]), false);
    expect(outbox.seqs).toEqual([5, 6, 7]);
  });

  test("a lost push is read from the store, in order and once", async () => {
    const { delivery, outbox } = deliveryOver(messagesOf(2, [1, 2, 3, 4, 5]));
    delivery.startAt(PEER, 1);
    delivery.push(PEER, messagesOf(2, [4]), false);
    delivery.push(PEER, messagesOf(2, [5]), false);
    await until(() => outbox.texts.length === 4);
    expect(outbox.seqs).toEqual([2, 3, 4, 5]);
    delivery.push(PEER, messagesOf(2, [6]), false);
    expect(outbox.seqs).toEqual([2, 3, 4, 5, 6]);
  });

  test("a push that only overtook another needs no read", async () => {
    const { delivery, outbox, reads } = deliveryOver(messagesOf(2, [1, 2, 3]));
    delivery.startAt(PEER, 1);
    delivery.push(PEER, messagesOf(2, [3]), false);
    delivery.push(PEER, messagesOf(2, [2]), false);
    delivery.push(PEER, messagesOf(2, [3]), false);
    expect(outbox.seqs).toEqual([2, 3]);
    expect(reads).toEqual([]);
  });

  test("reconciliation sends the last message even when nothing follows it", async () => {
    const { delivery, outbox } = deliveryOver(messagesOf(2, [1, 2, 3]));
    delivery.startAt(PEER, 2);
    delivery.catchUp(PEER, 0, 3);
    await until(() => outbox.texts.length === 1);
    delivery.catchUp(PEER, 0, 3);
    expect(outbox.seqs).toEqual([3]);
  });

  test("a conversation it has not met starts where the store says the user stands", async () => {
    const { delivery, outbox } = deliveryOver(messagesOf(2, [1, 2, 3, 4, 5, 6]), { deliveredSeq: 3 });
    delivery.push(PEER, messagesOf(2, [6]), false);
    await until(() => outbox.texts.length === 3);
    expect(outbox.seqs).toEqual([4, 5, 6]);
  });

  test("a store that is away is asked again until it is back", async () => {
    const { delivery, outbox, reads } = deliveryOver(messagesOf(2, [1, 2]), { failures: 1 });
    delivery.startAt(PEER, 0);
    delivery.catchUp(PEER, 0, 2);
    await until(() => outbox.texts.length === 2, { timeoutMs: 5_000 });
    expect(reads.length).toBe(2);
  });

  test("the session's own texts come back as acks only, those of its user's other sessions as texts", () => {
    const { delivery, outbox } = deliveryOver([]);
    delivery.startAt(PEER, 0);
    delivery.push(PEER, messagesOf(1, [1]), true);
    delivery.push(PEER, messagesOf(1, [2]), false);
    delivery.push(PEER, messagesOf(2, [3]), false);
    expect(outbox.seqs).toEqual([2, 3]);
  });

  test("its own text inside a gap is not handed back when the gap is read", async () => {
    const stored = [...messagesOf(2, [1]), ...messagesOf(1, [2]), ...messagesOf(2, [3])];
    const { delivery, outbox } = deliveryOver(stored);
    delivery.startAt(PEER, 0);
    delivery.sending(["{1-2}"]);
    delivery.push(PEER, messagesOf(1, [2]), true);
    delivery.sent(["{1-2}"]);
    delivery.push(PEER, messagesOf(2, [3]), false);
    await until(() => outbox.texts.length === 2);
    expect(outbox.seqs).toEqual([1, 3]);
  });

  test("a message told again to a session that has it is dropped, also in a conversation it has not met", async () => {
    const { delivery, outbox, reads } = deliveryOver(messagesOf(2, [1]), { deliveredSeq: 1 });
    delivery.push(PEER, messagesOf(2, [1]), false);
    delivery.push(PEER, messagesOf(2, [1]), false);
    await until(() => true);
    delivery.push(PEER, messagesOf(2, [2]), false);
    expect(outbox.seqs).toEqual([2]);
    expect(reads).toEqual([]);
  });

  test("the original's clients never see their user's own texts", async () => {
    const stored = [...messagesOf(1, [1]), ...messagesOf(2, [2])];
    const { delivery, outbox } = deliveryOver(stored, { ownTexts: false });
    delivery.startAt(PEER, 0);
    delivery.catchUp(PEER, 0, 2);
    await until(() => outbox.texts.length === 1);
    expect(outbox.seqs).toEqual([2]);
  });

  test("a backlog waits for room after each frame, in however many conversations it lies", async () => {
    const { delivery, outbox } = deliveryOver(
      messagesOf(2, [1, 2, 3, 4, 5, 6, 7, 8], () => "x".repeat(16_000)),
    );
    outbox.roomy = false;
    const peers = [2, 3, 4].map(userId);
    for (const peer of peers) delivery.catchUp(peer, 0, 8);
    for (const most of [3, 6, 9, 12]) {
      await until(() => outbox.waiters.length === 1);
      expect(outbox.texts.length).toBeLessThan(most);
      outbox.waiters.pop()?.();
    }
    outbox.roomy = true;
    await until(() => outbox.texts.length === 24);
  });
});
