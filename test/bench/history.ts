/**
 * @module bench/history
 * Whether a page of history takes the same time wherever it lies: 50 messages from the start, the middle and
 * the end of one long conversation.
 */
import type { ConversationId } from "../../src/domain/ids.ts";
import type { Store } from "../../src/store/store.ts";
import type { Person } from "./people.ts";

const PAGE = 50;
const READS = 200;
const BATCH = 2_000;

export interface PageTimes {
  /** Median milliseconds of a page. */
  readonly start: number;
  readonly middle: number;
  readonly end: number;
}

/** Fills the conversation of two friends through the store's own append. */
export async function fill(store: Store, [a, b]: readonly [Person, Person], messages: number): Promise<void> {
  const body = "x".repeat(100);
  const conversation = await talkOf(store, a, b);
  for (let stored = 0; stored < messages; stored += BATCH) {
    const entries = Array.from({ length: BATCH }, (_, i) => ({
      conversation,
      sender: i % 2 === 0 ? a.id : b.id,
      clientId: `{${crypto.randomUUID()}}`,
      kind: "text" as const,
      body,
    }));
    await store.messages.append(entries, Date.now());
  }
}

/** Reads pages at the three places in turn, so that whatever disturbs the machine disturbs all of them. */
export async function pageTimes(
  store: Store,
  [a, b]: readonly [Person, Person],
  messages: number,
): Promise<PageTimes> {
  const places = { start: 0, middle: messages / 2, end: messages - PAGE };
  const conversation = await talkOf(store, a, b);
  const times: Record<keyof typeof places, number[]> = { start: [], middle: [], end: [] };
  for (let i = 0; i < READS; i++) {
    for (const [place, after] of Object.entries(places) as [keyof typeof places, number][]) {
      const from = performance.now();
      const page = await store.messages.history(conversation, a.id, { after: after + (i % 10), limit: PAGE });
      times[place].push(performance.now() - from);
      if (page === undefined || page.messages.length < PAGE - 10)
        throw new Error("the conversation is too short");
    }
  }
  const median = (values: number[]) => values.sort((x, y) => x - y)[READS >> 1] ?? 0;
  return { start: median(times.start), middle: median(times.middle), end: median(times.end) };
}

async function talkOf(store: Store, a: Person, b: Person): Promise<ConversationId> {
  const [conversation] = await store.conversations.direct([[a.id, b.id]]);
  if (conversation === undefined) throw new Error("the two have no conversation");
  return conversation;
}
