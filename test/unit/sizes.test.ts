/**
 * @module unit/sizes
 * How long things may be, whatever surface they come over, and what becomes of a text that was stored before there
 * was a limit.
 */
import { describe, expect, test } from "bun:test";
import { historyEntry, jsonBytes, LIST_BUDGET_BYTES } from "../../src/chat/bodies.ts";
import { numberedTexts } from "../../src/chat/dialects/protocol2/texts.ts";
import { DirectOutbox } from "../../src/chat/outbox.ts";
import { conversationId, sessionId, userId } from "../../src/domain/ids.ts";
import { problemOfTexts } from "../../src/domain/sizes.ts";
import { silentLogger } from "../../src/lib/log.ts";
import { noMeter } from "../../src/lib/metrics.ts";
import { Messaging, type SendResult } from "../../src/services/messages/messaging.ts";
import { Friends } from "../../src/services/people/friends.ts";
import { MAX_CONTENT_BYTES, MAX_TEXTS, utf8Length } from "../../src/wire/sizes.ts";
import { HeldClock } from "../support/clock.ts";
import { failureOf } from "../support/failure.ts";
import { FakeConnection } from "../support/fake-connection.ts";
import { openGateway } from "../support/gateway.ts";
import { messagesOf } from "../support/messages.ts";

const ME = userId(1);
const PEER = userId(2);

const text = (body: string, clientId = "{id}") => ({ clientId, body });
const texts = (count: number) => Array.from({ length: count }, (_, i) => text("x", `{${i}}`));

/** What cannot be sent: title, texts, code, field. */
const REFUSED = [
  ["no text", [], 67, "text_msg"],
  ["too many", texts(MAX_TEXTS + 1), 69, "text_msg"],
  ["no id", [text("a"), text("b", "")], 67, "text_msg[1].msg_id"],
  ["a long id", [text("a", "😀".repeat(65))], 67, "text_msg[0].msg_id"],
  ["too many bytes", [text("é".repeat(MAX_CONTENT_BYTES / 2 + 1))], 69, "text_msg[0].msg_content"],
  ["very long", [text("x".repeat(1_000_000))], 69, "text_msg[0].msg_content"],
  ["too many escapes", [text("\u0001".repeat(16_000))], 69, "text_msg[0].msg_content"],
] as const;

describe("texts", () => {
  test("of any length up to the limits, empty ones included, are fine", () => {
    for (const fine of [texts(MAX_TEXTS), [text("")], [text("x".repeat(MAX_CONTENT_BYTES), "😀".repeat(64))]])
      expect(problemOfTexts(fine)).toBeUndefined();
  });

  test.each(REFUSED)("%s: refused before anything is stored", async (_, given, code, field) => {
    const never = () => Promise.reject(new Error("the store was asked"));
    const messaging = new Messaging({
      conversations: { heads: never },
      messages: { append: never, history: never, trace: never },
      clock: new HeldClock(),
      logger: silentLogger,
      meter: noMeter,
      lanes: 1,
      post: () => {},
    });
    const { error, receipts } = await new Promise<SendResult>((resolve) =>
      messaging.send(
        ME,
        undefined,
        { conversation: conversationId(1), kind: "direct", peer: PEER },
        given,
        resolve,
      ),
    );
    expect(error).toMatchObject({ code, field });
    expect(receipts).toEqual([]);
    await messaging.idle();
  });
});

test("names and words of friends are refused where they are given", async () => {
  const { store, register } = await openGateway();
  const friends = new Friends(store);
  const [ada, bob] = [await register("Ada", "ada@example.com"), await register("Bob", "bob@example.com")];
  const refused = [
    [friends.request(ada, bob, "n".repeat(256), ""), "nickname"],
    [friends.request(ada, bob, "", "m".repeat(256)), "message"],
    [friends.confirm(ada, bob, "a".repeat(256)), "alternative_name"],
    [friends.updateProfile(ada, { nickname: "n".repeat(51) }, sessionId("phone")), "nickname"],
    [friends.updateProfile(ada, { avatar: "a".repeat(256) }, sessionId("phone")), "avator"],
    [friends.updateProfile(ada, { description: "d".repeat(4_097) }, sessionId("phone")), "description"],
  ] as const;
  for (const [call, field] of refused) expect(await failureOf(call)).toMatchObject({ code: 67, field });
  await friends.updateProfile(
    ada,
    { nickname: "😀".repeat(50), description: "d".repeat(4_096) },
    sessionId("phone"),
  );
  await friends.request(ada, bob, "😀".repeat(255), "m".repeat(255));
  await friends.confirm(ada, bob, "a".repeat(255));
});

describe("a text that was stored before there was a limit", () => {
  const TOO_LARGE = ["x".repeat(100_000), "👋".repeat(30_000), '"\u0001'.repeat(20_000), "é".repeat(8_193)];

  test.each(TOO_LARGE)("is shown in part, and does not stop what comes behind it (%#)", (body) => {
    const connection = new FakeConnection<unknown>();
    const written: number[] = [];
    const outbox = new DirectOutbox(connection, ME, numberedTexts, (_peer, seq) => written.push(seq));
    const messages = messagesOf(2, [1, 2, 3], (seq) => (seq === 2 ? body : `text ${seq}`));
    outbox.sendTexts(conversationId(1), PEER, messages, 3);
    const shown = connection.frames.flatMap((frame) => frame.body.text_msg);
    expect(shown.map(({ seq }) => seq)).toEqual([1, 2, 3]);
    expect(shown[2].msg_content).toBe("text 3");
    const part = shown[1].msg_content as string;
    expect(part).toEndWith("…");
    expect(body).toStartWith(part.slice(0, -1));
    expect(utf8Length(part)).toBeGreaterThan(5_000);
    expect(written).toEqual([3]);
    for (const message of messages) expect(jsonBytes(historyEntry(message))).toBeLessThan(LIST_BUDGET_BYTES);
  });
});
