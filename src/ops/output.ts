/**
 * @module ops/output
 * Where log lines go. Writing never waits and never throws: a reader that is slow costs bounded memory, one
 * that is gone costs the lines.
 */

export interface LogOutput {
  write(text: string): void;
  /**
   * Resolves when all that was written has left the process, or `withinMs` (a second unless given) has passed.
   * @returns why something did not arrive, if so.
   */
  flush(withinMs?: number): Promise<Error | undefined>;
}

/** The part of a Node stream that is used here. */
export interface TextStream {
  write(text: string, done: (error?: Error | null) => void): unknown;
  on(event: "error", listener: (error: Error) => void): unknown;
}

/** Characters that may wait for a slow reader; past it lines are dropped, and counted. */
const MAX_WAITING = 8 * 1024 * 1024;
const FLUSH_TIMEOUT_MS = 1_000;

/** Gathers what is written within one turn of the event loop into one write to the stream. */
export function streamOutput(stream: TextStream): LogOutput {
  let gathered = "";
  let waiting = 0;
  let dropped = 0;
  let scheduled = false;
  let failure: Error | undefined;
  let idle = Promise.withResolvers<void>();
  // A broken pipe is the reader's decision, no reason to end a server.
  stream.on("error", () => {});

  const settle = (length: number) => {
    waiting -= length;
    if (waiting === 0 && gathered === "") {
      idle.resolve();
      idle = Promise.withResolvers<void>();
    }
  };
  const hand = () => {
    scheduled = false;
    const text = gathered;
    gathered = "";
    if (text === "") return;
    waiting += text.length;
    stream.write(text, (error) => {
      failure ??= error ?? undefined;
      settle(text.length);
    });
  };

  return {
    write: (text) => {
      if (waiting + gathered.length > MAX_WAITING) {
        dropped++;
        return;
      }
      if (dropped > 0)
        gathered += `${JSON.stringify({ level: "warn", event: "log.dropped", lines: dropped })}\n`;
      dropped = 0;
      gathered += text;
      if (!scheduled) setImmediate(hand);
      scheduled = true;
    },
    flush: async (withinMs = FLUSH_TIMEOUT_MS) => {
      const done = idle.promise;
      hand();
      if (waiting > 0)
        await Promise.race(withinMs === Number.POSITIVE_INFINITY ? [done] : [done, Bun.sleep(withinMs)]);
      return failure;
    },
  };
}
