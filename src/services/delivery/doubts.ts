/**
 * @module services/delivery/doubts
 * What this node cannot be sure to have been told. Every node greets every other once a second over the stream that
 * carries its events; one that is registered and is not heard may have something for the sessions here and no way
 * to tell. So does everybody while this node's own lease is not confirmed: nobody finds it then. As long as a
 * doubt lasts the store is asked again and again (services/delivery/reconciler), and once more when it ends.
 */
import type { ChatNode, NodeAddress } from "../../domain/entities.ts";
import type { NodeName } from "../../domain/ids.ts";
import type { Clock } from "../../lib/clock.ts";
import type { Peers } from "./ports.ts";
import type { Reconciler } from "./reconciler.ts";

export interface DoubtsOptions {
  readonly peers: Pick<Peers, "send">;
  readonly livePeers: () => ReadonlyMap<NodeName, ChatNode>;
  /** When this node's lease was confirmed last, on the monotonic clock. */
  readonly confirmedAt: () => number;
  /** How long the lease lasts beyond that, milliseconds. */
  readonly leaseMs: number;
  readonly reconciler: Pick<Reconciler, "request">;
  readonly clock: Clock;
}

const GREET_MS = 1_000;
/** A peer that is not heard for so long is doubted; several greetings may be late. Milliseconds. */
const SILENT_MS = 3_500;

/** One peer, as long as it is registered. */
interface Acquaintance {
  readonly incarnation: string;
  /** On the monotonic clock; at first when the peer was met. */
  heardAt: number;
}

export class Doubts {
  readonly #options: DoubtsOptions;
  readonly #met = new Map<NodeName, Acquaintance>();
  #askedAt = Number.NEGATIVE_INFINITY;
  #timer: ReturnType<typeof setInterval> | undefined;

  constructor(options: DoubtsOptions) {
    this.#options = options;
  }

  start(): void {
    this.#timer = setInterval(() => this.tick(), GREET_MS);
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  /**
   * Something came from a peer.
   * @param missedMs how long ago it began to leave out texts for this node; undefined when it left out none.
   */
  heard({ node, incarnation }: NodeAddress, missedMs: number | undefined): void {
    const { clock, reconciler } = this.#options;
    const now = clock.monotonic();
    const peer = this.#met.get(node);
    if (missedMs !== undefined) reconciler.request(`${node} left texts out`, now - missedMs);
    // A process whose name another one took says nothing of that one.
    if (peer === undefined || (incarnation !== "" && incarnation !== peer.incarnation)) return;
    if (now - peer.heardAt > SILENT_MS) reconciler.request(`${node} is heard again`, peer.heardAt);
    peer.heardAt = now;
  }

  /** When a peer was heard last, on the monotonic clock; undefined for one that was never met. */
  heardAt(node: NodeName): number | undefined {
    return this.#met.get(node)?.heardAt;
  }

  /** Greets the peers and asks the store while there is a doubt. Called once a second. */
  tick(): void {
    const { peers, livePeers, clock, leaseMs, reconciler } = this.#options;
    const now = clock.monotonic();
    const live = livePeers();
    for (const node of this.#met.keys()) if (!live.has(node)) this.#met.delete(node);
    for (const [node, { incarnation }] of live) {
      if (this.#met.get(node)?.incarnation !== incarnation)
        this.#met.set(node, { incarnation, heardAt: now });
      peers.send({ node, incarnation }, []).catch(() => {}); // Its link is down: it will not hear us, and ask by itself.
    }
    const oldest = this.#oldestDoubt(now);
    if (oldest === undefined || now - this.#askedAt < leaseMs / 2) return;
    // What was before the last round was found by that one, or is being tried again.
    reconciler.request(oldest.reason, Math.max(oldest.since, this.#askedAt));
    this.#askedAt = now;
  }

  #oldestDoubt(now: number): { reason: string; since: number } | undefined {
    const { confirmedAt, leaseMs } = this.#options;
    let oldest: { reason: string; since: number } | undefined;
    if (now - confirmedAt() > leaseMs)
      oldest = { reason: "the lease is not confirmed", since: confirmedAt() };
    for (const [node, { heardAt }] of this.#met)
      if (now - heardAt > SILENT_MS && heardAt < (oldest?.since ?? Number.POSITIVE_INFINITY))
        oldest = { reason: `${node} is not heard`, since: heardAt };
    return oldest;
  }
}
