/**
 * @module cli/stop-requests
 * When a serving process is to stop: asked once it takes leave of its clients, asked again it ends at once.
 */
import type { Clock } from "../lib/clock.ts";
import type { Logger } from "../lib/log.ts";
import type { Io } from "./io.ts";

/**
 * One Ctrl+C can arrive twice: the terminal sends it to all processes it runs, and `npm start` passes on the one
 * that it gets. Signals this close together are one request.
 */
const SAME_REQUEST_MS = 500;

export interface StopRequests {
  readonly asked: Promise<void>;
  readonly askedAgain: Promise<void>;
  /** Stops listening. */
  end(): void;
}

export function stopRequests(io: Io, clock: Clock, logger: Logger): StopRequests {
  const asked = Promise.withResolvers<void>();
  const askedAgain = Promise.withResolvers<void>();
  let firstAt: number | undefined;
  const end = io.onStopSignal((signal) => {
    const now = clock.monotonic();
    if (firstAt !== undefined && now - firstAt < SAME_REQUEST_MS) return;
    logger.log(firstAt === undefined ? "info" : "warn", "signal", { signal });
    if (firstAt !== undefined) askedAgain.resolve();
    firstAt ??= now;
    asked.resolve();
  });
  return { asked: asked.promise, askedAgain: askedAgain.promise, end };
}
