/**
 * @module faults/kinds/wires
 * Connections that break: of clients, to the database, to Redis, of everybody or of one node alone.
 */
import { type Fault, PAST_LEASE_MS, type Struck, USUAL_MS } from "../fault.ts";
import { NO_OBSTACLE, OBSTACLE_TO_ALL, type Obstacle, obstacleAt } from "../obstacles.ts";
import type { TcpProxy } from "../proxy.ts";
import type { Random } from "../random.ts";
import type { World } from "../world.ts";

interface Wire {
  readonly target: string;
  readonly proxies: readonly TcpProxy[];
  readonly obstacle: Obstacle;
}

type Pick = (world: World, random: Random) => Wire;

const clients: Pick = ({ places }) => ({
  target: "clients",
  proxies: places.flatMap((place) => [place.clients, place.web]),
  obstacle: OBSTACLE_TO_ALL,
});
const database: Pick = (world) => ({
  target: "database",
  proxies: world.ways("database"),
  obstacle: OBSTACLE_TO_ALL,
});
const redis: Pick = (world) => ({ target: "redis", proxies: world.ways("redis"), obstacle: NO_OBSTACLE });
const any: Pick = (world, random) => random.pick([clients, database, redis])(world, random);

const oneDatabase: Pick = ({ places }, random) => {
  const place = random.pick(places);
  return { target: `database of ${place.name}`, proxies: [place.database], obstacle: obstacleAt(place) };
};
const oneRedis: Pick = ({ places }, random) => {
  const place = random.pick(places);
  return { target: `redis of ${place.name}`, proxies: [place.redis], obstacle: NO_OBSTACLE };
};

/** A fault of a wire; `strike` returns what mends it. */
const wireFault = (
  kind: string,
  pick: Pick,
  strike: (proxy: TcpProxy, random: Random) => (proxy: TcpProxy) => void,
  lastsMs = USUAL_MS,
): Fault => ({
  kind,
  lastsMs,
  strike: ({ world }, _cast, random): Struck => {
    const { target, proxies, obstacle } = pick(world, random);
    const mends = proxies.map((proxy) => ({ proxy, mend: strike(proxy, random) }));
    return {
      target,
      obstacle,
      mend: () => {
        for (const { proxy, mend } of mends) mend(proxy);
      },
    };
  },
});

const cut = (proxy: TcpProxy) => {
  proxy.cut();
  return () => {};
};
const delay = (proxy: TcpProxy, random: Random) => {
  proxy.delayMs = random.int(20, 300);
  return () => {
    proxy.delayMs = 0;
  };
};
const stall = (proxy: TcpProxy) => {
  proxy.hold();
  return () => proxy.release();
};
const refuse = (proxy: TcpProxy) => {
  proxy.refuse();
  return () => proxy.accept();
};

/** Of a database far away, each way. Milliseconds. */
const FAR_MS = 100;
/** Longer than a round trip takes, so that much is under way at any moment. Milliseconds. */
const LAG_MS = 100;
/** Connections get slow, then are cut with all that is under way: requests as well as answers. */
const lagThenCut = (proxy: TcpProxy) => {
  proxy.delayMs = LAG_MS;
  return () => {
    proxy.cut();
    proxy.delayMs = 0;
  };
};

/** Texts or their acknowledgements are lost between clients and chat nodes. */
export const LOST_ANSWERS = wireFault("lag, then cut connections", clients, lagThenCut);
/**
 * The database is so far away that a commit is still on its way when whoever does not wait for it has answered; at the
 * first acknowledgement everything under way is lost.
 */
export const CUT_ON_ACK: Fault = {
  kind: "cut connections to the database on the ack",
  strike: async ({ world }, cast) => {
    const proxies = world.ways("database");
    for (const proxy of proxies) proxy.delayMs = FAR_MS;
    const cutAll = () => {
      for (const proxy of proxies) proxy.cut();
    };
    const acked = await cast.whisper(() => true, cutAll);
    // The others talk on, and have been acknowledged something in that very moment, too.
    if (!acked) cutAll();
    const mend = () => {
      for (const proxy of proxies) proxy.delayMs = 0;
    };
    return {
      target: acked ? "a text acknowledged" : "nothing to acknowledge",
      obstacle: OBSTACLE_TO_ALL,
      mend,
    };
  },
};
/** One node alone. */
export const ONE_WITHOUT_REDIS = wireFault("one node without redis", oneRedis, refuse, PAST_LEASE_MS);

export const WIRES: readonly Fault[] = [
  ONE_WITHOUT_REDIS,
  CUT_ON_ACK,
  wireFault("one node whose redis stalls", oneRedis, stall, PAST_LEASE_MS),
  wireFault("one node without database", oneDatabase, refuse),
  wireFault("one node whose database stalls", oneDatabase, stall),
  wireFault("one node far from its database", oneDatabase, delay),
  wireFault("cut connections", any, cut),
  wireFault("delay connections", any, delay),
  wireFault("stall connections", any, stall),
  wireFault("lag, then cut connections", any, lagThenCut),
];
