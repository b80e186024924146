/**
 * @module contract/coordination.fixture
 * What a case of the coordination suite gets: an empty coordination of its own, and a way to let time pass
 * that is a held clock for memory and real, short TTLs for Redis.
 */
import { expect } from "bun:test";
import type { Bound, Coordination, NewSession, OpenSession } from "../../src/coordination/coordination.ts";
import { openCoordination } from "../../src/coordination/open.ts";
import type { RedisOptions } from "../../src/coordination/redis/options.ts";
import type { ChatNode, Route } from "../../src/domain/entities.ts";
import { nodeName, sessionId, userId } from "../../src/domain/ids.ts";
import { silentLogger } from "../../src/lib/log.ts";
import { HeldClock } from "../support/clock.ts";
import type { RedisServer } from "../support/servers.ts";
import { until } from "../support/until.ts";

/** Long enough that nothing ends within a case that does not wait for it. */
export const LONG = 60_000;
/** Short enough to be waited for, long enough that a busy machine gets a few calls in. */
export const SHORT = 400;

export interface Fixture {
  readonly coordination: Coordination;
  /** Waits until `condition` holds, which it must `ms` after the last call at the latest, a busy machine aside. */
  within(ms: number, condition: () => Promise<boolean>): Promise<void>;
}

/** The fixture of the case that runs. */
export type Current = () => Fixture;

export async function memoryFixture(): Promise<Fixture> {
  const clock = new HeldClock();
  const coordination = await openCoordination({ engine: "memory", path: "" }, silentLogger, clock);
  return {
    coordination,
    within: async (ms, condition) => {
      clock.pass(ms);
      expect(await condition()).toBe(true);
    },
  };
}

export async function redisFixture(options: RedisOptions): Promise<Fixture> {
  const coordination = await openCoordination({ engine: "redis", redis: options }, silentLogger);
  return {
    coordination,
    within: (ms, condition) =>
      until(condition, { timeoutMs: ms + 5_000, what: "time to pass" }).then(() => {}),
  };
}

let prefixes = 0;

/** How to reach a server of the test support, under a key prefix nobody else uses. */
export function redisOptions(
  { host, port, options }: RedisServer,
  more: Partial<RedisOptions> = {},
): RedisOptions {
  prefixes += 1;
  return {
    host,
    port,
    username: options.username ?? "",
    password: options.password ?? "",
    db: 0,
    prefix: `chat${prefixes}:`,
    tls: false,
    clusterNodes: [],
    sentinelNodes: [],
    sentinelName: "",
    sentinelUsername: "",
    sentinelPassword: "",
    ...more,
  };
}

export const alice = userId(1);
export const bob = userId(2);

/** A live node with both addresses; its incarnation is `<name>#1`. */
export function chatNode(name: string, more: Partial<ChatNode> = {}): ChatNode {
  return {
    name: nodeName(name),
    incarnation: `${name}#1`,
    host: "chat.example",
    port: 60_000,
    wsUrl: "",
    grpcHost: `${name}.internal`,
    grpcPort: 64_400,
    sessions: 0,
    draining: false,
    leaseUntil: 0,
    ...more,
  };
}

/** A session of alice's on node `a`, of a device of its own, unless told otherwise. */
export function session(id: string, more: Partial<NewSession> = {}): NewSession {
  return {
    user: alice,
    session: sessionId(id),
    node: nodeName("a"),
    incarnation: "a#1",
    device: undefined,
    name: "test/1.0",
    since: 1_000,
    version: 0,
    ...more,
  };
}

/** The route of a session that was bound. */
export function routeOf({ version: _, ticket: __, ...rest }: NewSession, epoch: number): Route {
  return { ...rest, device: rest.device ?? rest.session, epoch };
}

/** The same session as its node knows it once it is bound. */
export function opened(begun: NewSession, { epoch, device }: Bound): OpenSession {
  return { ...begun, device, born: epoch };
}

/** `[0, 1, …, n - 1]` given to `run` all at once. */
export function atOnce<T>(n: number, run: (i: number) => Promise<T>): Promise<T[]> {
  return Promise.all(Array.from({ length: n }, (_, i) => run(i)));
}
