/**
 * @module unit/client-changes
 * What becomes of a message by edits, a recall and reactions, in whatever order history and pushes tell of them.
 */
import { describe, expect, test } from "bun:test";
import { edit, reaction, recall } from "../../src/client/changes.ts";
import { type ChatMessage, type Content, changedBy, changedSeq } from "../../src/client/index.ts";

const message = (seq: number, { kind = "text", ...more }: Partial<ChatMessage> = {}): ChatMessage => ({
  ...{
    conversation: "70",
    seq,
    at: seq,
    id: `{${seq}}`,
    sender: "2",
    content: "one",
    asOf: seq,
    mine: false,
  },
  kind,
  ...more,
});
const change = (seq: number, content: Content, more: Partial<ChatMessage> = {}) =>
  message(seq, { ...content, ...more });
const after = (subject: ChatMessage, ...changes: readonly ChatMessage[]) =>
  changes.reduce(changedBy, subject);

describe("a message", () => {
  test("has the text of its last edit", () => {
    const edited = after(message(1), change(2, edit(1, "two")), change(3, edit(1, "three")));
    expect(edited).toMatchObject({ content: "three", editedSeq: 3, seq: 1, asOf: 3 });
  });

  test("that was recalled is empty, whatever comes later", () => {
    const said = after(message(1), change(2, reaction(1, "👍", true)), change(3, edit(1, "two")));
    const gone = after(said, change(4, recall(1)));
    expect(gone).toMatchObject({ content: "", recalled: true, reactions: [] });
    expect(gone).not.toHaveProperty("editedSeq");
    const later = after(gone, change(5, edit(1, "back")), change(6, reaction(1, "👍", true)));
    expect(later).toMatchObject({ content: "", recalled: true, reactions: [], asOf: 6 });
  });

  test("counts reactions, and knows one's own", () => {
    const given = after(
      message(1),
      change(2, reaction(1, "👍", true)),
      change(3, reaction(1, "👍", true), { mine: true }),
      change(4, reaction(1, "👩‍👩‍👧", true)),
    );
    expect(given.reactions).toEqual([
      { emoji: "👍", count: 2, mine: true },
      { emoji: "👩‍👩‍👧", count: 1, mine: false },
    ]);
    const taken = after(
      given,
      change(5, reaction(1, "👍", false), { mine: true }),
      change(6, reaction(1, "👩‍👩‍👧", false)),
      change(7, reaction(1, "👎", false)),
    );
    expect(taken.reactions).toEqual([{ emoji: "👍", count: 1, mine: false }]);
  });

  test("from history has the changes up to there in it", () => {
    const known = message(1, {
      content: "three",
      editedSeq: 3,
      asOf: 4,
      reactions: [{ emoji: "👍", count: 1, mine: false }],
    });
    expect(after(known, change(2, edit(1, "two")), change(4, reaction(1, "👍", true)))).toEqual(known);
    expect(after(known, change(5, edit(1, "five")))).toMatchObject({ content: "five", editedSeq: 5 });
  });

  test("is left alone by what is about another, or makes no sense", () => {
    const subject = message(1);
    expect(changedBy(subject, change(3, edit(2, "x")))).toBe(subject);
    expect(changedSeq(message(2))).toBeUndefined();
    expect(changedSeq({ kind: "edit", data: "1" })).toBeUndefined();
    expect(changedSeq({ kind: "edit" })).toBeUndefined();
    const odd = change(2, { kind: "reaction", content: "", data: { of: 1, emoji: 5 } });
    expect(changedBy(subject, odd).reactions).toBeUndefined();
  });
});
