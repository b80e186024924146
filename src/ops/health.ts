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
  /** `starting`: the roles are not up yet. `not_ready`: a check fails. */
  readonly status: "starting" | "ready" | "not_ready" | "draining";
  readonly checks: readonly CheckResult[];
}

export interface Health {
  /** Adds a check: it resolves when what it looks at is well, else rejects. */
  add(name: string, check: () => Promise<void>): void;
  /** The roles are up: from now on the checks decide. */
  begin(): void;
  /** From now on the process is not ready: it takes leave. */
  drain(): void;
  readiness(): Promise<Readiness>;
}

/** @param timeoutMs how long one check may take; they run side by side. */
export function createHealth(timeoutMs = 2_000): Health {
  const checks = new Map<string, () => Promise<void>>();
  let phase: "starting" | "up" | "draining" = "starting";
  return {
    add: (name, check) => void checks.set(name, check),
    begin: () => {
      phase = "up";
    },
    drain: () => {
      phase = "draining";
    },
    readiness: async () => {
      const results = await Promise.all([...checks].map(([name, check]) => runCheck(name, check, timeoutMs)));
      const state = results.every((result) => result.ok) ? "ready" : "not_ready";
      return { status: phase === "up" ? state : phase, checks: results };
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
