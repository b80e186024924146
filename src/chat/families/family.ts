/**
 * @module chat/families/family
 * What a family of messages hands over: a row for each of its requests, with what it costs and what becomes of it; and
 * the checks that most of them begin with.
 */
import { AppError } from "../../domain/error.ts";
import { type ConversationId, parseConversationId, parseUserId, type UserId } from "../../domain/ids.ts";
import type { Conversations, Place } from "../../services/conversations/conversations.ts";
import type { Request, RequestName } from "../../wire/messages.ts";
import type { LimitName } from "../limits.ts";
import type { ChatSession, LoggedIn } from "../session.ts";

/**
 * Handles one request of a session. A returned promise holds the connection's next frames back until it
 * settles; a throw or rejection is answered with the error under the request's own answer id.
 */
export type Handler<N extends RequestName> = (session: ChatSession, body: Request<N>) => Promise<void> | void;

/** Tokens beside those for a frame's bytes; of a body that has its shape. */
export type Price<N extends RequestName> = (body: Request<N>) => number;

export interface Row<N extends RequestName> {
  /** Whose tokens it takes. */
  readonly limit: LimitName;
  /** What it costs by what it asks for: the texts that are stored, the rows that are read. */
  readonly price: Price<N> | undefined;
  /** Whether it waits for its turn among all users of the node, as whatever asks the store or Redis does. */
  readonly inTurn: boolean;
  readonly handle: Handler<N>;
}

/** The rows of some requests; the compiler holds them complete. */
export type Rows<N extends RequestName> = { readonly [M in N]: Row<M> };

/** A request that asks nobody, or whose services keep an order of their own. */
export function atOnce<N extends RequestName>(
  limit: LimitName,
  handle: Handler<N>,
  price?: Price<N>,
): Row<N> {
  return { limit, price, inTurn: false, handle };
}

/** A request that waits for its turn. */
export function inTurn<N extends RequestName>(
  limit: LimitName,
  handle: Handler<N>,
  price?: Price<N>,
): Row<N> {
  return { limit, price, inTurn: true, handle };
}

/** Rows of a page that one token pays for. */
const ROWS_PER_TOKEN = 20;

/** The price of a page: of the rows that it may have, whatever number a client says. */
export const pagePrice = (asked: number | undefined, most: number): number =>
  Math.floor(Math.min(asked ?? most, most) / ROWS_PER_TOKEN);

/** The session's login. @throws AppError NOT_LOGGED_IN */
export function requireLogin(session: ChatSession): LoggedIn {
  if (session.login === undefined) throw new AppError("NOT_LOGGED_IN");
  return session.login;
}

/** A user id of a checked body. @throws AppError INVALID_FIELD */
export function requireUser(text: string, field: string): UserId {
  const user = parseUserId(text);
  if (user === undefined) throw new AppError("INVALID_FIELD", { field });
  return user;
}

/** A conversation's id of a checked body. @throws AppError INVALID_FIELD */
export function requireConversation(text: string): ConversationId {
  const conversation = parseConversationId(text);
  if (conversation === undefined) throw new AppError("INVALID_FIELD", { field: "conversation" });
  return conversation;
}

/**
 * The conversation that a request names by `peer` or `conversation`.
 * @throws AppError INVALID_FIELD for both or neither; as a rejection NOT_FRIENDS, NOT_A_MEMBER, UNAVAILABLE
 */
export function requirePlace(
  conversations: Pick<Conversations, "withPeer" | "byId">,
  user: UserId,
  { peer, conversation }: { peer?: string | undefined; conversation?: string | undefined },
): Place | Promise<Place> {
  if (conversation === undefined) {
    if (peer === undefined) throw new AppError("INVALID_FIELD", { field: "peer" });
    return conversations.withPeer(user, requireUser(peer, "peer"));
  }
  if (peer !== undefined) throw new AppError("INVALID_FIELD", { field: "conversation" });
  return conversations.byId(user, requireConversation(conversation));
}

/** A session acts only as itself: whoever a body says it is from must be its user. @throws AppError INVALID_FIELD */
export function requireSelf(session: ChatSession, text: string, field: string): UserId {
  const { user } = requireLogin(session).bound;
  if (text !== String(user))
    throw new AppError("INVALID_FIELD", { field, detail: "not this session's user" });
  return user;
}
