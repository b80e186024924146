/**
 * @module services/cluster/node-directory
 * The chat nodes by name, for who asks often: the registry is read at most a few times a second, however many ask.
 */
import type { NodeRegistry } from "../../coordination/coordination.ts";
import type { ChatNode } from "../../domain/entities.ts";
import type { NodeName } from "../../domain/ids.ts";
import type { Clock } from "../../lib/clock.ts";
import { coordinated } from "../coordinated.ts";

/** How old what is known may be, milliseconds; and for a name that is not known, which may have come just now. */
const KNOWN_MS = 1_000;
const UNKNOWN_MS = 100;

export class NodeDirectory {
  readonly #nodes: Pick<NodeRegistry, "list">;
  readonly #clock: Pick<Clock, "monotonic">;
  #known: readonly ChatNode[] = [];
  #readAt = Number.NEGATIVE_INFINITY;
  #reading: Promise<void> | undefined;

  constructor(nodes: Pick<NodeRegistry, "list">, clock: Pick<Clock, "monotonic">) {
    this.#nodes = nodes;
    this.#clock = clock;
  }

  /** A live node. @returns undefined when there is none of that name. @throws AppError COORDINATION_AWAY */
  async find(name: NodeName): Promise<ChatNode | undefined> {
    const known = this.#known.find((node) => node.name === name);
    if (known !== undefined && this.#age() < KNOWN_MS) return known;
    if (this.#age() >= UNKNOWN_MS) await this.#read();
    return this.#known.find((node) => node.name === name);
  }

  /** The only live node, if there is just one. @throws AppError COORDINATION_AWAY */
  async sole(): Promise<ChatNode | undefined> {
    if (this.#age() >= KNOWN_MS) await this.#read();
    return this.#known.length === 1 ? this.#known[0] : undefined;
  }

  #age(): number {
    return this.#clock.monotonic() - this.#readAt;
  }

  #read(): Promise<void> {
    this.#reading ??= this.#fetch().finally(() => {
      this.#reading = undefined;
    });
    return this.#reading;
  }

  async #fetch(): Promise<void> {
    this.#known = await coordinated(this.#nodes.list());
    this.#readAt = this.#clock.monotonic();
  }
}
