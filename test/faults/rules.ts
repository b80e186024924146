/**
 * @module faults/rules
 * What must never happen, by name, and where it is written down when it does. The wording is what a person
 * would complain of.
 */

/** Every rule and what breaks it. */
export const RULES = {
  // The store.
  "acknowledged but not stored": "the sender was told a seq and the store does not hold the text",
  "stored twice": "one text has two seqs",
  "two texts, one seq": "one seq of a conversation was told as two different texts",
  "gap in the store": "the seqs of a conversation are not 1, 2, 3 …",
  "stored but never sent": "the store, or a push, holds a text that nobody wrote so",
  "sender's order broken": "two texts of one device to one peer are stored in the wrong order",
  "pushed but not stored": "somebody was told of a text that the store does not hold",
  "time went back in a conversation": "a later text has an earlier time",
  "refused but stored": "the sender was told that the text is refused for good, and the store holds it",
  "refused for no reason": "a text was refused for good, and not because the two are no friends or blocked",
  "neither acknowledged nor refused": "at the end a device still waits for an answer to its text",
  // What a connection carried.
  "pushed twice to a session": "one connection carried a text twice in a row",
  "session out of order": "one connection carried an older text after a newer one",
  "pushed to a wrong user": "a connection carried a text of somebody else's conversation",
  "not of the original's protocol":
    "a session without protocol 2 got a frame or field that the original never sends",
  "stored from a non-member": "the store holds a text of a group whose sender was no member then",
  "shown to a non-member":
    "a device was shown a text of a group of a time in which its account was no member",
  // What a device showed.
  "shown twice on a device": "the app was handed a text again",
  "device out of order": "the app was handed an older text after a newer one",
  "never reached a device": "at the end a device lacks a text of its conversations",
  // In time: a device that was connected throughout.
  "not shown in time": "a device lacks a text so long after its acknowledgement, nothing hindering it",
  "shown to one device, not to the other": "the same, and another device of the account has it",
  "first text of a friendship not shown":
    "the same, and it is the first that the session meets of the conversation",
  "not shown after a link healed": "the same, and it was written while a link between two nodes was broken",
  "kept by a zombie": "the same, and the session is held by a node whose name another process has taken",
  "not shown by the original's client":
    "the same, and the device runs the original's client, which remembers nothing",
  "receipt not told in time":
    "a device does not know how far the other side has got, so long after it got there",
  "cursor not told in time":
    "a device does not know how far another device of its account has read, so long after",
  // What never goes back.
  "receipt went back": "a device was told that the other side has got less far than it was told before",
  "cursor went back": "a device was told that its account has got less far than it was told before",
  "presence went back": "a device was told an older word about a friend after a newer one",
  "presence is wrong": "a device has a friend as online who is away, or the reverse, for so long",
  // Rights.
  "accepted after a block": "a text was acknowledged that was written after the block was answered",
  "served after its end":
    "a session was answered after its revoke, or the reset of its account, was answered with 0",
  "evicted but served": "a session beyond the most that an account may have is still answered, so long after",
  "a healthy session ended": "a session ended that nothing in the run excuses",
  // Messages that change others.
  "a change without effect": "a change was acknowledged, and at the end the message is not as it says",
  "changed without the right to": "a change of somebody else's message was acknowledged",
  "shown otherwise":
    "at the end a device shows a message otherwise than a device that starts from nothing: changes in it differ",
  // What is asked for.
  "history is not as pushed": "a page of history differs from what was pushed or stored, or has a hole",
  "a fresh device differs":
    "at the end a device that starts from nothing sees other friends or texts than an old one",
  "own texts are unread": "at the end nothing but one's own texts counts as unread",
  // What is left behind.
  "keys left in Redis": "more keys at the end than at the start, beyond what the run explains",
  "memory grew": "a process holds more memory at the end than it may",
  "descriptors grew": "a process holds more descriptors at the end than it may",
  "a process died by itself": "a process ended that nobody had ended",
} as const;

export type Rule = keyof typeof RULES;

/** What holds in a fleet of two builds, of which the older has not promised all the rest. */
export const OF_EVERY_BUILD: ReadonlySet<Rule> = new Set<Rule>([
  "acknowledged but not stored",
  "stored twice",
  "two texts, one seq",
  "gap in the store",
  "stored but never sent",
  "pushed but not stored",
  "refused but stored",
  "sender's order broken",
  "neither acknowledged nor refused",
  "pushed twice to a session",
  "session out of order",
  "pushed to a wrong user",
  "stored from a non-member",
  "shown to a non-member",
  "not of the original's protocol",
  "shown twice on a device",
  "device out of order",
  "accepted after a block",
  "history is not as pushed",
  "a process died by itself",
]);

export interface Violation {
  readonly rule: Rule;
  readonly what: string;
}

/** Violations kept with their words, of each rule; the rest is counted. */
const KEPT = 50;

/** Where violations are written down, as they happen. */
export class Verdict {
  readonly violations: Violation[] = [];
  readonly counts = new Map<Rule, number>();
  readonly #onFirst: (violation: Violation) => void;

  /** @param onFirst is told of the first few violations of each rule at once. */
  constructor(onFirst: (violation: Violation) => void = () => {}) {
    this.#onFirst = onFirst;
  }

  add(rule: Rule, what: string): void {
    const count = (this.counts.get(rule) ?? 0) + 1;
    this.counts.set(rule, count);
    if (count <= KEPT) this.violations.push({ rule, what });
    if (count <= 3) this.#onFirst({ rule, what });
  }

  /** How many there are, of one rule or of all. */
  count(rule?: Rule): number {
    if (rule !== undefined) return this.counts.get(rule) ?? 0;
    return [...this.counts.values()].reduce((sum, count) => sum + count, 0);
  }
}
