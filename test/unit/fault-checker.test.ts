/** @module The checker of the fault runs: it passes what is right and names what is wrong. */
import { beforeEach, describe, expect, test } from "bun:test";
import { Audit } from "../faults/audit.ts";
import { lateRule } from "../faults/late.ts";
import { Ledger, type Text } from "../faults/ledger.ts";
import type { Place } from "../faults/place.ts";
import { type Rule, Verdict } from "../faults/rules.ts";
import { Screen } from "../faults/screen.ts";

let verdict: Verdict;
let ledger: Ledger;

beforeEach(() => {
  verdict = new Verdict();
  ledger = new Ledger(verdict);
});

/** A text of 1 to 2, handed over and acknowledged with `seq` unless that is undefined. */
function said(seq: number | undefined): Text {
  const text = ledger.write("1", "1a", "2", 0);
  if (seq !== undefined) ledger.acknowledged(text, seq, 0);
  return text;
}

const toldOf = ({ content }: Text, seq: number) => ({ sender: "1", receiver: "2", seq, content });
const broken = (): Rule[] => [...verdict.counts.keys()];

describe("what is told of texts", () => {
  test("the same by everybody is right", () => {
    const text = said(1);
    ledger.told(toldOf(text, 1), "a push");
    ledger.told(toldOf(text, 1), "a page");
    expect(broken()).toEqual([]);
  });

  test("a text with two seqs, a seq with two texts", () => {
    const text = said(1);
    ledger.told(toldOf(text, 2), "a push");
    expect(broken()).toEqual(["stored twice"]);
    ledger.told(toldOf(said(undefined), 1), "a push");
    expect(broken()).toEqual(["stored twice", "two texts, one seq"]);
  });

  test("a text that nobody wrote, or wrote to somebody else", () => {
    ledger.told({ sender: "1", receiver: "2", seq: 1, content: "no such text" }, "a push");
    ledger.told({ ...toldOf(said(undefined), 1), receiver: "3" }, "a push");
    expect(verdict.count("stored but never sent")).toBe(2);
  });

  test("a text that was refused is told to nobody, whatever comes first", () => {
    const [refusedFirst, toldFirst] = [said(undefined), said(undefined)];
    ledger.refused(refusedFirst, 66);
    ledger.told(toldOf(refusedFirst, 1), "a push");
    ledger.told(toldOf(toldFirst, 2), "a push");
    ledger.refused(toldFirst, 66);
    expect(verdict.count("refused but stored")).toBe(2);
  });
});

describe("the store", () => {
  /** Holds these texts, in order, at these seqs. */
  const audit = (stored: readonly (readonly [Text, number, number?])[]) => {
    const audit = new Audit(ledger, verdict);
    const conversation = ledger.conversation("1", "2");
    for (const [{ content }, seq, at = seq] of stored)
      audit.message(conversation, { seq, sender: "1", content, at });
    audit.end();
    return broken();
  };

  test("as acknowledged is right", () => {
    expect(
      audit([
        [said(1), 1],
        [said(2), 2],
      ] as const),
    ).toEqual([]);
  });

  test("a text whose sender gave up may be stored or not", () => {
    const [first, second] = [said(undefined), said(undefined)];
    first.givenUp = second.givenUp = true;
    expect(audit([[first, 1]])).toEqual([]);
  });

  test("an acknowledged text, or one that was pushed, is not there", () => {
    said(1);
    ledger.told(toldOf(said(undefined), 2), "a push");
    expect(audit([])).toContain("acknowledged but not stored");
    expect(broken()).toContain("pushed but not stored");
  });

  test("a text whose sender still waits", () => {
    said(undefined);
    expect(audit([])).toEqual(["neither acknowledged nor refused"]);
  });

  test("a gap, a wrong order, a time that goes back", () => {
    expect(
      audit([
        [said(1), 1],
        [said(3), 3],
      ] as const),
    ).toEqual(["gap in the store"]);
  });

  test("a sender's texts in another order", () => {
    const [first, second] = [said(2), said(1)];
    expect(
      audit([
        [second, 1],
        [first, 2],
      ] as const),
    ).toEqual(["sender's order broken"]);
  });

  test("a later text with an earlier time", () => {
    expect(
      audit([
        [said(1), 1, 50],
        [said(2), 2, 49],
      ] as const),
    ).toEqual(["time went back in a conversation"]);
  });
});

describe("a device", () => {
  let screen: Screen;
  let texts: Text[];

  beforeEach(() => {
    screen = new Screen("2", "2a", verdict);
    texts = [1, 2, 3].map(said);
  });

  const show = (...seqs: number[]) => {
    for (const seq of seqs) screen.show(texts[seq - 1] as Text, seq);
  };

  test("shows everything once and in order", () => {
    show(1, 2, 3);
    expect(broken()).toEqual([]);
    expect(texts.every((text) => screen.has(text))).toBe(true);
  });

  test("shows a text twice, or an older one after a newer one", () => {
    show(1, 2, 2);
    expect(broken()).toEqual(["shown twice on a device"]);
    expect(screen.has(texts[2] as Text)).toBe(false);
  });

  test("leaves one out and shows it later", () => {
    show(1, 3);
    expect(screen.has(texts[1] as Text)).toBe(false);
    show(2);
    expect(broken()).toEqual(["device out of order"]);
  });

  test("is told that somebody has got less far than before", () => {
    screen.receipt("1", { delivered: 3, read: 2 }, "a receipt");
    screen.receipt("1", { delivered: 3, read: 2 }, "a receipt");
    expect(broken()).toEqual([]);
    screen.receipt("1", { delivered: 3, read: 1 }, "a receipt");
    screen.cursor("1", { delivered: 3, read: 1 }, "a cursor");
    screen.cursor("1", { delivered: 2, read: 1 }, "a head");
    expect(broken()).toEqual(["receipt went back", "cursor went back"]);
  });

  test("that lacks a text lacks it for a reason that has a rule", () => {
    const watched = (has: boolean, place?: Partial<Place>) => ({
      ...{ name: "2a", user: "2", since: 0, showsOwn: true, departures: 0, screen, has: () => has },
      place: place as Place | undefined,
    });
    const late = {
      device: watched(false),
      text: texts[0] as Text,
      others: [],
      first: false,
      linkWasBroken: false,
    };
    expect(lateRule(late)).toBe("not shown in time");
    expect(lateRule({ ...late, others: [watched(true)] })).toBe("shown to one device, not to the other");
    expect(lateRule({ ...late, first: true })).toBe("first text of a friendship not shown");
    expect(lateRule({ ...late, linkWasBroken: true })).toBe("not shown after a link healed");
    expect(lateRule({ ...late, device: watched(false, { zombie: true }) })).toBe("kept by a zombie");
  });
});
