/**
 * @module coordination/redis/keys
 * Every key and its life. What stands in braces decides the slot in a Cluster; what one script touches has
 * the same. All keys have a TTL, so whatever a crash leaves behind ends by itself.
 */
import type { ConversationId, UserId } from "../../domain/ids.ts";
import { sha256 } from "../../lib/random.ts";

/** Enough to spread over the nodes of a large Cluster, fewer than the users of one look-up. */
const ROUTE_BUCKETS = 64;

const INTEREST_BUCKETS = 64;

/** Users of one bucket have their routes in one slot. */
export const routesBucket = (user: UserId): number => user % ROUTE_BUCKETS;

export const keys = {
  /** The right to mail to an address is taken. An address does not appear in clear. */
  cooldown: (email: string) => `{c:${sha256(email)}}:cooldown`,
  code: (email: string) => `{c:${sha256(email)}}:code`,
  /**
   * In few slots, so that in a Cluster the routes of many users are few commands. The scripts add `:devices`, the
   * record that the routes are taken from.
   */
  routes: (user: UserId) => `{r:${routesBucket(user)}}:${user}`,
  /** Which routes a node's incarnation holds. */
  index: (incarnation: string) => `{i:${incarnation}}:routes`,
  /** What scripts add `:CONVERSATION` to, for the nodes that are interested in it: those of one bucket are one call. */
  interestBucket: (conversation: ConversationId) => `{g:${conversation % INTEREST_BUCKETS}}`,
  interest: (conversation: ConversationId) => `${keys.interestBucket(conversation)}:${conversation}`,
  /**
   * The registry; its scripts add `:names` (set), `:incarnations` (set), `:node:NAME` (hash, lives as long as
   * the lease) and `:tokens:NAME` (sorted set).
   */
  nodes: "{nodes}",
  incarnations: "{nodes}:incarnations",
  /** Keys of limits may hold addresses and are as long as their caller likes. */
  limit: (key: string) => `l:${sha256(key)}`,
} as const;

/** A TTL as Redis takes it: whole milliseconds, at least one. */
export const ttl = (ms: number): number => Math.max(1, Math.ceil(ms));
