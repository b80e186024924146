/**
 * @module faults/checker
 * Proves from histories what the guarantees say (design: acknowledged is stored, once, in one order without a
 * gap, for everybody, and only for whom it was meant). A pure function: same histories, same verdict.
 */
import { concerns, conversationOf, type History, type Pushed, type Stored } from "./history.ts";

export type Rule =
  | "acknowledged but not stored"
  | "acknowledged with another seq"
  | "stored twice"
  | "gap in the store"
  | "stored but never sent"
  | "sender's order broken"
  | "pushed twice to a session"
  | "session out of order"
  | "pushed but not as stored"
  | "pushed to a wrong user"
  | "shown twice on a device"
  | "device out of order"
  | "never reached a device";

export interface Violation {
  readonly rule: Rule;
  readonly what: string;
}

/** @returns every violation; none is the proof. */
export function check(history: History): Violation[] {
  return [...checkStore(history), ...checkSent(history), ...checkSessions(history), ...checkDevices(history)];
}

const name = (entry: Pushed | Stored): string =>
  `#${entry.seq} "${entry.content}" (${entry.sender} to ${entry.receiver})`;

function grouped<T>(items: readonly T[], keyOf: (item: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const group = groups.get(keyOf(item));
    if (group === undefined) groups.set(keyOf(item), [item]);
    else group.push(item);
  }
  return groups;
}

function checkStore({ stored, sent }: History): Violation[] {
  const found: Violation[] = [];
  const sentBy = new Map(sent.map((one) => [one.content, one]));
  for (const [conversation, messages] of grouped(stored, (one) => conversationOf(one.sender, one.receiver))) {
    messages.sort((a, b) => a.seq - b.seq);
    const seqs = messages.map(({ seq }) => seq);
    if (seqs.some((seq, i) => seq !== i + 1))
      found.push({
        rule: "gap in the store",
        what: `${conversation}: ${seqs.findIndex((seq, i) => seq !== i + 1) + 1}`,
      });
    const seen = new Set<string>();
    for (const message of messages) {
      if (seen.has(message.content)) found.push({ rule: "stored twice", what: name(message) });
      seen.add(message.content);
      const origin = sentBy.get(message.content);
      if (origin?.from !== message.sender || origin.to !== message.receiver)
        found.push({ rule: "stored but never sent", what: name(message) });
    }
  }
  return found;
}

function checkSent({ sent, stored }: History): Violation[] {
  const found: Violation[] = [];
  const storedAs = new Map(stored.map((one) => [one.content, one]));
  for (const one of sent) {
    if (one.acked === undefined) continue;
    const kept = storedAs.get(one.content);
    const what = `"${one.content}" (${one.from} to ${one.to})`;
    if (kept === undefined) found.push({ rule: "acknowledged but not stored", what });
    else if (kept.seq !== one.acked)
      found.push({
        rule: "acknowledged with another seq",
        what: `${what}: ${one.acked}, stored ${kept.seq}`,
      });
  }
  for (const [lane, texts] of grouped(sent, (one) => `${one.device} to ${one.to}`)) {
    let last = 0;
    for (const { content } of texts) {
      const seq = storedAs.get(content)?.seq;
      if (seq === undefined) continue;
      if (seq < last) found.push({ rule: "sender's order broken", what: `${lane}: "${content}"` });
      last = seq;
    }
  }
  return found;
}

function checkSessions({ sessions, stored }: History): Violation[] {
  const found: Violation[] = [];
  const storedAt = new Map(
    stored.map((one) => [`${conversationOf(one.sender, one.receiver)}#${one.seq}`, one]),
  );
  for (const { user, device, pushed } of sessions) {
    const last = new Map<string, number>();
    for (const entry of pushed) {
      const conversation = conversationOf(entry.sender, entry.receiver);
      const before = last.get(conversation) ?? 0;
      const what = `${device}: ${name(entry)}`;
      if (entry.seq === before) found.push({ rule: "pushed twice to a session", what });
      else if (entry.seq < before)
        found.push({ rule: "session out of order", what: `${what} after #${before}` });
      last.set(conversation, Math.max(before, entry.seq));
      if (entry.sender !== user && entry.receiver !== user)
        found.push({ rule: "pushed to a wrong user", what });
      const kept = storedAt.get(`${conversation}#${entry.seq}`);
      if (kept?.content !== entry.content || kept.sender !== entry.sender)
        found.push({ rule: "pushed but not as stored", what });
    }
  }
  return found;
}

function checkDevices({ devices, stored }: History): Violation[] {
  const found: Violation[] = [];
  for (const { user, device, shown } of devices) {
    const seen = new Set<string>();
    const last = new Map<string, number>();
    for (const entry of shown) {
      const conversation = conversationOf(entry.sender, entry.receiver);
      const what = `${device}: ${name(entry)}`;
      if (seen.has(entry.content)) found.push({ rule: "shown twice on a device", what });
      else if (entry.seq <= (last.get(conversation) ?? 0)) found.push({ rule: "device out of order", what });
      seen.add(entry.content);
      last.set(conversation, entry.seq);
    }
    for (const message of stored)
      if (concerns(message, user) && !seen.has(message.content))
        found.push({ rule: "never reached a device", what: `${device}: ${name(message)}` });
  }
  return found;
}
