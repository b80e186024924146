/**
 * @module domain/ids
 * Branded ids, so that one kind cannot be passed for another.
 */
declare const brand: unique symbol;
type Branded<T, B extends string> = T & { readonly [brand]: B };

/** An account: the `uuid` of the schema, a positive 32-bit integer. A decimal string on every JSON surface. */
export type UserId = Branded<number, "UserId">;
/** A conversation row. Never changes for a pair of users once made. */
export type ConversationId = Branded<number, "ConversationId">;
/** One login of one client: unguessable is not required, unique across the cluster is. */
export type SessionId = Branded<string, "SessionId">;
/** A chat node's configured name (`[gRPCServer] server_name`). */
export type NodeName = Branded<string, "NodeName">;

const INT32_MAX = 2_147_483_647;

export const userId = (value: number): UserId => value as UserId;
export const conversationId = (value: number): ConversationId => value as ConversationId;
export const sessionId = (value: string): SessionId => value as SessionId;
export const nodeName = (value: string): NodeName => value as NodeName;

/** A user id from its JSON form, or undefined when it is none. */
export function parseUserId(text: string): UserId | undefined {
  if (!/^[1-9][0-9]{0,9}$/.test(text)) return undefined;
  const value = Number(text);
  return value <= INT32_MAX ? userId(value) : undefined;
}

/** A conversation's id from its JSON form, or undefined when it is none. */
export function parseConversationId(text: string): ConversationId | undefined {
  if (!/^[1-9][0-9]{0,15}$/.test(text)) return undefined;
  const value = Number(text);
  return Number.isSafeInteger(value) ? conversationId(value) : undefined;
}

/** The two of a direct conversation, in either order. */
export type Pair = readonly [UserId, UserId];

/** Two users in the order in which a conversation stores them. */
export function pairOf(a: UserId, b: UserId): { lo: UserId; hi: UserId } {
  return a < b ? { lo: a, hi: b } : { lo: b, hi: a };
}
