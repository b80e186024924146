/**
 * @module cli/status
 * `chatsrv status`: the chat nodes of the cluster, their leases, load and drain. Where the state is shared it is
 * read there; a server on embedded stores is asked.
 */

import { embeddedCoordination } from "../config/embedded.ts";
import type { ChatNode } from "../domain/entities.ts";
import { addressText } from "../lib/address.ts";
import { askControl, type RunNote } from "../ops/control.ts";
import type { Command } from "./command.ts";
import { CommandFailure, EXIT } from "./io.ts";
import { loadSettings, type Settings, withCoordination } from "./settings.ts";
import { columns, jsonText, labelled, printable } from "./text.ts";

/** What an embedded server reports of itself. */
export interface ControlReport {
  readonly nodes: readonly ChatNode[];
}

export const status: Command = {
  name: "status",
  words: [],
  flags: ["config", "data", "json"],
  summary: "the cluster: chat nodes, leases, sessions, drain",
  more: "On built-in stores it asks the server that runs on the same data folder.",
  run: async (args, io) => {
    const settings = await loadSettings(args, io);
    const { server, nodes } = await cluster(settings);
    const now = Date.now();
    const json = () =>
      jsonText({ ...(server && { server }), nodes: nodes.map((node) => nodeJson(node, now)) });
    io.stdout.write(args.flags.has("json") ? json() : statusText(server, nodes, now));
    return EXIT.ok;
  },
};

async function cluster(settings: Settings): Promise<{ server?: RunNote; nodes: readonly ChatNode[] }> {
  if (!embeddedCoordination(settings.config))
    return { nodes: await withCoordination(settings, (coordination) => coordination.nodes.list()) };
  const answer = await askControl(settings.dataDir);
  if (!answer)
    throw new CommandFailure(`not running: no server answers for the data folder ${settings.dataDir}`);
  // Made by serve, of the same build or one that speaks the same.
  const { nodes } = answer.report as ControlReport;
  return { server: answer.note, nodes };
}

const address = (host: string, port: number): string => (port === 0 ? "none" : addressText({ host, port }));

function statusText(server: RunNote | undefined, nodes: readonly ChatNode[], now: number): string {
  const about = server
    ? `${labelled([
        ["server", `chatsrv ${server.version}, process id ${server.pid}`],
        ["running since", server.started],
        ...Object.entries(server.addresses),
      ])}\n`
    : "";
  if (nodes.length === 0) return `${about}No chat node is registered.\n`;
  const rows = nodes.map((node) => [
    printable(node.name),
    node.draining ? "draining" : "serving",
    String(node.sessions),
    printable(address(node.host, node.port)),
    printable(node.wsUrl || "none"),
    printable(address(node.grpcHost, node.grpcPort)),
    `${Math.max(0, (node.leaseUntil - now) / 1000).toFixed(1)} s`,
  ]);
  return `${about}${columns([["NODE", "STATE", "SESSIONS", "CLIENTS", "WEBSOCKET", "PEERS", "LEASE LEFT"], ...rows])}`;
}

function nodeJson(node: ChatNode, now: number) {
  return {
    name: node.name,
    incarnation: node.incarnation,
    host: node.host,
    port: node.port,
    ws_url: node.wsUrl,
    grpc_host: node.grpcHost,
    grpc_port: node.grpcPort,
    sessions: node.sessions,
    draining: node.draining,
    lease_until: node.leaseUntil,
    lease_left_ms: Math.max(0, node.leaseUntil - now),
  };
}
