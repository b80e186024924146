/**
 * @module rpc/registry
 * Chat servers that register over gRPC, as the original's do: twice under one name, once with the address that
 * clients are told and once with the one that peers dial. Here both are one entry of the node registry. The
 * original says neither its load nor that it is alive, and registers once: as long as its port takes connections its
 * lease is renewed for it, by whichever balance role is there.
 */
import type { NodeRegistry } from "../coordination/coordination.ts";
import type { ChatNode } from "../domain/entities.ts";
import { AppError } from "../domain/error.ts";
import { nodeName } from "../domain/ids.ts";
import { listens } from "../lib/listens.ts";
import { randomSecret } from "../lib/random.ts";
import type { CodeName } from "../wire/codes.ts";

/** Which of a node's two addresses. */
export type AddressKind = "chat" | "grpc";

/** A server as the original's messages tell it. */
export interface ServerAddress {
  readonly name: string;
  readonly host: string;
  /** Decimal. */
  readonly port: string;
}

const TAKEN: Record<AddressKind, CodeName> = {
  chat: "NODE_NAME_TAKEN",
  grpc: "GRPC_NODE_NAME_TAKEN",
};
const MISSING: Record<AddressKind, CodeName> = {
  chat: "NO_CHAT_NODE",
  grpc: "GRPC_NODE_UNKNOWN",
};

/** How the incarnations of servers begin that renew no lease themselves. */
const FOREIGN = "foreign-";
/** How long a port may take to answer, milliseconds. */
const PROBE_MS = 1_000;

export class ForeignServers {
  readonly #nodes: NodeRegistry;
  readonly #leaseMs: number;
  /** Reading and registering are two steps: one at a time, so that the two calls of one server meet. */
  #last: Promise<unknown> = Promise.resolve();

  constructor(nodes: NodeRegistry, leaseMs: number) {
    this.#nodes = nodes;
    this.#leaseMs = leaseMs;
  }

  /**
   * Registers an address, or renews the lease when it is registered already.
   * @throws AppError NODE_NAME_TAKEN or GRPC_NODE_NAME_TAKEN when a live server of that
   *   name has another address; INVALID_FIELD.
   */
  register(kind: AddressKind, info: ServerAddress | undefined): Promise<void> {
    return this.#alone(async () => {
      const { name, host, port } = requireAddress(info);
      const holder = await this.#find(name);
      const held = holder === undefined ? undefined : addressOf(holder, kind);
      if (holder !== undefined && held !== undefined) {
        if (held.host !== host || held.port !== port) throw new AppError(TAKEN[kind]);
        const { incarnation, sessions, draining } = holder;
        if (await this.#nodes.renew(holder.name, incarnation, { sessions, draining }, this.#leaseMs)) return;
      }
      const node = withAddress(holder ?? blank(name), kind, host, port);
      if (!(await this.#nodes.register(node, this.#leaseMs))) throw new AppError(TAKEN[kind]);
    });
  }

  /** Renews the leases of those that still listen; the others' run out. To be called several times a lease. */
  async keep(): Promise<void> {
    const foreign = (await this.#nodes.list()).filter(({ incarnation }) => incarnation.startsWith(FOREIGN));
    await Promise.all(
      foreign.map(async (node) => {
        const address = addressOf(node, "grpc") ?? addressOf(node, "chat");
        if (address === undefined || !(await listens(address.host, address.port, PROBE_MS))) return;
        const { name, incarnation, sessions, draining } = node;
        await this.#nodes.renew(name, incarnation, { sessions, draining }, this.#leaseMs);
      }),
    );
  }

  /**
   * Takes an address out; the last one takes the server out.
   * @throws AppError NO_CHAT_NODE or GRPC_NODE_UNKNOWN
   */
  remove(kind: AddressKind, name: string): Promise<void> {
    return this.#alone(async () => {
      const node = await this.#require(kind, name);
      const rest = withAddress(node, kind, "", 0);
      if (rest.port === 0 && rest.grpcPort === 0) await this.#nodes.deregister(node.name, node.incarnation);
      else await this.#nodes.register(rest, this.#leaseMs);
    });
  }

  /** All others of that kind. @throws as remove, when the asker itself is not registered */
  async peersOf(kind: AddressKind, name: string): Promise<ServerAddress[]> {
    await this.#require(kind, name);
    const peers: ServerAddress[] = [];
    for (const node of await this.#nodes.list()) {
      const address = addressOf(node, kind);
      if (node.name !== name && address !== undefined)
        peers.push({ name: node.name, host: address.host, port: String(address.port) });
    }
    return peers;
  }

  async #find(name: string): Promise<ChatNode | undefined> {
    return (await this.#nodes.list()).find((node) => node.name === name);
  }

  async #require(kind: AddressKind, name: string): Promise<ChatNode> {
    const node = await this.#find(name);
    if (node === undefined || addressOf(node, kind) === undefined) throw new AppError(MISSING[kind]);
    return node;
  }

  #alone<T>(run: () => Promise<T>): Promise<T> {
    const result = this.#last.then(run);
    this.#last = result.catch(() => {});
    return result;
  }
}

function requireAddress(info: ServerAddress | undefined): { name: string; host: string; port: number } {
  if (info === undefined || info.name.length > MAX_NAME || !/^\P{C}+$/u.test(info.name))
    throw new AppError("INVALID_FIELD", { field: "name" });
  if (info.host.length > MAX_HOST || !/^[^\s\p{C}]+$/u.test(info.host))
    throw new AppError("INVALID_FIELD", { field: "host" });
  const port = /^[0-9]{1,5}$/.test(info.port) ? Number(info.port) : 0;
  if (port === 0 || port > 65_535) throw new AppError("INVALID_FIELD", { field: "port" });
  return { name: info.name, host: info.host, port };
}

/** In characters: more than any name of a server of ours, and as long as a name of a host may be. */
const MAX_NAME = 100;
const MAX_HOST = 255;

function blank(name: string): ChatNode {
  return {
    name: nodeName(name),
    incarnation: `${FOREIGN}${randomSecret(12)}`,
    host: "",
    port: 0,
    wsUrl: "",
    grpcHost: "",
    grpcPort: 0,
    sessions: 0,
    draining: false,
    leaseUntil: 0,
  };
}

/** Undefined when the node has none of that kind. */
function addressOf(node: ChatNode, kind: AddressKind): { host: string; port: number } | undefined {
  const address =
    kind === "chat" ? { host: node.host, port: node.port } : { host: node.grpcHost, port: node.grpcPort };
  return address.port === 0 ? undefined : address;
}

function withAddress(node: ChatNode, kind: AddressKind, host: string, port: number): ChatNode {
  return kind === "chat" ? { ...node, host, port } : { ...node, grpcHost: host, grpcPort: port };
}
