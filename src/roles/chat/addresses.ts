/**
 * @module roles/chat/addresses
 * Where a chat node says that it is: to clients, and to gateways that relay for clients.
 */
import type { Config } from "../../config/schema.ts";
import type { ChatNode } from "../../domain/entities.ts";
import { addressText } from "../../lib/address.ts";

/** What its listeners bound. */
export interface ChatPorts {
  readonly tcp: number;
  readonly ws: number;
  readonly secure: boolean;
}

export function chatAddresses(
  { ChattingServer, gRPCServer }: Config,
  { tcp, ws, secure }: ChatPorts,
): Pick<ChatNode, "host" | "port" | "wsUrl" | "relayUrl"> {
  const { host, bind, public_ws_url } = ChattingServer;
  const webSocketAt = (at: string) => `${secure ? "wss" : "ws"}://${addressText({ host: at, port: ws })}`;
  return {
    host,
    port: tcp,
    wsUrl: public_ws_url || webSocketAt(host),
    // Bound everywhere it is also where its peers dial it.
    relayUrl: webSocketAt(bind === "0.0.0.0" || bind === "::" ? gRPCServer.host : bind),
  };
}
