/**
 * @module services/delivery/peer-queues
 * What is under way to each other node. An event that lasts (services/delivery/events) is kept until its node
 * has acknowledged it or is gone; the rest goes once. Nothing overtakes: while a node is owed something, what
 * comes later queues behind it. What is owed is bounded: texts beyond the bound are left out, and the node is told
 * since when it has missed some, so that it asks the store (services/delivery/reconciler).
 */
import type { NodeAddress } from "../../domain/entities.ts";
import type { NodeName } from "../../domain/ids.ts";
import type { Clock } from "../../lib/clock.ts";
import type { Logger } from "../../lib/log.ts";
import { lasts, supersededBy, type UserEvent, unitsOf } from "./events.ts";
import type { Peers } from "./ports.ts";

/** What became of events: the node has them, or it is gone and with it the sessions they were for. */
export type Outcome = "acknowledged" | "gone";

export interface PeerQueuesOptions {
  readonly peers: Pick<Peers, "send">;
  /** Whether that incarnation is registered, as far as can be told: true while coordination is away. */
  readonly isAlive: (address: NodeAddress) => boolean;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** Events owed to one node, and the characters of their texts, beyond which texts are left out. */
const MAX_OWED = 10_000;
const MAX_OWED_UNITS = 8 * 1024 * 1024;
/** Wait before what is owed is tried again: doubled at each failure. Milliseconds. */
const RETRY_MS = { first: 100, last: 1_000 };
const COMPLAIN_EVERY_MS = 1_000;

interface Owed {
  readonly event: UserEvent;
  readonly settle: ((outcome: Outcome) => void) | undefined;
}

/** What one incarnation of a node is owed. */
interface Queue {
  readonly address: NodeAddress;
  /** In order; a later receipt or presence takes the place of an earlier one. */
  readonly owed: Map<string, Owed>;
  units: number;
  /** Since when texts were left out, on the monotonic clock; undefined when none were. */
  missedSince: number | undefined;
  retryMs: number;
}

export class PeerQueues {
  readonly #options: PeerQueuesOptions;
  readonly #queues = new Map<string, Queue>();
  /** When a failure of each node was logged last. Nodes are few and named by their operators. */
  readonly #complainedAt = new Map<NodeName, number>();
  #serial = 0;
  #sending = 0;
  #idleWaiters: (() => void)[] = [];

  constructor(options: PeerQueuesOptions) {
    this.#options = options;
  }

  /** Takes events to a node, in order, behind what it is owed. */
  deliver(address: NodeAddress, events: readonly UserEvent[]): void {
    const queue = this.#queues.get(keyOf(address));
    if (queue === undefined)
      void this.#send(address, events, undefined).catch(() => this.#owe(address, events));
    else this.#add(queue, events);
  }

  /** As `deliver`. @returns what became of them, once that is known; each of the events must last. */
  async settle(address: NodeAddress, events: readonly UserEvent[]): Promise<Outcome> {
    if (!this.#queues.has(keyOf(address))) {
      try {
        await this.#send(address, events, undefined);
        return "acknowledged";
      } catch {
        // Owed from here on.
      }
    }
    const outcomes = events.map(
      (event) => new Promise<Outcome>((resolve) => this.#owe(address, [event], resolve)),
    );
    return (await Promise.all(outcomes)).includes("gone") ? "gone" : "acknowledged";
  }

  /** Resolves when nothing is under way or owed. */
  async idle(): Promise<void> {
    if (this.#sending > 0 || this.#queues.size > 0)
      await new Promise<void>((resolve) => this.#idleWaiters.push(resolve));
  }

  async #send(
    address: NodeAddress,
    events: readonly UserEvent[],
    missedMs: number | undefined,
  ): Promise<void> {
    this.#sending++;
    try {
      await this.#options.peers.send(address, events, missedMs);
    } catch (error) {
      this.#complain(address.node, events.length, error);
      throw error;
    } finally {
      this.#sending--;
      this.#wakeWhenIdle();
    }
  }

  #owe(address: NodeAddress, events: readonly UserEvent[], settle?: (outcome: Outcome) => void): void {
    let queue = this.#queues.get(keyOf(address));
    if (queue === undefined) {
      queue = { address, owed: new Map(), units: 0, missedSince: undefined, retryMs: RETRY_MS.first };
      this.#queues.set(keyOf(address), queue);
      this.#retryLater(queue);
    }
    this.#add(queue, events, settle);
  }

  #add(queue: Queue, events: readonly UserEvent[], settle?: (outcome: Outcome) => void): void {
    for (const event of events) {
      if (!lasts(event)) continue;
      const units = unitsOf(event);
      const full = queue.owed.size >= MAX_OWED || queue.units + units > MAX_OWED_UNITS;
      if (full && event.type === "texts") {
        queue.missedSince ??= this.#options.clock.monotonic();
        continue;
      }
      const key = supersededBy(event) ?? String(++this.#serial);
      const superseded = queue.owed.get(key);
      if (superseded !== undefined) queue.units -= unitsOf(superseded.event);
      queue.owed.delete(key);
      queue.owed.set(key, { event, settle });
      queue.units += units;
    }
  }

  #retryLater(queue: Queue): void {
    setTimeout(() => void this.#retry(queue), queue.retryMs).unref();
    queue.retryMs = Math.min(2 * queue.retryMs, RETRY_MS.last);
  }

  async #retry(queue: Queue): Promise<void> {
    const { isAlive, clock } = this.#options;
    if (!isAlive(queue.address)) {
      this.#end(queue, "gone");
      return;
    }
    const tried = [...queue.owed.entries()];
    const { missedSince } = queue;
    try {
      await this.#send(
        queue.address,
        tried.map(([, { event }]) => event),
        missedSince === undefined ? undefined : clock.monotonic() - missedSince,
      );
    } catch {
      this.#retryLater(queue);
      return;
    }
    queue.retryMs = RETRY_MS.first;
    if (queue.missedSince === missedSince) queue.missedSince = undefined;
    for (const [key, owed] of tried) {
      owed.settle?.("acknowledged");
      // Another may have taken its place meanwhile, and is still owed.
      if (queue.owed.get(key) !== owed) continue;
      queue.owed.delete(key);
      queue.units -= unitsOf(owed.event);
    }
    if (queue.owed.size > 0 || queue.missedSince !== undefined) await this.#retry(queue);
    else this.#end(queue, "acknowledged");
  }

  #end(queue: Queue, outcome: Outcome): void {
    this.#queues.delete(keyOf(queue.address));
    for (const { settle } of queue.owed.values()) settle?.(outcome);
    this.#wakeWhenIdle();
  }

  #wakeWhenIdle(): void {
    if (this.#sending > 0 || this.#queues.size > 0) return;
    const waiters = this.#idleWaiters;
    this.#idleWaiters = [];
    for (const resolve of waiters) resolve();
  }

  /** A node that died fails every batch until its lease ends: one line a second tells as much. */
  #complain(node: NodeName, events: number, error: unknown): void {
    const { clock, logger } = this.#options;
    const now = clock.monotonic();
    if (now - (this.#complainedAt.get(node) ?? Number.NEGATIVE_INFINITY) < COMPLAIN_EVERY_MS) return;
    this.#complainedAt.set(node, now);
    logger.log("warn", "courier.retry", { node, events, error });
  }
}

const keyOf = ({ node, incarnation }: NodeAddress): string => `${incarnation} ${node}`;
