/**
 * @module coordination/device-entry
 * What the record of a user (coordination/devices) holds of one device.
 */
import type { EndReason, Route } from "../domain/entities.ts";
import { type NodeName, nodeName, type SessionId, sessionId, type UserId } from "../domain/ids.ts";
import type { Which } from "./coordination.ts";

interface StoredTicket {
  readonly hash: string;
  /** The ticket that the session came back with: good until its successor is known to have arrived. */
  readonly former?: string | undefined;
  readonly ttlMs: number;
}

export interface Entry {
  readonly device: string;
  readonly name: string;
  readonly session: SessionId;
  /** The device's session before: somebody may still know it by that. */
  readonly before?: SessionId | undefined;
  /** Where it is, or was last. */
  readonly node: NodeName;
  readonly incarnation: string;
  /** The epoch of its first bind. */
  readonly born: number;
  epoch: number;
  readonly since: number;
  /** The version of the account that it was granted under. */
  readonly version: number;
  /** When it left, milliseconds since 1970; absent while it is here. */
  awaySince?: number;
  /** It is over, and its node has not said yet that it knows. */
  ending?: EndReason;
  ticket?: StoredTicket | undefined;
}

export const isHere = ({ ending, awaySince }: Entry): boolean =>
  ending === undefined && awaySince === undefined;

/** Oldest first: by when the session began, then by its first bind. */
export const byAge = (a: Entry, b: Entry): number => a.since - b.since || a.born - b.born;

export function isMeant({ session, before, version }: Entry, which: Which): boolean {
  if ("below" in which) return version < which.below;
  if ("session" in which) return session === which.session;
  return session === which.knownBy || before === which.knownBy;
}

/** How long an entry is good, milliseconds: a device that is away as long as its ticket, one that is here for ever. */
export function leftMs({ awaySince, ticket }: Entry, now: number): number {
  if (awaySince === undefined) return Number.POSITIVE_INFINITY;
  const ttlMs = ticket?.ttlMs ?? 0;
  // A clock that was set back since gives nobody more time than there was at first.
  return Math.min(ttlMs, awaySince + ttlMs - now);
}

/** The session as the others know it. */
export function routeOf(user: UserId, entry: Entry): Route {
  const { session, node, incarnation, epoch, device, name, since } = entry;
  return {
    user,
    session: sessionId(session),
    node: nodeName(node),
    incarnation,
    epoch,
    device,
    name,
    since,
  };
}
