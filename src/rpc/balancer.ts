/**
 * @module rpc/balancer
 * BalancerService of the original: the balance role served, and its placement as gateway and chat call it. What
 * the original's messages have no room for travels as metadata: `chatsrv-grant` with the wish for a token,
 * `chatsrv-ws-url` and `chatsrv-node` with an allocation, `chatsrv-node` with a token that is to be spent.
 */
import type { NodeRegistry } from "../coordination/coordination.ts";
import { AppError } from "../domain/error.ts";
import { readGrant, writeGrant } from "../domain/grants.ts";
import { nodeName } from "../domain/ids.ts";
import type { Logger } from "../lib/log.ts";
import type { Allocator } from "../services/ports.ts";
import { Code } from "../wire/codes.ts";
import type { RpcAddress, RpcClient } from "./client.ts";
import { type RpcService, rpcService } from "./definition.ts";
import { answered, metadataText, requireSuccess } from "./errors.ts";
import { requireUser } from "./fields.ts";
import { BalancerService } from "./gen/message_pb.ts";
import { ForeignServers } from "./registry.ts";

const GRANT = "chatsrv-grant";
const WS_URL = "chatsrv-ws-url";
const NODE = "chatsrv-node";

/** How often in its lease a server that registers over gRPC is looked at. */
const KEEPS_PER_LEASE = 3;

export interface BalancerOptions {
  readonly allocator: Allocator;
  readonly nodes: NodeRegistry;
  /** How long a server that registers over gRPC stays registered, milliseconds (`[Cluster] lease_ttl`). */
  readonly leaseMs: number;
  readonly logger: Logger;
}

/** Serves placement and the registry of chat servers. */
export function balancerService({ allocator, nodes, leaseMs, logger }: BalancerOptions): RpcService {
  const servers = new ForeignServers(nodes, leaseMs);
  const keeper = setInterval(() => {
    servers.keep().catch((error: unknown) => logger.log("debug", "balance.keep_failed", { error }));
  }, leaseMs / KEEPS_PER_LEASE);
  keeper.unref();
  const done = (run: Promise<void>) => run.then(() => ({}));
  return rpcService(
    BalancerService,
    {
      addNewUserToServer: ({ uuid }, context) =>
        answered(context, logger, async () => {
          // A gateway of the original says nothing of it: its token is good under whatever version there is then.
          const text = metadataText(context.metadata, GRANT);
          const grant = text === undefined ? undefined : readGrant(text);
          if (text !== undefined && grant === undefined)
            throw new AppError("INVALID_FIELD", { field: GRANT });
          const place = await allocator.allocate(requireUser(uuid, "uuid"), grant);
          const { host, port, wsUrl, node, token } = place;
          if (wsUrl !== "") context.trailer.set(WS_URL, encodeURIComponent(wsUrl));
          context.trailer.set(NODE, encodeURIComponent(node));
          return { host, port: String(port), token };
        }),
      userLoginToServer: ({ uuid, token }, context) =>
        answered(context, logger, async () => {
          const node = metadataText(context.metadata, NODE);
          // A server of the original does not say who it is: its user's token is good on whichever node it names.
          const candidates =
            node === undefined ? (await nodes.list()).map(({ name }) => name) : [nodeName(node)];
          for (const name of candidates)
            if (await allocator.redeem(requireUser(uuid, "uuid"), token, name)) return {};
          throw new AppError("TOKEN_REFUSED");
        }),
      registerChattingServerInstance: ({ info }, context) =>
        answered(context, logger, () => done(servers.register("chat", info))),
      registerChattingGrpcServer: ({ info }, context) =>
        answered(context, logger, () => done(servers.register("grpc", info))),
      chattingServerShutDown: (request, context) =>
        answered(context, logger, () => done(servers.remove("chat", request.curServer))),
      chattingGrpcServerShutDown: (request, context) =>
        answered(context, logger, () => done(servers.remove("grpc", request.curServer))),
      getPeerChattingServerInfo: (request, context) =>
        answered(context, logger, async () => ({ lists: await servers.peersOf("chat", request.curServer) })),
      getPeerGrpcServerInfo: (request, context) =>
        answered(context, logger, async () => ({ lists: await servers.peersOf("grpc", request.curServer) })),
    },
    () => clearInterval(keeper),
  );
}

/**
 * The Allocator of another process. A lost allocation is asked for again (the first token expires unused); a lost
 * redemption is not: the token may be spent.
 */
export function remoteAllocator(rpc: RpcClient, address: RpcAddress): Allocator {
  return {
    async allocate(user, grant) {
      const { answer, trailer } = await rpc.unary(
        address,
        BalancerService.method.addNewUserToServer,
        { uuid: user },
        {
          idempotent: true,
          ...(grant !== undefined && { metadata: { [GRANT]: encodeURIComponent(writeGrant(grant)) } }),
        },
      );
      requireSuccess(answer, trailer);
      const { host, port, token } = answer;
      const told = (key: string) => metadataText(trailer, key) ?? "";
      return { host, port: Number(port), wsUrl: told(WS_URL), node: told(NODE), token };
    },
    async redeem(user, token, node) {
      const { answer, trailer } = await rpc.unary(
        address,
        BalancerService.method.userLoginToServer,
        { uuid: user, token },
        { metadata: { [NODE]: encodeURIComponent(node) } },
      );
      if (answer.error === Code.TOKEN_REFUSED) return false;
      requireSuccess(answer, trailer);
      return true;
    },
  };
}
