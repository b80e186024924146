/**
 * @module roles/chat/listeners
 * The ports that clients of a chat node come to: TCP and WebSocket.
 */
import type { ChatServer } from "../../chat/server.ts";
import { addressText } from "../../lib/address.ts";
import { relayedClient } from "../../net/relayed.ts";
import { listenTcp } from "../../net/tcp.ts";
import { listenWs, type WsAcceptor } from "../../net/ws.ts";
import { Code } from "../../wire/codes.ts";
import { encodeFrame } from "../../wire/frame.ts";
import { ServiceId } from "../../wire/ids.ts";
import { ListenerTls } from "../listener-tls.ts";
import type { RoleInput } from "../role.ts";
import type { ChatPorts } from "./addresses.ts";
import { sendQueue } from "./settings.ts";

export interface Listeners {
  readonly ports: ChatPorts;
  readonly addresses: { readonly chat: string; readonly ws: string };
  /** Takes a WebSocket that came to another port of this process. */
  readonly accept: WsAcceptor;
  /** Takes no new connection. */
  stopAccepting(): void;
  reloadTls(): Promise<void>;
  /** Frees the ports. */
  stop(): Promise<void>;
}

/** @throws Error for an unreadable TLS file or a port that is taken */
export async function listen(
  { config, clock, logger, meter, guard }: RoleInput,
  server: ChatServer,
): Promise<Listeners> {
  const { ChattingServer, Cluster } = config;
  const tls = await ListenerTls.read({ name: "[ChattingServer]", section: ChattingServer, clock, logger });
  const listening = {
    host: ChattingServer.bind,
    ...(tls !== undefined && { tls }),
    limits: sendQueue(config),
    handler: server,
    admits: () => guard?.admits(() => server.makeRoom()) ?? true,
    refusal: encodeFrame(ServiceId.LOGINRESPONSE, { error: Code.UNAVAILABLE }),
    clock,
    log: logger,
  };
  const tcp = await listenTcp({ ...listening, port: ChattingServer.port });
  const ws = await listenWs({
    ...listening,
    port: ChattingServer.ws_port,
    clientOf: relayedClient(Cluster.secret),
  });
  const unwatch = [tcp, ws].map((listener) => guard?.watch(listener));
  meter.gauge("chatsrv_connections_waiting", "Connections that have not logged in.", () => server.waiting);
  meter.gauge("chatsrv_connections", "Open TCP connections.", () => tcp.connections, { transport: "tcp" });
  meter.gauge("chatsrv_connections", "Open WebSocket connections.", () => ws.connections, {
    transport: "ws",
  });
  return {
    ports: { tcp: tcp.address.port, ws: ws.address.port, secure: tls !== undefined },
    addresses: { chat: addressText(tcp.address), ws: addressText(ws.address) },
    accept: ws.accept,
    stopAccepting: () => {
      for (const end of unwatch) end?.();
      tcp.stopAccepting();
      ws.stopAccepting();
    },
    reloadTls: async () => {
      await tls?.reload([tcp, ws]);
    },
    stop: async () => {
      for (const end of unwatch) end?.();
      await Promise.all([tcp.stop(), ws.stop()]);
    },
  };
}
