/**
 * @module cli/peers
 * Whether the other processes answer: verify, balance, and every chat node that is registered, each by the
 * standard gRPC health call with this configuration's secret and certificates.
 */
import type { ChatNode } from "../domain/entities.ts";
import { addressText } from "../lib/address.ts";
import { RpcClient } from "../rpc/client.ts";
import { Health } from "../rpc/gen/health_pb.ts";
import { type Finding, look, patiently } from "./finding.ts";
import { reasonOf } from "./reason.ts";
import { type Settings, withCoordination } from "./settings.ts";

interface Peer {
  readonly name: string;
  readonly host: string;
  readonly port: number;
  readonly mend: string;
}

const REGISTRY = "let [Redis] username read, write and run scripts on every key of [Redis] prefix";
const CERTIFICATES = "correct [Cluster] tls_ca, tls_cert and tls_key";
const REFUSED = "all processes need the same [Cluster] secret, tls_ca and certificates of that authority";

/** Never rejects. */
export async function lookAtPeers(settings: Settings): Promise<Finding[]> {
  const { config } = settings;
  const { secret, tls_ca: ca, tls_cert: cert, tls_key: key } = config.Cluster;
  const { VerificationServer: verify, BalanceService: balance } = config;
  const peers: Peer[] = [
    {
      name: "verify",
      ...verify,
      mend: "start chatsrv --role=verify, or correct [VerificationServer] host and port",
    },
    {
      name: "balance",
      ...balance,
      mend: "start chatsrv --role=balance, or correct [BalanceService] host and port",
    },
  ];
  const registry = await chatNodes(settings);
  let client: RpcClient;
  try {
    client = new RpcClient({ secret, tls: { ca, cert, key } });
  } catch (error) {
    return [{ name: "peers", ok: false, detail: "not asked", error: reasonOf(error), mend: CERTIFICATES }];
  }
  try {
    const asked = await Promise.all([...peers, ...registry.nodes].map((peer) => ask(client, peer)));
    return [...asked, ...registry.failed];
  } finally {
    client.close();
  }
}

/** The chat nodes that are registered, or why that could not be read from a Redis that answers. */
async function chatNodes(
  settings: Settings,
): Promise<{ nodes: readonly Peer[]; failed: readonly Finding[] }> {
  let nodes: readonly Peer[] = [];
  let answers = false;
  const finding = await look("chat nodes", "the registry in Redis", REGISTRY, () =>
    withCoordination(settings, async (coordination) => {
      await patiently(() => coordination.ping());
      answers = true;
      nodes = (await coordination.nodes.list()).filter((node) => node.grpcPort !== 0).map(chatNode);
      return undefined;
    }),
  );
  // That Redis is away is a finding of its own.
  return { nodes, failed: finding.ok || !answers ? [] : [finding] };
}

const chatNode = ({ name, grpcHost: host, grpcPort: port }: ChatNode): Peer => ({
  name: `chat ${name}`,
  host,
  port,
  mend: "correct that node's [gRPCServer] host: it is what its peers dial",
});

async function ask(client: RpcClient, { name, host, port, mend }: Peer): Promise<Finding> {
  const finding = await look(name, `gRPC at ${addressText({ host, port })}`, mend, async () => {
    await client.unary({ host, port }, Health.method.check, { service: "" });
    return undefined;
  });
  return !finding.ok && finding.error?.includes("UNAUTHENTICATED") ? { ...finding, mend: REFUSED } : finding;
}
