/**
 * @module chat/server
 * The chat role's connections: what net/ calls for each, and the drain.
 */
import { AppError } from "../domain/error.ts";
import type { Clock } from "../lib/clock.ts";
import type { Logger } from "../lib/log.ts";
import type { CloseReason, Connection, ConnectionHandler } from "../net/connection.ts";
import type { Dispatch } from "./dispatch.ts";
import type { Entrance } from "./entrance/entrance.ts";
import type { NodeSessions } from "./local-sessions.ts";
import { ChatSession } from "./session.ts";
import { WaitingRoom } from "./waiting-room.ts";

/** A connection that has not logged in by then is cut. Milliseconds. */
export const LOGIN_DEADLINE_MS = 10_000;
/** Of the time to drain, the part over which clients are asked to go. */
const SPREAD_SHARE = 0.5;
/** A small node need not take long: milliseconds per session that the herd is spread over. */
const SPREAD_PER_SESSION_MS = 5;
const CHECK_MS = 20;

export interface ChatServerOptions {
  readonly dispatch: Dispatch;
  readonly entrance: Pick<Entrance, "leave">;
  readonly local: NodeSessions;
  /** Connections of one client address that have not logged in; one more ends the oldest. */
  readonly waitingPerAddress: number;
  readonly clock: Clock;
  readonly logger: Logger;
}

export class ChatServer implements ConnectionHandler<ChatSession> {
  readonly #options: ChatServerOptions;
  readonly #waiting: WaitingRoom<Connection<ChatSession>>;
  /** Sessions on their way out of the cluster's view. */
  readonly #leaving = new Set<Promise<void>>();

  constructor(options: ChatServerOptions) {
    this.#options = options;
    const { waitingPerAddress, clock } = options;
    this.#waiting = new WaitingRoom(waitingPerAddress, () => clock.monotonic());
  }

  /** Cuts a connection that has not logged in for long enough, for another's sake. @returns whether there was one */
  makeRoom(): boolean {
    return this.#waiting.makeRoom();
  }

  /** How many connections have not asked to log in yet. */
  get waiting(): number {
    return this.#waiting.size;
  }

  opened(connection: Connection<ChatSession>): ChatSession {
    connection.deadlineAt = this.#options.clock.monotonic() + LOGIN_DEADLINE_MS;
    this.#waiting.enter(connection);
    return new ChatSession(connection);
  }

  frame(connection: Connection<ChatSession>, id: number, body: Uint8Array): void {
    const session = connection.state;
    this.#options.dispatch.receive(session, id, body);
    // Before the login only the login itself takes time.
    if (session.login === undefined && session.busy) this.#waiting.leave(connection);
  }

  finished({ state: session }: Connection<ChatSession>, reason: "peer" | "protocol"): void {
    session.login?.shown?.ended();
    session.whenAnswered(() => {
      if (reason === "protocol") session.failUnnamed(new AppError("NOT_JSON"));
      session.close();
    });
  }

  closed(connection: Connection<ChatSession>, reason: CloseReason): void {
    this.#waiting.leave(connection);
    const session = connection.state;
    const { login } = session;
    if (login === undefined) return;
    login.shown?.ended();
    const { entrance, logger } = this.#options;
    logger.log("info", "session.closed", {
      user: login.bound.user,
      session: login.bound.session,
      reason,
    });
    const left = entrance
      .leave(session)
      .catch((error: unknown) => logger.log("error", "session.leave_failed", { error }));
    this.#leaving.add(left);
    void left.finally(() => this.#leaving.delete(left));
  }

  /**
   * Sends everybody away and waits until they are gone, at most `timeoutMs`: clients that can be told are told when to
   * come back, spread so that they do not arrive elsewhere all at once; the rest are cut when time is up.
   */
  async drain(timeoutMs: number): Promise<void> {
    const { local, clock, logger } = this.#options;
    const spreadMs = Math.min(timeoutMs * SPREAD_SHARE, local.count * SPREAD_PER_SESSION_MS);
    logger.log("info", "drain.started", { sessions: local.count, spread_ms: Math.round(spreadMs) });
    for (const session of local.all())
      if (session.entered) session.sendAway("drain", Math.round(Math.random() * spreadMs));
    const graceMs = Math.min(timeoutMs * 0.25, 1_000);
    await this.#until(() => local.count === 0, clock.monotonic() + spreadMs + graceMs);
    for (const session of [...local.all()]) session.end();
    await this.#until(() => local.count === 0, clock.monotonic() + timeoutMs * 0.2);
    await Promise.all(this.#leaving);
    logger.log("info", "drain.done", { left: local.count });
  }

  async #until(condition: () => boolean, deadline: number): Promise<void> {
    while (!condition() && this.#options.clock.monotonic() < deadline)
      await new Promise((resolve) => setTimeout(resolve, CHECK_MS));
  }
}
