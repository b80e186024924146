/** @module Out of many conversations the newest first, and none is read that cannot have a newer one. */
import { expect, test } from "bun:test";
import { conversationId } from "../../src/domain/ids.ts";
import { byRecency, type Candidate, compareNewest, type Place } from "../../src/store/search-order.ts";

const MINUTE_MS = 60_000;
const END = Number.MAX_SAFE_INTEGER;
const FROM_THE_TOP = { at: END, conversation: END, seq: END };

/** Conversations of so many candidates each; of the n-th one the newest is n hours old. */
function talks(...sizes: number[]) {
  const newest = 1_700_000_000_000;
  const rows = new Map<number, Candidate[]>();
  const places = sizes.map((size, index): Place => {
    const conversation = conversationId(index + 1);
    const grownAt = newest - index * 60 * MINUTE_MS;
    rows.set(
      conversation,
      Array.from({ length: size }, (_, at) => ({
        conversation,
        seq: size - at,
        at: grownAt - at * 7 * MINUTE_MS,
      })),
    );
    return { conversation, visibleFrom: 1, leftSeq: null, grownAt };
  });
  const read = new Set<number>();
  async function take(count: number, start: Candidate = FROM_THE_TOP, size = 10): Promise<Candidate[]> {
    const found: Candidate[] = [];
    const order = byRecency(places, start, size, async (wanted, limit) =>
      wanted.flatMap(({ place, before }) => {
        read.add(place.conversation);
        return (rows.get(place.conversation) ?? []).filter(({ seq }) => seq < before).slice(0, limit);
      }),
    );
    for await (const some of order) {
      found.push(...some);
      if (found.length >= count) break;
    }
    return found.slice(0, count);
  }
  return { take, read, all: [...rows.values()].flat().sort(compareNewest) };
}

test("all of them come in one order, each once", async () => {
  const { take, all } = talks(35, 0, 8, 100, 1, 10, 11);
  expect(await take(1_000)).toEqual(all);
  expect(await take(1_000, FROM_THE_TOP, 1)).toEqual(all);
});

test("a page begins behind the last of the one before", async () => {
  const { take, all } = talks(35, 8, 100, 1);
  for (const from of [1, 9, 10, 50, 140, 143]) {
    const start = all[from - 1] as Candidate;
    expect(await take(20, start)).toEqual(all.slice(from, from + 20));
  }
});

test("what cannot have a later one is not read", async () => {
  const { take, read } = talks(...Array.from({ length: 200 }, () => 50));
  await take(10);
  expect(read.size).toBeLessThan(50);
});
