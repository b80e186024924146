/** @module The checker of the fault runs: it passes what is right and names what is wrong. */
import { describe, expect, test } from "bun:test";
import { check } from "../faults/checker.ts";
import type { History, Pushed, Sent, Stored } from "../faults/history.ts";

const stored = (seq: number, sender = "1", receiver = "2"): Stored => ({
  sender,
  receiver,
  seq,
  content: `${sender}>${receiver} ${seq}`,
});
const sent = (seq: number, acked: number | undefined = seq): Sent => ({
  from: "1",
  device: "1a",
  to: "2",
  content: `1>2 ${seq}`,
  acked,
});
const pushed = (seq: number): Pushed => stored(seq);

/** Three texts of 1 to 2, everything as it should be. */
const good = (): History => ({
  sent: [sent(1), sent(2), sent(3)],
  stored: [stored(1), stored(2), stored(3)],
  sessions: [{ user: "2", device: "2a", pushed: [pushed(1), pushed(2), pushed(3)] }],
  devices: [{ user: "2", device: "2a", shown: [pushed(1), pushed(2), pushed(3)] }],
});
const rules = (history: Partial<History>) => check({ ...good(), ...history }).map(({ rule }) => rule);

describe("fault checker", () => {
  test("finds nothing in a good history", () => {
    expect(check(good())).toEqual([]);
  });

  test("a text that was never acknowledged may be stored or not", () => {
    expect(rules({ sent: [sent(1), sent(2), { ...sent(3), acked: undefined }] })).toEqual([]);
    const two = [stored(1), stored(2)];
    const seen = [pushed(1), pushed(2)];
    expect(
      rules({
        sent: [sent(1), sent(2), { ...sent(3), acked: undefined }],
        stored: two,
        sessions: [{ user: "2", device: "2a", pushed: seen }],
        devices: [{ user: "2", device: "2a", shown: seen }],
      }),
    ).toEqual([]);
  });

  test("an acknowledged text that is not stored", () => {
    expect(rules({ sent: [sent(1), sent(2), sent(3), sent(4)] })).toEqual(["acknowledged but not stored"]);
  });

  test("an acknowledgement with another seq", () => {
    expect(rules({ sent: [sent(1), sent(2), sent(3, 7)] })).toEqual(["acknowledged with another seq"]);
  });

  test("a text that is stored twice, a gap, a text nobody sent", () => {
    expect(
      rules({ stored: [stored(1), stored(2), stored(3), { ...stored(4), content: "1>2 3" }] }),
    ).toContain("stored twice");
    expect(rules({ stored: [stored(1), stored(2), stored(3), stored(5)] })).toContain("gap in the store");
    expect(rules({ stored: [stored(1), stored(2), stored(3), stored(4)] })).toContain(
      "stored but never sent",
    );
  });

  test("a sender's texts stored in another order", () => {
    expect(rules({ sent: [sent(2), sent(1), sent(3)] })).toEqual(["sender's order broken"]);
  });

  test("a session that gets a text twice, or an earlier one later", () => {
    const session = (...seqs: number[]) => [{ user: "2", device: "2a", pushed: seqs.map(pushed) }];
    expect(rules({ sessions: session(1, 2, 2, 3) })).toEqual(["pushed twice to a session"]);
    expect(rules({ sessions: session(2, 1, 3) })).toEqual(["session out of order"]);
  });

  test("a session that gets what is another's, or not what is stored", () => {
    expect(rules({ sessions: [{ user: "9", device: "9a", pushed: [pushed(1)] }] })).toEqual([
      "pushed to a wrong user",
    ]);
    const other = { ...pushed(1), content: "1>2 3" };
    expect(rules({ sessions: [{ user: "2", device: "2a", pushed: [other] }] })).toEqual([
      "pushed but not as stored",
    ]);
  });

  test("a device that is shown a text twice, late, or never", () => {
    const device = (...seqs: number[]) => [{ user: "2", device: "2a", shown: seqs.map(pushed) }];
    expect(rules({ devices: device(1, 2, 2, 3) })).toEqual(["shown twice on a device"]);
    expect(rules({ devices: device(1, 3, 2) })).toEqual(["device out of order"]);
    expect(rules({ devices: device(1, 2) })).toEqual(["never reached a device"]);
    const own = [{ user: "1", device: "1b", shown: [pushed(1), pushed(3)] }];
    expect(rules({ devices: own })).toEqual(["never reached a device"]);
  });
});
