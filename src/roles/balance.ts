/**
 * @module roles/balance
 * The balance role: which chat node a login goes to, and the registry as the original's servers know it.
 */
import type { Coordination } from "../coordination/coordination.ts";
import { addressText } from "../lib/address.ts";
import { balancerService } from "../rpc/balancer.ts";
import { PlacementService } from "../services/cluster/placement.ts";
import type { Role, RoleInput } from "./role.ts";
import type { RpcHost } from "./rpc-host.ts";

export function makePlacement({ config }: RoleInput, coordination: Coordination): PlacementService {
  return new PlacementService({
    placement: coordination.placement,
    tokenTtlMs: config.BalanceService.token_ttl * 1_000,
  });
}

export async function startBalance(
  input: RoleInput,
  allocator: PlacementService,
  coordination: Coordination,
  rpc: RpcHost,
): Promise<Role> {
  const { config, logger } = input;
  const leaseMs = config.Cluster.lease_ttl * 1_000;
  const server = await rpc.serve(config.BalanceService, [
    balancerService({ allocator, nodes: coordination.nodes, leaseMs, logger }),
  ]);
  // Chat nodes clear up behind each other; when the last one died there is only this role left to do it.
  const reaper = setInterval(() => {
    void reapWhenAlone(coordination).catch((error: unknown) => logger.log("debug", "reap.failed", { error }));
  }, leaseMs);
  return {
    addresses: server === undefined ? {} : { balance: addressText(server.address) },
    stop: async () => {
      clearInterval(reaper);
      await server?.stop();
    },
  };
}

async function reapWhenAlone({ nodes }: Coordination): Promise<void> {
  if ((await nodes.list()).length === 0) await nodes.reap();
}
