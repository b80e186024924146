/**
 * @module cli/finding
 * One look of `chatsrv check` at one thing.
 */
import { AppError } from "../domain/error.ts";
import { runCheck } from "../ops/health.ts";
import { reasonOf } from "./reason.ts";

export interface Finding {
  readonly name: string;
  readonly ok: boolean;
  /** What was looked at, and what was found. */
  readonly detail: string;
  /** Why it failed. */
  readonly error?: string;
  /** What a person can do about a failure. */
  readonly mend?: string;
}

const TIMEOUT_MS = 5_000;
/** How long something that is just being connected to may be away. */
const PATIENCE_MS = 2_000;
const PAUSE_MS = 100;

/** Runs one look; `detail` describes what is looked at, and what was found. */
export async function look(
  name: string,
  detail: string,
  mend: string,
  find: () => Promise<string | undefined>,
): Promise<Finding> {
  let found: string | undefined;
  const { ok, error } = await runCheck(
    name,
    async () => {
      found = await find().catch((error: unknown) => {
        throw new Error(reasonOf(error));
      });
    },
    TIMEOUT_MS,
  );
  if (!ok) return { name, ok, detail, error: error ?? "", mend };
  return { name, ok, detail: found === undefined ? detail : `${detail}: ${found}` };
}

/** Tries again while the other side is away, for a while. */
export async function patiently(work: () => Promise<void>): Promise<void> {
  for (const until = performance.now() + PATIENCE_MS; ; await Bun.sleep(PAUSE_MS)) {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof AppError && error.retryable) || performance.now() > until) throw error;
    }
  }
}
