/**
 * @module ops/health
 * Whether this process is ready to be sent work: named checks, each within a time, and the state of draining.
 */

export interface CheckResult {
  readonly name: string;
  readonly ok: boolean;
  readonly ms: number;
  /** Why it failed. */
  readonly error?: string;
}

export interface Readiness {
  readonly status: "ready" | "not_ready" | "draining";
  readonly checks: readonly CheckResult[];
}

export interface Health {
  /** Adds a check: it resolves when what it looks at is well, else rejects. */
  add(name: string, check: () => Promise<void>): void;
  /** From now on the process is not ready: it takes leave. */
  drain(): void;
  readiness(): Promise<Readiness>;
}

/** @param timeoutMs how long one check may take; they run side by side. */
export function createHealth(timeoutMs = 2_000): Health {
  const checks = new Map<string, () => Promise<void>>();
  let draining = false;
  return {
    add: (name, check) => void checks.set(name, check),
    drain: () => {
      draining = true;
    },
    readiness: async () => {
      const results = await Promise.all([...checks].map(([name, check]) => runCheck(name, check, timeoutMs)));
      const well = results.every((result) => result.ok);
      return { status: draining ? "draining" : well ? "ready" : "not_ready", checks: results };
    },
  };
}

/** Runs one check. Never rejects; one that takes too long has failed. */
export async function runCheck(
  name: string,
  check: () => Promise<void>,
  timeoutMs: number,
): Promise<CheckResult> {
  const started = performance.now();
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(() => late.reject(new Error(`no answer within ${timeoutMs} ms`)), timeoutMs);
  const done = (error?: string): CheckResult => {
    const ms = Math.round(performance.now() - started);
    return error === undefined ? { name, ok: true, ms } : { name, ok: false, ms, error };
  };
  try {
    await Promise.race([check(), late.promise]);
    return done();
  } catch (error) {
    return done(error instanceof Error ? error.message : String(error));
  } finally {
    clearTimeout(timer);
  }
}
