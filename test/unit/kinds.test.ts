/** @module The table of kinds: each has all that is asked of one, and what is not known passes. */
import { describe, expect, test } from "bun:test";
import { originalEntry } from "../../src/chat/dialects/original/texts.ts";
import { numberedEntry } from "../../src/chat/dialects/protocol2/texts.ts";
import type { Message } from "../../src/domain/entities.ts";
import { userId } from "../../src/domain/ids.ts";
import { CHANGE_KINDS, QUIET_KINDS } from "../../src/domain/kinds.ts";
import { fromMessage, toMessage } from "../../src/rpc/events.ts";
import { only } from "../../src/services/delivery/events.ts";
import { type KindSpec, kindSpec, kinds } from "../../src/wire/kinds.ts";
import { messagesOf } from "../support/messages.ts";

const ADA = userId(1);
const BOB = userId(2);
const [text] = messagesOf(ADA, [1], () => "hello") as [Message];
const later: Message = { ...text, kind: "hologram" };

describe("kinds", () => {
  test("each shows a body as a text and as one line, whatever is in it", () => {
    for (const spec of Object.values(kinds))
      for (const body of ["", "\n\n", "one\ntwo", "x".repeat(10_000), "👨‍👩‍👧".repeat(200)]) {
        expect(["string", "undefined"]).toContain(typeof spec.fallback({ body }));
        const preview = spec.preview({ body });
        expect(preview).not.toContain("\n");
        expect([...preview].length).toBeLessThanOrEqual(120);
      }
    expect(kinds.text.preview({ body: "\n  first \nsecond" })).toBe("first");
  });

  test("what counts as unread, and what changes others, is the same to the system", () => {
    for (const [name, spec] of Object.entries<KindSpec>(kinds)) {
      const { countsAsUnread, changes } = spec;
      const known = { name, countsAsUnread, changes };
      const isChange = (CHANGE_KINDS as readonly string[]).includes(name);
      expect(known).toEqual({ name, countsAsUnread: !QUIET_KINDS.includes(name), changes: isChange });
    }
  });

  test("names that are no kinds, those of every object too, read as one that came later", () => {
    for (const name of ["hologram", "", "constructor", "__proto__", "toString"])
      expect(kindSpec(name)).toBe(kinds.text);
  });

  test("one that is not known travels between nodes and to protocol 2 as it is, and to others as the text it carries", () => {
    const event = {
      type: "texts",
      audience: only(BOB),
      peer: ADA,
      messages: [text, later],
      except: undefined,
    } as const;
    expect(fromMessage(toMessage(event))).toEqual(event);
    expect(numberedEntry(later, BOB)).toMatchObject({ kind: "hologram", msg_content: "hello" });
    expect(originalEntry(later, BOB)).toEqual({
      msg_sender: "1",
      msg_receiver: "2",
      msg_id: later.clientId,
      msg_content: "hello",
    });
  });

  test("a node of a former version names none: those are texts", () => {
    const message = toMessage({ type: "texts", audience: only(BOB), peer: ADA, messages: [text] });
    if (message.event.case !== "texts") throw new Error("no texts");
    for (const one of message.event.value.messages) one.kind = "";
    const event = fromMessage(message);
    expect(event?.type === "texts" && event.messages).toEqual([text]);
  });
});
