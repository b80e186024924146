/** @module Acknowledgements: coalesced, stored, retried, told to the other side. */
import { describe, expect, test } from "bun:test";
import { AppError } from "../../src/domain/error.ts";
import { conversationId, sessionId, userId } from "../../src/domain/ids.ts";
import { silentLogger } from "../../src/lib/log.ts";
import { Cursors } from "../../src/services/conversations/cursors.ts";
import { only, type UserEvent } from "../../src/services/delivery/events.ts";
import type { CursorMove } from "../../src/store/store.ts";
import { usersOf } from "../support/audience.ts";
import { HeldClock } from "../support/clock.ts";
import { until } from "../support/until.ts";

const ALICE = userId(1);
const BOB = userId(2);
const TALK = conversationId(3);
const PHONE = sessionId("phone");

function cursorsOver(options: { failures?: number; moved?: boolean; shown?: boolean } = {}) {
  const stored: CursorMove[][] = [];
  const events: UserEvent[] = [];
  let failures = options.failures ?? 0;
  const cursors = new Cursors({
    conversations: {
      advance: async (moves) => {
        if (failures-- > 0) throw new AppError("UNAVAILABLE");
        stored.push([...moves]);
        return moves.map((move) => ({
          conversation: move.conversation,
          user: move.user,
          ...{ kind: "direct" as const, peer: BOB },
          delivered: move.delivered ?? 0,
          read: move.read ?? 0,
          moved: options.moved ?? true,
          shown: options.shown ?? true,
        }));
      },
    },
    clock: new HeldClock(1_000),
    logger: silentLogger,
    intervalMs: 5,
    post: (posted) => events.push(...posted),
  });
  return { cursors, stored, events };
}

describe("cursors", () => {
  test("moves of one conversation become one, the farthest", async () => {
    const { cursors, stored, events } = cursorsOver();
    cursors.move(TALK, ALICE, { delivered: 3 }, PHONE);
    cursors.move(TALK, ALICE, { delivered: 7, read: 2 }, PHONE);
    cursors.move(TALK, ALICE, { delivered: 5 }, PHONE);
    await until(() => stored.length === 1);
    expect(stored[0]).toMatchObject([{ conversation: TALK, user: ALICE, delivered: 7, read: 2 }]);
    const marks = { conversation: TALK, deliveredSeq: 7, readSeq: 2 };
    expect(events).toEqual([
      { type: "receipt", audience: only(BOB), peer: ALICE, ...marks },
      { type: "cursor_moved", audience: only(ALICE), peer: BOB, ...marks, except: PHONE },
    ]);
  });

  test("what two sessions moved is told to both", async () => {
    const { cursors, events } = cursorsOver();
    cursors.move(TALK, ALICE, { delivered: 3 }, PHONE);
    cursors.move(TALK, ALICE, { read: 2 }, sessionId("laptop"));
    await cursors.flush();
    expect(events[1]).toMatchObject({ type: "cursor_moved", deliveredSeq: 3, readSeq: 2, except: undefined });
  });

  test("across a block only one's own devices are told", async () => {
    const { cursors, events } = cursorsOver({ shown: false });
    cursors.move(TALK, ALICE, { read: 3 }, PHONE);
    await cursors.flush();
    expect(events.map((event) => [event.type, ...usersOf(event)])).toEqual([["cursor_moved", ALICE]]);
  });

  test("a move that changes nothing is told to nobody", async () => {
    const { cursors, events } = cursorsOver({ moved: false });
    cursors.move(TALK, ALICE, { delivered: 3 }, PHONE);
    await cursors.flush();
    expect(events).toEqual([]);
  });

  test("a move that the store had although its answer was lost is told all the same", async () => {
    const { cursors, events } = cursorsOver({ failures: 1, moved: false });
    cursors.move(TALK, ALICE, { delivered: 3 }, PHONE);
    await cursors.flush();
    expect(events).toEqual([]);
    await cursors.flush();
    expect(events.map((event) => [event.type, ...usersOf(event)])).toEqual([
      ["receipt", BOB],
      ["cursor_moved", ALICE],
    ]);
  });

  test("flush stores at once", async () => {
    const { cursors, stored } = cursorsOver();
    cursors.move(TALK, ALICE, { delivered: 1 }, PHONE);
    await cursors.flush();
    expect(stored.length).toBe(1);
  });

  test("a store that is away loses no move, and later ones are merged in", async () => {
    const { cursors, stored } = cursorsOver({ failures: 1 });
    cursors.move(TALK, ALICE, { delivered: 4 }, PHONE);
    await cursors.flush();
    expect(stored).toEqual([]);
    cursors.move(TALK, ALICE, { read: 2 }, PHONE);
    await cursors.flush();
    expect(stored).toMatchObject([[{ conversation: TALK, user: ALICE, delivered: 4, read: 2 }]]);
  });
});
