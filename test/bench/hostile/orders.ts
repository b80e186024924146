/**
 * @module bench/hostile/orders
 * What the bench of hostile clients and its processes tell each other: an order as JSON on standard input, lines of
 * JSON on standard output. A process that has its order done, or is at full strength, says `{"ready": true}`.
 */
import type { Person } from "../people.ts";
import type { PairLogin } from "../protocol.ts";

/** Where the server is: the gateway's URL, `host:port` of the others. */
export interface Ground {
  readonly url: string;
  readonly http: string;
  readonly chat: string;
  readonly ws: string;
}

export interface AttackOrder {
  readonly attack: string;
  readonly ground: Ground;
  /** Accounts of the attacker, each beside its friend. */
  readonly accounts: readonly (readonly [Person, Person])[];
}

export interface PairOrder {
  readonly pairs: readonly PairLogin[];
  /** Milliseconds between an answer and the next text. */
  readonly everyMs: number;
}

/** What the pairs saw since they were last asked. */
export interface PairReport {
  /** From the send to the answer, and to the friend's screen, milliseconds. */
  readonly acked: readonly number[];
  readonly delivered: readonly number[];
  readonly failed: number;
}
