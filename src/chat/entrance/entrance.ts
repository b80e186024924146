/**
 * @module chat/entrance/entrance
 * How a session begins and how it leaves, whatever it speaks; what differs is its dialect's. The order matters: the
 * session is reachable (hub, then route) before its conversations are read, so a text committed meanwhile is either in
 * what is read or pushed and kept until the answer is out.
 */
import type { Profile } from "../../domain/entities.ts";
import { AppError, toAppError } from "../../domain/error.ts";
import type { Logger } from "../../lib/log.ts";
import type { Cursors } from "../../services/conversations/cursors.ts";
import type { DeviceCursors } from "../../services/conversations/device-cursors.ts";
import type { Friends } from "../../services/people/friends.ts";
import type { Presence } from "../../services/people/presence.ts";
import type { BoundSession, Sessions } from "../../services/sessions/sessions.ts";
import type { MessageStore } from "../../store/store.ts";
import type { Request } from "../../wire/messages.ts";
import { Delivery } from "../delivery.ts";
import type { Dialect } from "../dialects/dialect.ts";
import type { Dialects } from "../dialects/dialects.ts";
import { requireUser } from "../families/family.ts";
import type { NodeSessions } from "../local-sessions.ts";
import type { ChatSession, LoggedIn } from "../session.ts";
import { SessionGroups, type SessionGroupsOptions } from "../session-groups.ts";
import { loginBody, readLists } from "./login-answer.ts";

export interface EntranceOptions {
  readonly dialects: Dialects;
  readonly sessions: Pick<Sessions, "authenticate" | "make" | "bind" | "unbind" | "requireStanding">;
  readonly local: Pick<NodeSessions, "add" | "remove" | "show">;
  /** What a session needs that knows of groups. */
  readonly groups: SessionGroupsOptions;
  readonly friends: Pick<Friends, "requestsTo" | "list">;
  readonly presence: Pick<Presence, "announce" | "friendsOf">;
  readonly messages: Pick<MessageStore, "history">;
  readonly cursors: Pick<Cursors, "flush">;
  readonly deviceCursors: Pick<DeviceCursors, "flush">;
  readonly logger: Logger;
  /** True while the node drains: no session may begin. */
  readonly draining: () => boolean;
}

/** Wait before friends' presence is asked for again. */
const PRESENCE_RETRY_MS = 1_000;

export class Entrance {
  readonly #options: EntranceOptions;

  constructor(options: EntranceOptions) {
    this.#options = options;
  }

  /** Answers LOGINSERVER. A failed login ends the connection. @throws AppError LOGGED_IN_ELSEWHERE for a second one */
  async enter(session: ChatSession, body: Request<"LOGINSERVER">): Promise<void> {
    const { dialects, sessions, draining, logger } = this.#options;
    if (session.login !== undefined) throw new AppError("LOGGED_IN_ELSEWHERE");
    try {
      if (draining()) throw new AppError("UNAVAILABLE", { detail: "this node drains" });
      const user = requireUser(body.uuid, "uuid");
      const { profile, grant } = await sessions.authenticate(user, body.token);
      const dialect = dialects.of(body);
      const bound = sessions.make(user, grant, dialect.client(body));
      if (session.isOpen) await this.#begin(session, dialect, bound, profile);
    } catch (thrown) {
      // The original's client keeps its login button disabled until the connection closes.
      const error = toAppError(thrown);
      logger.log("info", "login.refused", {
        user: body.uuid,
        error: error.codeName,
        detail: error.detail,
      });
      if (session.login !== undefined) await this.leave(session);
      session.fail("LOGINRESPONSE", error);
      session.end();
    }
  }

  /** Takes a session out of the cluster's view: its connection is gone, or its login failed half way. */
  async leave(session: ChatSession): Promise<void> {
    const { local, cursors, deviceCursors, sessions } = this.#options;
    const { login } = session;
    if (login === undefined) return;
    login.groups?.leave();
    session.login = undefined;
    const { bound } = login;
    local.remove(bound.user, bound.session);
    await Promise.all([cursors.flush(), deviceCursors.flush()]);
    await sessions.unbind(bound);
  }

  async #begin(session: ChatSession, dialect: Dialect, bound: BoundSession, profile: Profile): Promise<void> {
    const { local, sessions, cursors, friends, logger } = this.#options;
    const login = this.#equip(session, dialect, bound);
    session.voice = dialect;
    session.login = login;
    session.connection.deadlineAt = 0;
    session.connection.idleTimeoutMs = dialect.idleTimeoutMs;
    local.add(bound.user, bound.session, session);
    await sessions.bind(bound);
    // An earlier session's acknowledgements must be in what is read now, or its texts would come again.
    await Promise.all([cursors.flush(), login.groups?.enter()]);
    const [start, lists] = await Promise.all([
      dialect.start(bound),
      readLists(friends, bound.user),
      sessions.requireStanding(bound),
    ]);
    if (!session.isOpen || session.login === undefined) return;
    start.place(login.delivery);
    session.send("LOGINRESPONSE", loginBody(dialect, profile, lists, start.fields));
    const { user, session: id, device } = bound;
    logger.log("info", "login", { user, session: id, proto: dialect.proto, device });
    session.enter();
    for (const growth of start.behind) session.catchUp(growth);
    void this.#tellPresence(session, dialect, bound);
  }

  #equip(session: ChatSession, dialect: Dialect, bound: BoundSession): LoggedIn {
    const { messages, logger } = this.#options;
    const { outbox, shown } = dialect.equip(session.connection, bound);
    const groups = dialect.knowsGroups ? new SessionGroups(session, this.#options.groups) : undefined;
    const delivery = new Delivery({
      user: bound.user,
      messages,
      outbox,
      ownTexts: dialect.ownTexts,
      shows: dialect.shows,
      since: bound.since,
      isOpen: () => session.isOpen,
      turns: groups,
      logger,
    });
    return { dialect, bound, outbox, delivery, shown, groups };
  }

  /** Presence both ways, once the session is in; asked for until it can be told. */
  async #tellPresence(
    session: ChatSession,
    dialect: Dialect,
    { user, session: id }: BoundSession,
  ): Promise<void> {
    const { presence, local, logger } = this.#options;
    await presence.announce(user);
    while (session.isOpen && dialect.views.presence !== undefined)
      try {
        for (const event of await presence.friendsOf(user)) local.show(user, id, event);
        return;
      } catch (error) {
        logger.log("debug", "presence.waits", { user, error });
        await new Promise((resolve) => setTimeout(resolve, PRESENCE_RETRY_MS));
      }
  }
}
