/**
 * @module contract/coordination
 * The coordination contract on every adapter and every kind of Redis: one suite, N ways to open it.
 */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "bun:test";
import {
  makeCerts,
  type RedisCluster,
  type RedisServer,
  startRedis,
  startRedisCluster,
} from "../support/servers.ts";
import { codeCases } from "./coordination.codes.cases.ts";
import { deviceCases } from "./coordination.devices.cases.ts";
import { type Fixture, memoryFixture, redisFixture, redisOptions } from "./coordination.fixture.ts";
import { interestCases } from "./coordination.interest.cases.ts";
import { nodeCases, placementCases } from "./coordination.nodes.cases.ts";
import { limitCases, routeCases } from "./coordination.routes.cases.ts";

interface Kind {
  readonly name: string;
  /** Starts the servers, once for all cases. @returns what opens a fixture, and what stops the servers. */
  start(): Promise<{ open: () => Promise<Fixture>; stop: () => Promise<void> }>;
}

const single = (server: RedisServer, more: Parameters<typeof redisOptions>[1] = {}) => ({
  open: () => redisFixture(redisOptions(server, more)),
  stop: () => server.kill(),
});

const kinds: Kind[] = [
  { name: "memory", start: async () => ({ open: memoryFixture, stop: async () => {} }) },
  { name: "redis", start: async () => single(await startRedis(), { db: 1 }) },
  {
    name: "redis with an ACL user confined to its key prefix",
    start: async () => single(await startRedis({ username: "chatsrv", password: "s3cret", keys: "chat*" })),
  },
  {
    name: "redis over TLS with a password",
    start: async () => {
      const certs = makeCerts();
      const server = await startRedis({ tls: certs, password: "s3cret" });
      return single(server, { tls: true, tlsCa: await Bun.file(certs.ca).text() });
    },
  },
  { name: "redis cluster", start: async () => cluster(await startRedisCluster({ password: "s3cret" })) },
];

function cluster({ nodes }: RedisCluster) {
  const [first, ...others] = nodes;
  // One address is enough: the others are learnt from it.
  const clusterNodes = [{ host: first.host, port: first.port }];
  return {
    open: () => redisFixture(redisOptions(first, { clusterNodes })),
    stop: async () => void (await Promise.all([first, ...others].map((node) => node.kill()))),
  };
}

describe.each(kinds)("$name", ({ start }) => {
  let servers: Awaited<ReturnType<Kind["start"]>>;
  let fixture: Fixture;
  beforeAll(async () => {
    servers = await start();
  }, 30_000);
  afterAll(() => servers.stop());
  beforeEach(async () => {
    fixture = await servers.open();
  });
  afterEach(() => fixture.coordination.close());
  const current = () => fixture;

  test("answers a ping", async () => {
    expect(await fixture.coordination.ping()).toBeUndefined();
  });
  codeCases(current);
  deviceCases(current);
  nodeCases(current);
  placementCases(current);
  routeCases(current);
  interestCases(current);
  limitCases(current);
});
