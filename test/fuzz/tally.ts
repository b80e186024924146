/**
 * @module fuzz/tally
 * What came of a run's inputs, and what should not have come of them.
 */
import type { User } from "../support/users.ts";
import type { Dice } from "./dice.ts";

export class Tally {
  inputs = 0;
  /** Answers and ends by what they were. */
  readonly outcomes = new Map<string, number>();
  /** In words; the first few of them. */
  readonly violations: string[] = [];

  count(outcome: string, times = 1): void {
    this.outcomes.set(outcome, (this.outcomes.get(outcome) ?? 0) + times);
  }

  violation(what: string): void {
    this.count("VIOLATION");
    if (this.violations.length < 20) this.violations.push(what.slice(0, 500));
  }

  add(other: Tally): void {
    this.inputs += other.inputs;
    for (const [outcome, times] of other.outcomes) this.count(outcome, times);
    this.violations.push(...other.violations);
  }
}

export type Port = "http" | "chat" | "ws" | "verify" | "balance" | "grpc";

/** A live server and accounts on it that inputs may use. */
export interface Target {
  /** `host:port` of what it serves. */
  readonly at: Readonly<Record<Port, string>>;
  /** Pairs of friends: 0 and 1, 2 and 3, … */
  readonly users: readonly User[];
}

/** Sends so many inputs and judges what comes back. */
export type Kind = (target: Target, dice: Dice, inputs: number) => Promise<Tally>;

/** Spreads inputs over workers that run side by side, each with dice of its own. */
export async function sideBySide(
  workers: number,
  inputs: number,
  dice: Dice,
  work: (worker: number, dice: Dice, inputs: number, tally: Tally) => Promise<void>,
): Promise<Tally> {
  const tally = new Tally();
  const share = Math.ceil(inputs / workers);
  await Promise.all(Array.from({ length: workers }, (_, worker) => work(worker, dice.fork(), share, tally)));
  return tally;
}
