/**
 * @module services/cluster/membership
 * This chat node's place in the cluster: takes its name with a lease, renews it with its load, and watches
 * the other nodes. A node that vanishes may have died between a commit and its delivery, so whoever watches
 * is told and looks after its own sessions (services/delivery/reconciler).
 */

import type { NodeRegistry } from "../../coordination/coordination.ts";
import type { ChatNode } from "../../domain/entities.ts";
import { AppError } from "../../domain/error.ts";
import type { NodeName } from "../../domain/ids.ts";
import { addressText } from "../../lib/address.ts";
import type { Clock } from "../../lib/clock.ts";
import { Failing } from "../../lib/failing.ts";
import type { Logger } from "../../lib/log.ts";

export interface MembershipEvents {
  /** A node that was there is not any more, or came back as another incarnation. */
  vanished(node: ChatNode): void;
  /**
   * This node's own lease had lapsed (a pause, or coordination lost its memory) and was taken again.
   * @param confirmedAt when it was held for sure, milliseconds of `Clock.monotonic`.
   */
  rejoined(confirmedAt: number): void;
  /** Another process holds this node's name: whatever is still served here is unknown to everybody else. */
  superseded(): void;
}

export interface MembershipOptions {
  readonly node: Omit<ChatNode, "sessions" | "draining" | "leaseUntil">;
  readonly registry: NodeRegistry;
  readonly leaseMs: number;
  readonly sessions: () => number;
  readonly events: MembershipEvents;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** How often the registry is read; bounds how late a vanished node is noticed. Milliseconds. */
const WATCH_MS = 1_000;

export class Membership {
  readonly #options: MembershipOptions;
  #peers: ReadonlyMap<NodeName, ChatNode> = new Map();
  #draining = false;
  #renewTimer: ReturnType<typeof setInterval> | undefined;
  #watchTimer: ReturnType<typeof setInterval> | undefined;
  /** A read of the registry under way, and the one that follows it because somebody asked meanwhile. */
  #reading: Promise<void> | undefined;
  #nextRead: Promise<void> | undefined;
  #renewal: Promise<void> | undefined;
  #confirmedAt = 0;
  #heldSince = 0;
  /** Asking coordination for the lease. */
  readonly #failing: Failing;
  #superseded = false;

  constructor(options: MembershipOptions) {
    this.#options = options;
    this.#failing = new Failing(options.leaseMs);
  }

  /** The other live nodes with a gRPC address, as last seen; kept while coordination is away. */
  get peers(): ReadonlyMap<NodeName, ChatNode> {
    return this.#peers;
  }

  /** When the lease was held for sure, milliseconds of `Clock.monotonic`. */
  get confirmedAt(): number {
    return this.#confirmedAt;
  }

  /** Since when the lease has been held without a gap, milliseconds of `Clock.monotonic`. */
  get heldSince(): number {
    return this.#heldSince;
  }

  /** Since when coordination cannot be asked for the lease, milliseconds of `Clock.monotonic`; undefined while it can. */
  get failingSince(): number | undefined {
    return this.#failing.since(this.#options.clock.monotonic());
  }

  /** True once the lease is held and the peers are known. */
  get joined(): boolean {
    return this.#watchTimer !== undefined;
  }

  /**
   * Takes the name and starts renewing and watching. A name that another process holds is tried until its
   * lease would have run out: a killed predecessor's does, a live one's does not.
   * @throws AppError NODE_NAME_TAKEN when a live node keeps the name; UNAVAILABLE when
   *   coordination is away (try again).
   */
  async join(): Promise<void> {
    const { leaseMs, clock } = this.#options;
    const giveUpAt = clock.monotonic() + leaseMs * 2;
    while (!(await this.#register())) {
      if (clock.monotonic() >= giveUpAt)
        throw new AppError("NODE_NAME_TAKEN", {
          detail: `a live chat node is registered as ${this.#options.node.name}; give this one another [gRPCServer] server_name`,
        });
      this.#options.logger.log("warn", "node.name_taken", { node: this.#options.node.name });
      await new Promise((resolve) => setTimeout(resolve, Math.min(500, leaseMs / 4)));
    }
    this.#confirmedAt = clock.monotonic();
    this.#heldSince = this.#confirmedAt;
    await this.watch();
    this.#renewTimer = setInterval(() => void this.renew(), leaseMs / 3);
    this.#watchTimer = setInterval(() => void this.watch(), Math.min(WATCH_MS, leaseMs / 3));
  }

  /** Out of allocation from now on; the lease goes on until `leave`. */
  async drain(): Promise<void> {
    this.#draining = true;
    await this.renew();
  }

  /** Gives the name back. */
  async leave(): Promise<void> {
    clearInterval(this.#renewTimer);
    clearInterval(this.#watchTimer);
    const { node, registry, logger } = this.#options;
    await registry
      .deregister(node.name, node.incarnation)
      .catch((error: unknown) => logger.log("warn", "node.deregister_failed", { error }));
  }

  /** Extends the lease; takes it again when it was lost. Logs what fails: the next round tries again. Never rejects. */
  renew(): Promise<void> {
    this.#renewal ??= this.#renew().finally(() => {
      this.#renewal = undefined;
    });
    return this.#renewal;
  }

  async #renew(): Promise<void> {
    const { node, registry, leaseMs, sessions, events, clock, logger } = this.#options;
    const askedAt = clock.monotonic();
    try {
      const report = { sessions: sessions(), draining: this.#draining };
      const renewed = await registry.renew(node.name, node.incarnation, report, leaseMs);
      this.#failing.succeeded();
      if (renewed) {
        if (askedAt - this.#confirmedAt > leaseMs) this.#heldSince = askedAt;
        this.#confirmedAt = askedAt;
        return;
      }
      logger.log("warn", "node.lease_lost", { node: node.name });
      if (!(await this.#register())) {
        if (this.#superseded) return;
        this.#superseded = true;
        logger.log("error", "node.superseded", { node: node.name });
        events.superseded();
        return;
      }
      const before = this.#confirmedAt;
      this.#confirmedAt = clock.monotonic();
      this.#heldSince = this.#confirmedAt;
      events.rejoined(before);
    } catch (error) {
      this.#failing.failed(askedAt, clock.monotonic());
      logger.log("warn", "node.renew_failed", { error });
    }
  }

  /**
   * Reads the registry and tells of the nodes that are gone since the last time. Resolves after a read that
   * began after the call: whoever met a node that is not known yet finds it in `peers` then, if it lives.
   */
  watch(): Promise<void> {
    if (this.#reading === undefined) return this.#beginRead();
    this.#nextRead ??= this.#reading.then(() => {
      this.#nextRead = undefined;
      return this.#beginRead();
    });
    return this.#nextRead;
  }

  #beginRead(): Promise<void> {
    this.#reading = this.#read().finally(() => {
      this.#reading = undefined;
    });
    return this.#reading;
  }

  async #read(): Promise<void> {
    const { node, registry, events, logger } = this.#options;
    try {
      const live = (await registry.list()).filter(
        (other) => other.name !== node.name && other.grpcPort !== 0,
      );
      const before = this.#peers;
      this.#peers = new Map(live.map((other) => [other.name, other]));
      for (const other of live)
        if (before.get(other.name)?.incarnation !== other.incarnation)
          logger.log("info", "node.joined", {
            node: other.name,
            address: addressText({ host: other.grpcHost, port: other.grpcPort }),
          });
      const gone = [...before.values()].filter(
        (old) => this.#peers.get(old.name)?.incarnation !== old.incarnation,
      );
      for (const old of gone) {
        logger.log("warn", "node.vanished", { node: old.name, draining: old.draining });
        events.vanished(old);
      }
    } catch (error) {
      logger.log("debug", "node.watch_failed", { error });
    }
  }

  #register(): Promise<boolean> {
    const { node, registry, leaseMs, sessions, clock } = this.#options;
    const now = clock.now();
    return registry.register(
      { ...node, sessions: sessions(), draining: this.#draining, leaseUntil: now + leaseMs },
      leaseMs,
    );
  }
}
