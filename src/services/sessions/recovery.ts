/**
 * @module services/sessions/recovery
 * What a chat node does after it, another node or coordination was away: takes its routes again, asks for a
 * reconciliation, and clears up behind the dead.
 */
import type { NodeRegistry } from "../../coordination/coordination.ts";
import type { ChatNode } from "../../domain/entities.ts";
import type { NodeName } from "../../domain/ids.ts";
import type { Clock } from "../../lib/clock.ts";
import type { Logger } from "../../lib/log.ts";
import type { MembershipEvents } from "../cluster/membership.ts";
import type { Interests } from "../delivery/interests.ts";
import type { Reconciler } from "../delivery/reconciler.ts";
import type { Presence } from "../people/presence.ts";
import type { Standing } from "./standing.ts";

export interface RecoveryOptions {
  /** Takes the routes again, and ends the sessions whose right is gone. */
  readonly standing: Pick<Standing, "recheckAll">;
  /** By which groups this node is found. */
  readonly interests: Pick<Interests, "again">;
  readonly presence: Pick<Presence, "announce">;
  readonly reconciler: Pick<Reconciler, "request">;
  readonly registry: Pick<NodeRegistry, "reap">;
  /** When a node was heard last, on the monotonic clock; undefined for one that never was. */
  readonly heardAt: (node: NodeName) => number | undefined;
  /** How long a node that died may have lived unheard, milliseconds. */
  readonly leaseMs: number;
  readonly clock: Clock;
  readonly logger: Logger;
}

/**
 * A commit of a dead process may still wait in the database for a row lock (3 s at most, store/mysql): another
 * look is taken when it must be through. Milliseconds.
 */
const LATE_COMMIT_MS = 4_000;

export class Recovery implements Omit<MembershipEvents, "superseded"> {
  readonly #options: RecoveryOptions;
  #rebinding = false;

  constructor(options: RecoveryOptions) {
    this.#options = options;
  }

  vanished(node: ChatNode): void {
    const { reconciler, heardAt, leaseMs, clock } = this.#options;
    // What it committed after it was heard last, it told nobody of.
    const since = heardAt(node.name) ?? clock.monotonic() - leaseMs;
    reconciler.request(`${node.name} vanished`, since);
    setTimeout(() => reconciler.request(`${node.name} vanished a while ago`, since), LATE_COMMIT_MS).unref();
    void this.reap();
  }

  rejoined(confirmedAt: number): void {
    void this.#rebind("lease was lost", confirmedAt);
  }

  /** Coordination is back: what it knew of this node may be gone. */
  coordinationRecovered(confirmedAt: number): void {
    void this.#rebind("coordination was away", confirmedAt);
  }

  /** Removes the routes of dead nodes and tells the friends of those who are gone with them. */
  async reap(): Promise<void> {
    const { registry, presence, logger } = this.#options;
    try {
      const users = await registry.reap();
      for (const user of users) await presence.announce(user);
    } catch (error) {
      logger.log("debug", "reap.failed", { error });
    }
  }

  /** @param since when the lease was confirmed last: from then on this node may have been passed over. */
  async #rebind(reason: string, since: number): Promise<void> {
    if (this.#rebinding) return;
    this.#rebinding = true;
    const { standing, interests, logger, reconciler } = this.#options;
    await Promise.all([standing.recheckAll(reason), interests.again()]);
    this.#rebinding = false;
    logger.log("info", "routes.rebound", { reason });
    // Only after the routes and groups: what is committed from now on finds them, what was before is found here.
    reconciler.request(reason, since);
  }
}
