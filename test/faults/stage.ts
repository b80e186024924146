/**
 * @module faults/stage
 * What everybody in a run has in common.
 */
import type { HttpApi } from "../../src/client/index.ts";
import type { Ledger } from "./ledger.ts";
import type { Verdict } from "./rules.ts";
import type { World } from "./world.ts";

export interface Stage {
  readonly world: World;
  readonly api: HttpApi;
  readonly ledger: Ledger;
  readonly verdict: Verdict;
  /** How long a device may lack what it is to be shown, milliseconds. */
  readonly withinMs: number;
  readonly friends: Friendships;
  readonly say: (line: string) => void;
}

export const now = (): number => performance.now();
export const sleep = (ms: number): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, Math.max(0, ms)));

/** Who is whose friend, as the clients were told. */
export class Friendships {
  readonly #of = new Map<string, Set<string>>();

  add(a: string, b: string): void {
    this.#set(a).add(b);
    this.#set(b).add(a);
  }

  remove(a: string, b: string): void {
    this.#set(a).delete(b);
    this.#set(b).delete(a);
  }

  of(user: string): Iterable<string> {
    return this.#set(user);
  }

  #set(user: string): Set<string> {
    let set = this.#of.get(user);
    if (set === undefined) {
      set = new Set();
      this.#of.set(user, set);
    }
    return set;
  }
}
