/**
 * @module support/cleanup
 * What the test support started is put on this list and closed once, at the end of the test process: by the
 * preload under `bun test`, by the program itself in `test/bench` and `test/faults`.
 */

/** Ends one thing; called once, in reverse order of registration. */
type Close = () => Promise<void>;

const pending: Close[] = [];

/** Has `close` called at the end of the process. */
export function atEnd(close: Close): void {
  pending.push(close);
}

/**
 * Closes everything registered so far, the newest first.
 * One that fails does not keep the others open; the failures are thrown together afterwards.
 */
export async function closeAll(): Promise<void> {
  const failures: unknown[] = [];
  for (const close of pending.splice(0).reverse()) {
    await close().catch((error: unknown) => failures.push(error));
  }
  if (failures.length > 0) throw new AggregateError(failures, "closing what the tests started");
}
