/**
 * @module coordination/memory/interest
 * Which nodes are interested in which groups, for one process.
 */
import type { NodeAddress } from "../../domain/entities.ts";
import type { ConversationId } from "../../domain/ids.ts";
import type { Clock } from "../../lib/clock.ts";
import type { Interest, Interested } from "../coordination.ts";
import type { Lifetimes } from "../devices.ts";
import { ExpiringMap } from "./expiring.ts";

export class MemoryInterest implements Interest {
  readonly #life: Lifetimes;
  /** By incarnation. */
  readonly #nodes: ExpiringMap<ConversationId, ReadonlyMap<string, Interested>>;
  #adds = 0;

  constructor(clock: Clock, life: Lifetimes) {
    this.#life = life;
    this.#nodes = new ExpiringMap(clock);
  }

  async add({ node, incarnation }: NodeAddress, conversations: readonly ConversationId[]): Promise<void> {
    const added = ++this.#adds;
    for (const one of conversations) {
      const nodes = new Map(this.#nodes.get(one));
      this.#nodes.set(one, nodes.set(incarnation, { node, incarnation, added }), this.#life.routes);
    }
  }

  async remove({ incarnation }: NodeAddress, conversations: readonly ConversationId[]): Promise<void> {
    for (const one of conversations) this.#drop(one, (node) => node.incarnation === incarnation);
  }

  async of(conversations: readonly ConversationId[]): Promise<Map<ConversationId, Interested[]>> {
    const found = new Map<ConversationId, Interested[]>();
    for (const one of conversations) {
      const nodes = this.#nodes.get(one);
      if (nodes !== undefined) found.set(one, [...nodes.values()]);
    }
    return found;
  }

  async forget(conversation: ConversationId, dead: readonly Interested[]): Promise<void> {
    this.#drop(conversation, (node) =>
      dead.some(({ incarnation, added }) => incarnation === node.incarnation && added === node.added),
    );
  }

  #drop(conversation: ConversationId, isOver: (node: Interested) => boolean): void {
    const left = [...(this.#nodes.get(conversation) ?? [])].filter(([, node]) => !isOver(node));
    if (left.length > 0) this.#nodes.set(conversation, new Map(left), this.#nodes.ttl(conversation));
    else this.#nodes.delete(conversation);
  }
}
