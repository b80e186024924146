/**
 * @module What a session is sent of a group: from where its user came to where they went, whatever the order in which the
 * node is told, and the same bytes as the others.
 */
import { describe, expect, test } from "bun:test";
import { Delivery } from "../../src/chat/delivery.ts";
import { numberedTexts } from "../../src/chat/dialects/protocol2/texts.ts";
import { DirectOutbox } from "../../src/chat/outbox.ts";
import { sharedFrames } from "../../src/chat/texts-frame.ts";
import type { Message } from "../../src/domain/entities.ts";
import { conversationId, userId } from "../../src/domain/ids.ts";
import { silentLogger } from "../../src/lib/log.ts";
import { FakeConnection } from "../support/fake-connection.ts";
import { messagesOf } from "../support/messages.ts";
import { until } from "../support/until.ts";

const ME = userId(1);
const OTHER = 2;
/** The conversation of `messagesOf`. */
const GROUP = conversationId(1);

const texts = (...seqs: number[]) => messagesOf(OTHER, seqs);
const members = (seq: number, data: object): Message => ({
  ...(messagesOf(OTHER, [seq], () => "")[0] as Message),
  kind: "members",
  data,
});
const added = (seq: number) => members(seq, { added: ["1", "9"] });
const removed = (seq: number) => members(seq, { removed: ["1"] });

/** A session of the group's, and what the store lets its user see. */
function sessionIn(visible: Message[]) {
  const connection = new FakeConnection<unknown>();
  const turns: string[] = [];
  const delivery = new Delivery({
    user: ME,
    outbox: new DirectOutbox(connection, ME, numberedTexts, undefined),
    ownTexts: true,
    since: 0,
    isOpen: () => true,
    turns: {
      joined: (group) => turns.push(`in ${group}`),
      left: (group) => turns.push(`out of ${group}`),
    },
    logger: silentLogger,
    messages: {
      history: async (_group, _reader, { after = 0, limit }) => ({
        messages: visible.filter(({ seq }) => seq > after).slice(0, limit),
        lastSeq: visible.at(-1)?.seq ?? 0,
      }),
    },
  });
  const push = (...messages: Message[]) => delivery.push(undefined, messages, false);
  const seqs = () =>
    connection.frames.flatMap(({ body }) => body.text_msg.map(({ seq }: { seq: number }) => seq));
  return { connection, delivery, push, seqs, turns };
}

describe("a session in a group", () => {
  test("is sent the message that removes its user, and nothing behind it", () => {
    const { delivery, push, seqs, turns } = sessionIn([]);
    delivery.startAt(GROUP, undefined, 4);
    push(...texts(5));
    push(removed(6));
    push(...texts(7));
    push(...texts(8, 9));
    delivery.catchUp(GROUP, undefined, 9);
    expect(seqs()).toEqual([5, 6]);
    expect(turns).toEqual(["out of 1"]);
  });

  test("a text that overtakes the removal is not shown: the store does not show it either", async () => {
    const { delivery, push, seqs, turns } = sessionIn([removed(6)]);
    delivery.startAt(GROUP, undefined, 5);
    push(...texts(7));
    await until(() => seqs().length > 0);
    push(removed(6));
    push(...texts(8));
    expect(seqs()).toEqual([6]);
    expect(turns).toEqual(["out of 1"]);
  });

  test("added again it goes on from there", () => {
    const { delivery, push, seqs, turns } = sessionIn([]);
    delivery.startAt(GROUP, undefined, 5);
    push(removed(6));
    push(...texts(7));
    push(added(8));
    push(added(8));
    push(...texts(9));
    expect(seqs()).toEqual([6, 8, 9]);
    expect(turns).toEqual(["out of 1", "in 1"]);
  });

  test("a removal that is told again, late, ends nothing", () => {
    const { delivery, push, seqs, turns } = sessionIn([]);
    delivery.startAt(GROUP, undefined, 8);
    push(removed(6));
    push(...texts(9));
    expect(seqs()).toEqual([9]);
    expect(turns).toEqual([]);
  });

  test("who left before the login is sent nothing until they are added", () => {
    const { delivery, push, seqs } = sessionIn([]);
    delivery.startAt(GROUP, undefined, 6);
    delivery.close(GROUP);
    push(...texts(7));
    push(removed(6));
    push(added(8));
    expect(seqs()).toEqual([8]);
  });

  test("who is added is sent what the store has for them, and listens from then on", async () => {
    const { delivery, push, seqs, turns } = sessionIn([added(3), ...texts(4)]);
    delivery.knowsAll();
    push(added(3));
    await until(() => seqs().length === 2);
    push(...texts(5));
    expect(seqs()).toEqual([3, 4, 5]);
    expect(turns).toEqual(["in 1"]);
  });
});

describe("the bytes of a message", () => {
  test("are made once for all who are sent it", () => {
    let made = 0;
    const frameOf = sharedFrames((user, peer, messages) => {
      made++;
      return numberedTexts(user, peer, messages);
    });
    const message = texts(5);
    const connections = Array.from({ length: 100 }, (_, i) => {
      const user = userId(10 + i);
      const connection = new FakeConnection<unknown>();
      const delivery = new Delivery({
        user,
        outbox: new DirectOutbox(connection, user, frameOf, undefined),
        ...{ ownTexts: true, since: 0, isOpen: () => true, logger: silentLogger },
        messages: { history: () => Promise.reject(new Error("nothing is read")) },
      });
      delivery.startAt(GROUP, undefined, 4);
      delivery.push(undefined, message, false);
      return connection;
    });
    expect(made).toBe(1);
    for (const { frames } of connections)
      expect(frames.map(({ body }) => body)).toEqual([
        {
          ...{ error: 0, conversation: "1", text_sender: "2" },
          text_msg: [{ msg_sender: "2", msg_id: "{2-5}", msg_content: "5", seq: 5, at: 1_005, kind: "text" }],
        },
      ]);
    expect(frameOf(ME, undefined, texts(5))).toEqual(frameOf(ME, undefined, message));
  });
});
