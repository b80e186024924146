/**
 * @module coordination/redis/route-line
 * The stored form of a route: `<epoch> <since> <session> <node> <incarnation> <device> <name>`, each field
 * free of white space. Half the bytes of JSON, and prelude.lua reads the first three fields without a parser.
 */
import type { Route } from "../../domain/entities.ts";
import { nodeName, sessionId, type UserId } from "../../domain/ids.ts";
import { byAge } from "../routes.ts";

/** A text without white space. Half of a surrogate pair, which no UTF-8 can hold, becomes U+FFFD. */
export const encodeField = (text: string): string => encodeURIComponent(text.toWellFormed());

const decodeField = (text: string): string => (text.includes("%") ? decodeURIComponent(text) : text);

/** What route_bind.lua takes of a route: since, session and the rest; it puts the epoch before them. */
export function lineFields({ session, since, node, incarnation, device, name }: Omit<Route, "epoch">) {
  return [encodeField(session), since, [node, incarnation, device, name].map(encodeField).join(" ")] as const;
}

export function readRoute(user: UserId, line: string): Route {
  const [epoch, since, session = "", node = "", incarnation = "", device = "", name = ""] = line.split(" ");
  return {
    user,
    session: sessionId(decodeField(session)),
    node: nodeName(decodeField(node)),
    incarnation: decodeField(incarnation),
    epoch: Number(epoch),
    device: decodeField(device),
    name: decodeField(name),
    since: Number(since),
  };
}

/** All routes of a user, oldest first, from the value of their key; its first line is the last epoch. */
export function readRoutes(user: UserId, value: string): Route[] {
  const first = value.indexOf("\n") + 1;
  if (first === 0) return [];
  // Nearly everybody has one session.
  if (!value.includes("\n", first)) return [readRoute(user, value.slice(first))];
  return value
    .slice(first)
    .split("\n")
    .map((line) => readRoute(user, line))
    .sort(byAge);
}
