/**
 * @module services/sessions/endings
 * The end of sessions, wherever they are. It is decided in coordination first, where a session that asks again is
 * told; then their nodes are told, until they say that they know or their leases are gone. Runs where there is a
 * chat node and where there is none (the gateway).
 */
import type { DeviceTable, NodeRegistry, Which } from "../../coordination/coordination.ts";
import type { EndReason, Route } from "../../domain/entities.ts";
import type { UserId } from "../../domain/ids.ts";
import type { Clock } from "../../lib/clock.ts";
import type { Logger } from "../../lib/log.ts";
import type { Courier } from "../delivery/courier.ts";
import { only, type UserEvent } from "../delivery/events.ts";

export interface EndingsOptions {
  readonly devices: Pick<DeviceTable, "end" | "list" | "settle">;
  readonly nodes: Pick<NodeRegistry, "list">;
  readonly courier: Pick<Courier, "postTo">;
  /** As `Coordination.onRecovered`. */
  readonly onRecovered: (callback: () => void) => unknown;
  /** How long a lease lasts, milliseconds. */
  readonly leaseMs: number;
  readonly clock: Clock;
  readonly logger: Logger;
  /** How long somebody who asked for an end waits for it, milliseconds. */
  readonly patienceMs?: number;
}

const PATIENCE_MS = 5_000;
/** How often it is looked at whether a node that does not answer is gone, or knows by itself. Milliseconds. */
const LOOK_MS = 250;

export class Endings {
  readonly #options: EndingsOptions;
  /** On the monotonic clock. */
  #recoveredAt = Number.NEGATIVE_INFINITY;

  constructor(options: EndingsOptions) {
    this.#options = options;
    options.onRecovered(() => {
      this.#recoveredAt = options.clock.monotonic();
    });
  }

  /** As `DeviceTable.end` says; what it leaves open is for `close`. @throws AppError UNAVAILABLE */
  end(user: UserId, which: Which, reason: EndReason): ReturnType<DeviceTable["end"]> {
    return this.#options.devices.end(user, which, reason);
  }

  /**
   * Sees to it that sessions which were ended are closed.
   * @returns those of which that is not known in time: their nodes are still being told, and end them by themselves
   *   when they look (services/sessions/standing). Never throws.
   */
  async close(routes: readonly Route[], reason: EndReason): Promise<Route[]> {
    const groups = Map.groupBy(routes, ({ user, incarnation }) => `${user} ${incarnation}`);
    const left = await Promise.all(
      [...groups.values()].map(async (group) => ((await this.#closeOn(group, reason)) ? [] : group)),
    );
    return left.flat();
  }

  /** @param routes of one user, on one incarnation. @returns whether they are closed */
  async #closeOn(routes: readonly Route[], reason: EndReason): Promise<boolean> {
    const { courier, devices, clock, logger, patienceMs = PATIENCE_MS } = this.#options;
    const [address] = routes as readonly [Route];
    const { user, node } = address;
    const sessions = routes.map(({ session }) => session);
    const events = sessions.map(
      (session): UserEvent => ({ type: "end_session", audience: only(user), session, reason }),
    );
    // Whoever is not in the registry as far as the courier knows may have joined a moment ago.
    const told = courier
      .postTo(address, events)
      .then((outcome) => (outcome === "acknowledged" ? outcome : new Promise<never>(() => {})));
    const giveUpAt = clock.monotonic() + patienceMs;
    for (;;) {
      const look = Promise.withResolvers<"look">();
      const timer = setTimeout(() => look.resolve("look"), LOOK_MS);
      const outcome = await Promise.race([told, look.promise]).finally(() => clearTimeout(timer));
      if (outcome === "acknowledged") await devices.settle(user, sessions).catch(() => {}); // Its node does so, too.
      if (outcome === "acknowledged" || (await this.#isOver(routes))) return true;
      if (clock.monotonic() < giveUpAt) continue;
      logger.log("warn", "session.end_unconfirmed", { user, node, sessions: sessions.length });
      return false;
    }
  }

  /** Whether the node is gone, or has ended the sessions by itself. Unknown counts as no. */
  async #isOver(routes: readonly Route[]): Promise<boolean> {
    const { nodes, devices, clock, leaseMs } = this.#options;
    // Coordination that came back empty has yet to hear of those who live: within a lease they all have said so.
    const registryIsWhole = clock.monotonic() - this.#recoveredAt >= leaseMs;
    const [{ user, incarnation }] = routes as readonly [Route];
    try {
      const isThere = (await nodes.list()).some((node) => node.incarnation === incarnation);
      if (!isThere && registryIsWhole) return true;
      const listed = new Set((await devices.list(user)).map(({ session }) => session));
      return registryIsWhole && !routes.some(({ session }) => listed.has(session));
    } catch {
      return false;
    }
  }
}
