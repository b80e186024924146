/**
 * @module cli/peers
 * Whether the other processes answer: verify, balance, and every chat node that is registered, each by the
 * standard gRPC health call with this configuration's secret and certificates.
 */
import { addressText } from "../lib/address.ts";
import { RpcClient } from "../rpc/client.ts";
import { Health } from "../rpc/gen/health_pb.ts";
import { type Finding, look, patiently } from "./finding.ts";
import { type Settings, withCoordination } from "./settings.ts";

interface Peer {
  readonly name: string;
  readonly host: string;
  readonly port: number;
  readonly mend: string;
}

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
    ...(await chatNodes(settings)),
  ];
  let client: RpcClient;
  try {
    client = new RpcClient({ secret, tls: { ca, cert, key } });
  } catch {
    // A certificate that cannot be read is a finding of its own.
    return [];
  }
  try {
    return await Promise.all(peers.map((peer) => ask(client, peer)));
  } finally {
    client.close();
  }
}

async function chatNodes(settings: Settings): Promise<Peer[]> {
  try {
    return await withCoordination(settings, async ({ nodes, ping }) => {
      await patiently(() => ping());
      const registered = await nodes.list();
      return registered
        .filter((node) => node.grpcPort !== 0)
        .map(({ name, grpcHost: host, grpcPort: port }) => ({
          name: `chat ${name}`,
          host,
          port,
          mend: "correct that node's [gRPCServer] host: it is what its peers dial",
        }));
    });
  } catch {
    // That Redis is away is a finding of its own.
    return [];
  }
}

async function ask(client: RpcClient, { name, host, port, mend }: Peer): Promise<Finding> {
  const finding = await look(name, `gRPC at ${addressText({ host, port })}`, mend, async () => {
    await client.unary({ host, port }, Health.method.check, { service: "" });
    return undefined;
  });
  return !finding.ok && finding.error?.includes("UNAUTHENTICATED") ? { ...finding, mend: REFUSED } : finding;
}
