/**
 * @module store/search-order
 * The newest first, out of many conversations of which each is read from its end.
 */
import type { ConversationId } from "../domain/ids.ts";

/** A conversation in which a reader may find something. */
export interface Place {
  readonly conversation: ConversationId;
  readonly visibleFrom: number;
  /** The last seq that who left may see. */
  readonly leftSeq: number | null;
  /** No message of it is later, but for differences of clocks; milliseconds since 1970. */
  readonly grownAt: number;
}

/** A message that may be a hit. */
export interface Candidate {
  readonly at: number;
  readonly conversation: number;
  readonly seq: number;
}

/** By how much the clock that dates messages may be ahead of the one that notes that conversations grow; milliseconds. */
const CLOCKS_APART_MS = 300_000;

export const compareNewest = (a: Candidate, b: Candidate): number =>
  b.at - a.at || b.conversation - a.conversation || b.seq - a.seq;

export const isVisible = ({ seq }: Candidate, place: Place | undefined): boolean =>
  place !== undefined && seq >= place.visibleFrom && (place.leftSeq === null || seq <= place.leftSeq);

/** Reads candidates of a place below a seq, the newest first. */
export type ReadPlace<P extends Place> = (place: P, before: number, limit: number) => Promise<Candidate[]>;

/** What was read of a place and not given yet, and where to go on. */
interface Opened<P extends Place> {
  readonly place: P;
  rows: Candidate[];
  before: number;
  exhausted: boolean;
}

/**
 * Candidates of all places in one order, `size` of them at a time. A place is opened when it may have a later one
 * than those that are open.
 * @param places what grew last first. @param start those given are behind it.
 */
export async function* byRecency<P extends Place>(
  places: readonly P[],
  start: Candidate,
  size: number,
  read: ReadPlace<P>,
): AsyncGenerator<Candidate[]> {
  const open: Opened<P>[] = [];
  let next = 0;
  let page: Candidate[] = [];

  const fill = async (one: Opened<P>) => {
    while (one.rows.length === 0 && !one.exhausted) {
      const rows = await read(one.place, one.before, size);
      one.exhausted = rows.length < size;
      one.before = rows.at(-1)?.seq ?? one.before;
      one.rows = rows.filter((row) => compareNewest(start, row) < 0);
    }
  };
  const newest = () =>
    open.reduce<Opened<P> | undefined>((best, one) => {
      const [row] = one.rows;
      const [other] = best?.rows ?? [];
      return row !== undefined && (other === undefined || compareNewest(row, other) < 0) ? one : best;
    }, undefined);

  for (;;) {
    let best = newest();
    for (let place = places[next]; place !== undefined; place = places[next]) {
      if ((best?.rows[0]?.at ?? 0) > place.grownAt + CLOCKS_APART_MS) break;
      next += 1;
      const opened = {
        place,
        rows: [],
        before: (place.leftSeq ?? Number.MAX_SAFE_INTEGER - 1) + 1,
        exhausted: false,
      };
      await fill(opened);
      open.push(opened);
      best = newest();
    }
    const row = best?.rows.shift();
    if (best === undefined || row === undefined) break;
    page.push(row);
    await fill(best);
    if (page.length === size) {
      yield page;
      page = [];
    }
  }
  if (page.length > 0) yield page;
}
