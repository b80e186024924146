/**
 * @module What a session is sent of a group that its user is added to and removed from, whatever becomes of the pushes: never
 * anything of a time when they were no member.
 */
import { describe, expect, jest, test } from "bun:test";
import { Delivery } from "../../src/chat/delivery.ts";
import type { Message } from "../../src/domain/entities.ts";
import { type ConversationId, conversationId, userId } from "../../src/domain/ids.ts";
import { silentLogger } from "../../src/lib/log.ts";
import { Random } from "../faults/random.ts";
import { until } from "../support/until.ts";

const ME = userId(1);
const GROUP = conversationId(7);
/** Long before any session. */
const LONG_AGO = -10_000_000;
type Turn = "in" | "out" | undefined;

/** A group's log, and what the store lets the user see of it. */
class Log {
  readonly messages: Message[] = [];
  inside = false;
  #visibleFrom = 0;
  #leftSeq: number | undefined;
  /** Seqs that the user may have seen at some time. */
  readonly allowed = new Set<number>();

  say(turn?: Turn, at = 1): Message {
    const seq = this.messages.length + 1;
    const data = turn === "in" ? { added: ["1"] } : { removed: ["1"] };
    const message: Message = {
      ...{ conversation: GROUP, seq, sender: userId(9), clientId: `${seq}`, at },
      ...(turn === undefined ? { kind: "text", body: `${seq}` } : { kind: "members", body: "", data }),
    };
    this.messages.push(message);
    if (turn === "in") {
      this.inside = true;
      this.#visibleFrom = seq;
      this.#leftSeq = undefined;
    }
    if (this.inside) this.allowed.add(seq);
    if (turn === "out") {
      this.inside = false;
      this.#leftSeq = seq;
    }
    return message;
  }

  /** As the store has it: with the rights of now. */
  visible(): Message[] {
    const last = this.#leftSeq ?? this.messages.length;
    return this.messages.filter(
      ({ seq }) => this.#visibleFrom > 0 && seq >= this.#visibleFrom && seq <= last,
    );
  }

  get joinedSeq(): number {
    return this.#visibleFrom;
  }
}

function sessionOver(log: Log, latency: () => Promise<unknown> = async () => {}) {
  const seqs: number[] = [];
  const state = { inMap: false };
  const delivery = new Delivery({
    user: ME,
    outbox: {
      send() {},
      sendTexts: (_conversation: ConversationId, _peer, messages) => {
        seqs.push(...messages.map(({ seq }) => seq));
      },
      room: async () => {},
      heard() {},
      heardTexts() {},
      end() {},
    },
    ownTexts: true,
    isOpen: () => true,
    since: 0,
    turns: {
      joined: () => {
        state.inMap = true;
      },
      left: () => {
        state.inMap = false;
      },
    },
    messages: {
      history: async (_conversation, _reader, { after = 0, before = Number.POSITIVE_INFINITY, limit }) => {
        await latency();
        const within = log.visible().filter(({ seq }) => seq > after && seq < before);
        await latency();
        return { messages: after > 0 ? within.slice(0, limit) : within.slice(-limit), lastSeq: 0 };
      },
    },
    logger: silentLogger,
  });
  const push = (...messages: Message[]) => delivery.push(undefined, messages, false);
  return { delivery, seqs, state, push };
}

describe("a session in a group", () => {
  test("is sent nothing behind the message that removes its user, pushed in order or not", async () => {
    const log = new Log();
    log.say("in");
    const { delivery, seqs, state, push } = sessionOver(log);
    state.inMap = true;
    delivery.startAt(GROUP, undefined, 1);
    const [two, out, four, five] = [log.say(), log.say("out"), log.say(), log.say()];
    push(two);
    push(four);
    push(five);
    push(out);
    push(four);
    await until(() => !state.inMap);
    push(four);
    push(five);
    delivery.catchUp(GROUP, undefined, 5);
    await Bun.sleep(50);
    expect(seqs).toEqual([2, 3]);
  });

  test("goes on with the message that adds its user again, and reads nothing of what was between", async () => {
    const log = new Log();
    log.say("in");
    const { delivery, seqs, push } = sessionOver(log);
    delivery.startAt(GROUP, undefined, 1);
    push(log.say("out"));
    const missed = log.say();
    const [back, next] = [log.say("in"), log.say()];
    push(next);
    expect(seqs).toEqual([2]);
    push(back);
    push(next);
    push(missed);
    expect(seqs).toEqual([2, 4, 5]);
  });

  test("that was added again and not told finds it when it is compared with the store", async () => {
    const log = new Log();
    log.say("in");
    const { delivery, seqs, state, push } = sessionOver(log);
    delivery.startAt(GROUP, undefined, 1);
    push(log.say("out"));
    log.say();
    delivery.catchUp(GROUP, undefined, 3);
    log.say("in");
    log.say();
    delivery.catchUp(GROUP, undefined, 5);
    await until(() => seqs.length === 3);
    expect([seqs, state.inMap]).toEqual([[2, 4, 5], true]);
    push(log.say());
    expect(seqs).toEqual([2, 4, 5, 6]);
  });

  test("that is added again while it reads that it was removed goes on with that", async () => {
    const log = new Log();
    log.say("in");
    const reading = Promise.withResolvers<void>();
    let reads = 0;
    // The second wait of a read comes when the page is taken.
    const { delivery, seqs, push } = sessionOver(log, async () => {
      if (++reads === 2) await reading.promise;
    });
    delivery.startAt(GROUP, undefined, 1);
    log.say("out");
    push(log.say());
    await until(() => reads === 2);
    push(log.say("in"));
    push(log.say());
    reading.resolve();
    await until(() => seqs.length === 3);
    expect(seqs).toEqual([2, 4, 5]);
  });

  test("whose head it has not met is sent what the store shows of it, however often it is told of what is behind", async () => {
    const log = new Log();
    log.say("in", LONG_AGO);
    log.say(undefined, LONG_AGO);
    log.say("out", LONG_AGO);
    const [, last] = [log.say(), log.say()];
    const { seqs, push } = sessionOver(log);
    jest.useFakeTimers();
    try {
      for (let told = 0; told < 3; told++) {
        push(last);
        // Longer than the store is asked for what it may not have yet.
        for (let ms = 0; ms < 15_000; ms += 250) {
          jest.advanceTimersByTime(250);
          for (let turns = 0; turns < 3; turns++) await new Promise((resolve) => setImmediate(resolve));
        }
      }
    } finally {
      jest.useRealTimers();
    }
    expect(seqs).toEqual([]);
  });

  test("by chance: pushes lost, late, doubled and out of order; reads slow", async () => {
    const runs = Array.from({ length: 300 }, (_, seed) => chance(seed));
    for (const { seed, seqs, allowed, end } of await Promise.all(runs)) {
      expect({ seed, stray: seqs.filter((seq) => !allowed.has(seq)) }).toEqual({ seed, stray: [] });
      expect({ seed, seqs }).toEqual({ seed, seqs: [...new Set(seqs)].sort((a, b) => a - b) });
      if (end === undefined) continue;
      const tail = seqs.filter((seq) => seq >= end.from);
      expect({ seed, tail }).toEqual({
        seed,
        tail: Array.from({ length: end.to - end.from + 1 }, (_, i) => end.from + i),
      });
    }
  }, 20_000);
});

/** One session, and 60 messages of which it is told in some way. @returns what it was sent, and at least had to be at the end */
async function chance(seed: number) {
  const random = new Random(seed);
  const below = (most: number) => random.int(0, most - 1);
  const maybe = (probability: number) => random.next() < probability;
  const log = new Log();
  const start = 1 + below(4);
  const old = maybe(0.5) ? LONG_AGO : 1;
  for (let i = 0; i < start; i++) log.say(i === 0 ? "in" : undefined, old);
  const wait = (most: number) => Bun.sleep(below(most));
  const { delivery, seqs, state, push } = sessionOver(log, () => wait(15));
  state.inMap = true;
  if (maybe(0.7)) delivery.startAt(GROUP, undefined, start);
  const pushes: Promise<void>[] = [];
  for (let i = 0; i < 60; i++) {
    const turn = maybe(0.15) ? (log.inside ? "out" : "in") : undefined;
    const message = log.say(turn);
    for (let copies = maybe(0.2) ? 2 : 1; copies > 0; copies--) {
      if (maybe(0.2)) continue;
      pushes.push(
        wait(maybe(0.3) ? 40 : 2).then(() => {
          // To the sessions of the group on this node, and to who is added, wherever they are.
          if (state.inMap || turn === "in") push(message);
        }),
      );
    }
    if (maybe(0.3)) await wait(8);
  }
  await Promise.all(pushes);
  const member = log.inside;
  if (member) {
    delivery.catchUp(GROUP, undefined, log.messages.length);
    await until(() => seqs.at(-1) === log.messages.length, { what: `seed ${seed}`, timeoutMs: 15_000 });
  } else await Bun.sleep(100);
  return {
    ...{ seed, seqs, allowed: log.allowed },
    end: member ? { from: Math.max(log.joinedSeq, start + 1), to: log.messages.length } : undefined,
  };
}
