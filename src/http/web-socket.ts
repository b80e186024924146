/**
 * @module http/web-socket
 * `/ws`: the chat protocol over WebSocket on the gateway's own port, so that one location of a proxy carries all. A
 * connection for the chat node of this process goes straight into it, one for another node is relayed.
 */
import type { ChatNode } from "../domain/entities.ts";
import { AppError, failureBody, toAppError } from "../domain/error.ts";
import { type NodeName, nodeName } from "../domain/ids.ts";
import type { WsAcceptor } from "../net/ws.ts";
import type { RelayTarget, WsRelays } from "../net/ws-relay.ts";
import type { NodeDirectory } from "../services/cluster/node-directory.ts";
import { clientAddress } from "./client-address.ts";

/** The chat node of this process. */
export interface LocalNode {
  readonly node: NodeName;
  readonly accept: WsAcceptor;
}

export interface WebSocketOptions {
  readonly local: () => LocalNode | undefined;
  readonly directory: NodeDirectory;
  readonly relays: WsRelays;
  /** Where and how another node's WebSocket is reached from here; undefined when it has none. */
  readonly targetOf: (node: ChatNode, client: string) => RelayTarget | undefined;
  readonly trustProxy: boolean;
  /** Whether there is room for one more connection that is relayed. */
  readonly admits: () => boolean;
}

/** Takes a request for `/ws`. @returns the answer, unless it became a WebSocket. */
export type WebSocketEndpoint = (
  request: Request,
  server: Parameters<WsAcceptor>[1],
  peer: string,
) => Promise<Response | undefined>;

export function webSocketEndpoint(options: WebSocketOptions): WebSocketEndpoint {
  const { local, directory, relays, targetOf, trustProxy, admits } = options;
  return async (request, server, peer) => {
    if (request.headers.get("upgrade")?.toLowerCase() !== "websocket")
      return refusal(new AppError("UNSUPPORTED"), 426);
    const client = clientAddress(peer, request.headers.get("x-forwarded-for"), trustProxy);
    const name = new URLSearchParams(request.url.split("?")[1] ?? "").get("node");
    const own = local();
    if (own !== undefined && (name === null || name === own.node)) return own.accept(request, server, client);
    try {
      const node = name === null ? await directory.sole() : await directory.find(nodeName(name));
      if (name === null && node === undefined)
        return refusal(new AppError("INVALID_FIELD", { field: "node" }), 400);
      const target = node && targetOf(node, client);
      if (target === undefined) return refusal(new AppError("NO_CHAT_NODE"), 404);
      if (!admits()) return refusal(new AppError("UNAVAILABLE", { detail: "no descriptors are left" }), 503);
      return relays.accept(request, server, target);
    } catch (error) {
      return refusal(toAppError(error), 503);
    }
  };
}

/** A browser hides the answer from the page; other clients read it. */
function refusal(error: AppError, status: number): Response {
  const headers = { connection: "close", ...(status === 426 && { upgrade: "websocket" }) };
  return Response.json(failureBody(error), { status, headers });
}
