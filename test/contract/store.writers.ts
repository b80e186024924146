/**
 * @module contract/store.writers
 * Appends without end, as clients do it: the same text again until it is acknowledged.
 */
import { AppError, toAppError } from "../../src/domain/error.ts";
import type { UserId } from "../../src/domain/ids.ts";
import type { Store } from "../../src/store/store.ts";
import { until } from "../support/servers.ts";
import { append, text } from "./store.harness.ts";

/** Milliseconds before a text that was refused is tried again. */
const PAUSE_MS = 20;
const WRITERS_PER_STORE = 3;

export interface Writers {
  /** Client ids. */
  readonly acknowledged: ReadonlySet<string>;
  readonly failures: readonly AppError[];
  /** Resolves when so many more are acknowledged than now. */
  stored(more: number): Promise<void>;
  /** Resolves when the last text of each is acknowledged. */
  stop(): Promise<void>;
}

/** Starts writers on each of the stores; those of one store answer those of another. */
export function startWriters(stores: readonly Store[], a: UserId, b: UserId): Writers {
  const acknowledged = new Set<string>();
  const failures: AppError[] = [];
  let over = false;
  const write = async (store: Store, from: UserId, to: UserId) => {
    while (!over) {
      const entry = text(from, to);
      while (!acknowledged.has(entry.clientId))
        try {
          const [outcome] = await append(store, [entry], 1);
          if (outcome?.status !== "stored" && outcome?.status !== "duplicate")
            throw new AppError("MESSAGE_ID_CONFLICT", { detail: outcome?.status ?? "no outcome" });
          acknowledged.add(entry.clientId);
        } catch (thrown) {
          failures.push(toAppError(thrown));
          await Bun.sleep(PAUSE_MS);
        }
    }
  };
  const running = stores.flatMap((store, index) =>
    Array.from({ length: WRITERS_PER_STORE }, () => (index % 2 ? write(store, b, a) : write(store, a, b))),
  );
  return {
    acknowledged,
    failures,
    stored: async (more) => {
      const goal = acknowledged.size + more;
      await until(() => acknowledged.size >= goal, { timeoutMs: 30_000, what: `${more} more texts` });
    },
    stop: async () => {
      over = true;
      await Promise.all(running);
    },
  };
}
