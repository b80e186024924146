/**
 * @module roles/relay-targets
 * How a gateway reaches the WebSocket of a chat node, for clients that come to the gateway's own port.
 */
import { isIP } from "node:net";
import { rootCertificates } from "node:tls";
import type { Config } from "../config/schema.ts";
import type { ChatNode } from "../domain/entities.ts";
import { relayHeaders } from "../net/relayed.ts";
import type { RelayTarget } from "../net/ws-relay.ts";
import { pem } from "./options.ts";

/** @returns undefined for a node that has no WebSocket. @throws Error for an unreadable TLS file */
export async function relayTargets({
  Cluster,
}: Config): Promise<(node: ChatNode, client: string) => RelayTarget | undefined> {
  const ca = await pem(Cluster.tls_ca);
  return (node, client) => {
    const url = node.relayUrl ?? node.wsUrl;
    if (url === "") return undefined;
    const headers = relayHeaders(Cluster.secret, client);
    if (!url.startsWith("wss:")) return { url, headers };
    // Dialled by an address of the cluster, it shows the certificate of the name that clients know.
    const serverName = isIP(node.host) === 0 ? { serverName: node.host } : {};
    return {
      url,
      headers,
      tls: { ...(ca !== undefined && { ca: [ca, ...rootCertificates] }), ...serverName },
    };
  };
}
