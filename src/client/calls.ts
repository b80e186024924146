/**
 * @module client/calls
 * What the parts of a client ask the server through.
 */
import type { Body, ReplyName, Request, RequestName } from "../wire/messages.ts";

export interface Calls {
  /** The account's id; "" before the first login. */
  readonly uuid: string;
  /**
   * One request and its answer. None is repeated by itself.
   * @throws ChatError the answer's `error`; 2 without a connection.
   */
  request<N extends RequestName>(name: N, body: Request<N>): Promise<Body<ReplyName<N>>>;
}

/** Reads all pages of a list, from the first to the one that names no next. */
export async function allPages<P extends { readonly next?: string | undefined }, T>(
  read: (cursor: { cursor?: string }) => Promise<P>,
  items: (page: P) => readonly T[],
): Promise<T[]> {
  const all: T[] = [];
  let next: string | undefined;
  do {
    const page = await read(next === undefined ? {} : { cursor: next });
    all.push(...items(page));
    next = page.next;
  } while (next !== undefined);
  return all;
}
