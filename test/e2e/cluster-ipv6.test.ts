/**
 * @module e2e/cluster-ipv6
 * A cluster that knows itself by IPv6 addresses alone: gRPC between its processes, and what its clients are told.
 */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { networkInterfaces } from "node:os";
import { type Cluster, startCluster } from "../support/cluster-process.ts";
import { until } from "../support/until.ts";
import { befriend, connectApart, makeUsers, type User } from "../support/users.ts";

const hasIPv6 = Object.values(networkInterfaces()).some((those) =>
  those?.some(({ address }) => address === "::1"),
);
const HOSTS = ["GATESERVER_HOST", "VERIFICATIONSERVER_HOST", "BALANCESERVICE_HOST", "GRPCSERVER_HOST"];
const CHAT_HOSTS = ["CHATTINGSERVER_HOST", "CHATTINGSERVER_BIND"];

describe.skipIf(!hasIPv6)("a cluster on ::1", () => {
  let cluster: Cluster;
  beforeAll(async () => {
    cluster = await startCluster({
      env: Object.fromEntries([...HOSTS, ...CHAT_HOSTS].map((key) => [`CHATSRV_${key}`, "::1"])),
    });
  }, 60_000);
  afterAll(() => cluster?.stop(), 60_000);

  test("two people on two nodes write to each other", async () => {
    const [a, b] = (await makeUsers(cluster, cluster.api(), 2, "six")) as [User, User];
    const placement = await cluster.api().login(a.username, a.password);
    expect(placement.ws_url).toMatch(/^ws:\/\/\[::1\]:\d+$/);
    const clients = await connectApart(cluster.api(), a, b);
    await befriend(...clients);
    await clients[0].sendText(b.uuid, "over six");
    await until(() => clients[1].from(a.uuid).join() === "over six");
    for (const client of clients) client.close();
  });

  test("check reaches every process, and status shows where they are", async () => {
    const check = await cluster.command("check", "--json");
    const { checks } = JSON.parse(check.out) as { checks: { name: string; ok: boolean; detail: string }[] };
    expect(checks.filter(({ ok }) => !ok)).toEqual([]);
    const peers = checks.filter(({ detail }) => detail.startsWith("gRPC at [::1]:"));
    expect(peers.map(({ name }) => name).sort()).toEqual(["balance", "chat chat0", "chat chat1", "verify"]);
    expect((await cluster.command("status")).out).toContain("[::1]:");
  });
});
