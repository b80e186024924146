/**
 * @module support/timing
 * Whether two kinds of call can be told apart by how long they take, on a machine that is busy with other things.
 */

export interface Comparison {
  /** The median of `b` less that of `a`, as a part of the whole median: 0 for alike, -1 for a `b` that takes no time. */
  readonly shift: number;
  /** The probability that a `b` takes longer than an `a`: 0.5 for alike, 0 or 1 for told apart at one look. */
  readonly longer: number;
}

/** Times `pairs` calls of each kind. They alternate, in both orders, so that what slows the machine meets both alike. */
export async function compareTimes(
  pairs: number,
  a: () => Promise<unknown>,
  b: () => Promise<unknown>,
): Promise<Comparison> {
  const times: { a: number[]; b: number[] } = { a: [], b: [] };
  const timed = async (kind: "a" | "b", call: () => Promise<unknown>) => {
    const began = performance.now();
    await call();
    times[kind].push(performance.now() - began);
  };
  for (let i = 0; i < pairs; i++) {
    if (i % 2 === 0) await timed("a", a);
    await timed("b", b);
    if (i % 2 === 1) await timed("a", a);
  }
  const whole = median([...times.a, ...times.b]);
  const wins = times.b.flatMap((late) => times.a.map((early) => Number(late > early)));
  return {
    shift: (median(times.b) - median(times.a)) / whole,
    longer: wins.reduce((sum, win) => sum + win, 0) / wins.length,
  };
}

/**
 * Whether they can be told apart: only if the times differ in size *and* almost always in order. One of the two alone is
 * what chance and a busy machine do.
 */
export const tellsApart = ({ shift, longer }: Comparison): boolean =>
  Math.abs(shift) > 0.15 && Math.abs(longer - 0.5) > 0.3;

function median(values: readonly number[]): number {
  const sorted = values.toSorted((x, y) => x - y);
  return sorted[sorted.length >> 1] ?? 0;
}
