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

/** Reads the newest candidates of each place below a seq, `limit` of each. */
export type ReadPlaces<P extends Place> = (
  wanted: readonly Below<P>[],
  limit: number,
) => Promise<Candidate[]>;

export interface Below<P extends Place> {
  readonly place: P;
  readonly before: number;
}

/** What was read of a place and not given yet, and where to go on. */
interface Opened<P extends Place> {
  readonly place: P;
  rows: Candidate[];
  before: number;
  exhausted: boolean;
}

/** Places that are opened by one read. */
const OPENED_AT_ONCE = 20;

/**
 * Candidates of all places in one order, `size` of them at a time. A place is opened when it may have a later one
 * than those that are open.
 * @param places what grew last first. @param start those given are behind it.
 */
export async function* byRecency<P extends Place>(
  places: readonly P[],
  start: Candidate,
  size: number,
  read: ReadPlaces<P>,
): AsyncGenerator<Candidate[]> {
  const open: Opened<P>[] = [];
  const closed = places.map(
    (place): Opened<P> => ({
      ...{ place, rows: [], exhausted: false },
      before: (place.leftSeq ?? Number.MAX_SAFE_INTEGER - 1) + 1,
    }),
  );
  let page: Candidate[] = [];

  const fill = async (wanted: readonly Opened<P>[]) => {
    let empty = wanted;
    while (empty.length > 0) {
      const rows = Map.groupBy(await read(empty, size), ({ conversation }) => conversation);
      for (const one of empty) {
        const own = (rows.get(one.place.conversation) ?? []).toSorted(compareNewest);
        one.exhausted = own.length < size;
        one.before = own.at(-1)?.seq ?? one.before;
        one.rows = own.filter((row) => compareNewest(start, row) < 0);
      }
      empty = empty.filter(({ rows: left, exhausted }) => left.length === 0 && !exhausted);
    }
  };
  const newest = () =>
    open.reduce<Opened<P> | undefined>((best, one) => {
      const [row] = one.rows;
      const [other] = best?.rows ?? [];
      return row !== undefined && (other === undefined || compareNewest(row, other) < 0) ? one : best;
    }, undefined);
  /** Whether a closed place may have a later one than the newest that is known. */
  const mayBeLater = ({ place }: Opened<P>, at: number) => at <= place.grownAt + CLOCKS_APART_MS;

  for (;;) {
    let best = newest();
    while (closed[0] !== undefined && mayBeLater(closed[0], best?.rows[0]?.at ?? 0)) {
      const some = closed.splice(0, OPENED_AT_ONCE);
      await fill(some);
      open.push(...some);
      best = newest();
    }
    const row = best?.rows.shift();
    if (best === undefined || row === undefined) break;
    page.push(row);
    if (best.rows.length === 0 && !best.exhausted) await fill([best]);
    if (page.length === size) {
      yield page;
      page = [];
    }
  }
  if (page.length > 0) yield page;
}
