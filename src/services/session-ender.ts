/**
 * @module services/session-ender
 * Ends all sessions of an account, wherever they are: after a password reset. Runs where there may be no chat
 * node (the gateway), so it asks the routes and goes to the nodes directly.
 */
import type { RouteTable } from "../coordination/coordination.ts";
import type { NodeName, UserId } from "../domain/ids.ts";
import type { Logger } from "../lib/log.ts";
import type { EndReason, UserEvent } from "./ports.ts";

export interface SessionEnderOptions {
  readonly routes: Pick<RouteTable, "of">;
  /** Takes an event to a node; rejects when the node did not acknowledge it. */
  readonly send: (node: NodeName, events: readonly UserEvent[]) => Promise<void>;
  readonly logger: Logger;
}

export class SessionEndings {
  readonly #options: SessionEnderOptions;

  constructor(options: SessionEnderOptions) {
    this.#options = options;
  }

  /**
   * Resolves when every reachable node has been told; a node that is not reachable is logged.
   * @throws AppError UNAVAILABLE when coordination is away
   */
  async endAll(user: UserId, reason: EndReason = "reset"): Promise<void> {
    const { routes, send, logger } = this.#options;
    const nodes = new Set(((await routes.of([user])).get(user) ?? []).map((route) => route.node));
    const event: UserEvent = { type: "end_session", to: user, session: undefined, reason };
    await Promise.all(
      [...nodes].map((node) =>
        send(node, [event]).catch((error: unknown) =>
          logger.log("warn", "session.end_failed", { user, node, error }),
        ),
      ),
    );
  }
}
