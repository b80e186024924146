/**
 * @module support/until
 * Waiting for a condition, the only way a test waits.
 */

/** How long and how often `until` looks. */
export interface UntilOptions {
  /** Milliseconds after which it gives up; 10 seconds unless given. */
  timeoutMs?: number;
  /** Milliseconds between two looks; 10 unless given. */
  intervalMs?: number;
  /** What was waited for, in words, for the error. */
  what?: string;
}

type Falsy = false | 0 | "" | null | undefined;

/**
 * Polls `condition` until it is truthy and returns that value. A condition that throws counts as not yet true.
 *
 * @throws Error when the time is up, naming what was waited for and the condition's last error, if any.
 * @example const row = await until(() => store.find(id), { what: "the profile row" });
 */
export async function until<T>(
  condition: () => T | Promise<T>,
  { timeoutMs = 10_000, intervalMs = 10, what = "the condition" }: UntilOptions = {},
): Promise<Exclude<Awaited<T>, Falsy>> {
  const deadline = performance.now() + timeoutMs;
  let last: unknown;
  for (;;) {
    try {
      const value = await condition();
      if (value) return value as Exclude<Awaited<T>, Falsy>;
      last = undefined;
    } catch (error) {
      last = error;
    }
    if (performance.now() >= deadline) {
      throw new Error(`waited ${timeoutMs} ms for ${what}`, last === undefined ? {} : { cause: last });
    }
    await Bun.sleep(intervalMs);
  }
}
