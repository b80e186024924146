/**
 * @module net/relayed
 * How a gateway tells a chat node whose connection it relays: limits and the log go by the client's address. The
 * cluster's secret proves that a gateway says so; without one the node sees the gateway's address.
 */
import { isIP } from "node:net";
import { bearer, bearerCheck } from "../lib/secret.ts";

const PROOF = "authorization";
const CLIENT = "x-chatsrv-client";

/** What a gateway sends with its request for a WebSocket. */
export function relayHeaders(secret: string, client: string): Record<string, string> {
  return secret === "" ? {} : { [PROOF]: bearer(secret), [CLIENT]: client };
}

/** The client's address that a request tells and proves, else undefined. */
export function relayedClient(secret: string): (request: Request) => string | undefined {
  if (secret === "") return () => undefined;
  const isRight = bearerCheck(secret);
  return ({ headers }) => {
    const client = headers.get(CLIENT);
    if (client === null || !isRight(headers.get(PROOF) ?? "")) return undefined;
    return isIP(client) === 0 ? undefined : client;
  };
}
