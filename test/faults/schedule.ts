/**
 * @module faults/schedule
 * What goes wrong, and when: seeded, so that a run can be repeated. A fault lasts a while and is then mended;
 * the next one may begin before that.
 */
import type { TcpProxy } from "./proxy.ts";
import type { Random } from "./random.ts";
import type { World } from "./world.ts";

export interface Fault {
  readonly kind: string;
  /** Makes it happen. @returns what ends it, and which target it struck. */
  strike(world: World, random: Random): { target: string; mend: () => Promise<void> | void };
}

const kill = (
  name: string,
  pick: (world: World, random: Random) => { server: Killable; target: string },
): Fault => ({
  kind: `kill -9 ${name}`,
  strike: (world, random) => {
    const { server, target } = pick(world, random);
    void server.kill();
    return { target, mend: async () => void (server.running || (await server.start())) };
  },
});

interface Killable {
  readonly running: boolean;
  kill(): Promise<void>;
  start(): Promise<void>;
}

const chatNode = (world: World, random: Random) => {
  const index = random.int(0, world.chats.length - 1);
  const server = world.chats[index];
  if (server === undefined) throw new Error("no chat node");
  return { server, target: `chat${index}` };
};

interface Wire {
  readonly target: string;
  readonly proxies: readonly TcpProxy[];
}

/** Connections of one kind: of clients to chat nodes, of everybody to the database, of everybody to Redis. */
const WIRES = {
  clients: (world: World): Wire => ({ target: "clients", proxies: world.chatProxies }),
  database: (world: World): Wire => ({ target: "database", proxies: [world.databaseProxy] }),
  redis: (world: World): Wire => ({ target: "redis", proxies: [world.redisProxy] }),
};

const wire = (world: World, random: Random): Wire =>
  random.pick([WIRES.clients, WIRES.database, WIRES.redis])(world);

/** Longer than a round trip takes, so that much is under way at any moment. Milliseconds. */
const LAG_MS = 100;

/** Connections get slow, then are cut with all that is under way: requests as well as answers. */
const lagAndCut = (pick: (world: World, random: Random) => Wire): Fault => ({
  kind: "lag, then cut connections",
  strike: (world, random) => {
    const { target, proxies } = pick(world, random);
    for (const proxy of proxies) proxy.delayMs = LAG_MS;
    const mend = () => {
      for (const proxy of proxies) {
        proxy.cut();
        proxy.delayMs = 0;
      }
    };
    return { target, mend };
  },
});

/** Texts or their acknowledgements are lost between clients and chat nodes. */
export const LOST_ANSWERS = lagAndCut(WIRES.clients);
/** Commits or their answers are lost between chat nodes and the database. */
export const LOST_COMMITS = lagAndCut(WIRES.database);

export const FAULTS: readonly Fault[] = [
  kill("chat", chatNode),
  kill("database", ({ cluster }) => ({ server: cluster.database, target: "mariadb" })),
  kill("redis", ({ cluster }) => ({ server: cluster.redis, target: "redis" })),
  kill("balance", ({ cluster }) => ({ server: cluster.balance, target: "balance" })),
  kill("gateway", ({ cluster }) => {
    const [server] = cluster.gateways;
    if (server === undefined) throw new Error("no gateway");
    return { server, target: "gateway0" };
  }),
  {
    kind: "pause (SIGSTOP) chat",
    strike: (world, random) => {
      const { server, target } = chatNode(world, random);
      server.signal("SIGSTOP");
      return { target, mend: () => server.signal("SIGCONT") };
    },
  },
  {
    kind: "pause (SIGSTOP) database",
    strike: ({ cluster }) => {
      cluster.database.signal("SIGSTOP");
      return { target: "mariadb", mend: () => cluster.database.signal("SIGCONT") };
    },
  },
  {
    kind: "cut connections",
    strike: (world, random) => {
      const { target, proxies } = wire(world, random);
      for (const proxy of proxies) proxy.cut();
      return { target, mend: () => {} };
    },
  },
  {
    kind: "delay connections",
    strike: (world, random) => {
      const { target, proxies } = wire(world, random);
      const delayMs = random.int(20, 300);
      for (const proxy of proxies) proxy.delayMs = delayMs;
      const mend = () => {
        for (const proxy of proxies) proxy.delayMs = 0;
      };
      return { target: `${target}, ${delayMs} ms`, mend };
    },
  },
  {
    kind: "stall connections",
    strike: (world, random) => {
      const { target, proxies } = wire(world, random);
      for (const proxy of proxies) proxy.hold();
      const mend = () => {
        for (const proxy of proxies) proxy.release();
      };
      return { target, mend };
    },
  },
  lagAndCut(wire),
];
