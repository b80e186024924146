/**
 * @module services/delivery/interests
 * Which groups this node is found by (`Interest` of coordination): those that sessions here are in, and for a moment
 * longer. A session is served a group only once its node is found by it: what was said before that, the session reads.
 * While coordination is away nobody is looked up and everybody is told everything; when it is back, what it forgot is
 * added again, and then this node asks the store what it may have missed (services/sessions/recovery).
 */
import type { Interest, Interested, NodeRegistry } from "../../coordination/coordination.ts";
import type { NodeAddress } from "../../domain/entities.ts";
import type { ConversationId } from "../../domain/ids.ts";
import { Batcher } from "../../lib/batcher.ts";
import type { Logger } from "../../lib/log.ts";
import { UntilDone } from "../../lib/until-done.ts";
import type { LocalSessions } from "./ports.ts";

export interface InterestsOptions {
  readonly self: NodeAddress;
  readonly interest: Interest;
  readonly registry: Pick<NodeRegistry, "list">;
  readonly local: Pick<LocalSessions, "hasGroup">;
  /** True when no other process shares this one's state: then nobody looks for it. */
  readonly alone: boolean;
  readonly logger: Logger;
}

/** How often groups that nobody here is in any more are looked for: who comes back soon costs nothing. Milliseconds. */
const SWEEP_MS = 30_000;
/** How often everything is added again: several times within the day after which coordination forgets it. Milliseconds. */
const REFRESH_MS = 3_600_000;
/** Groups that are asked for at a time when the dead among their nodes are looked for. */
const ASKED_AT_ONCE = 500;

interface Task {
  readonly conversations: readonly ConversationId[];
  /** `again`: they are added although this node is known to be found by them. `sweep`: what nobody is in is removed. */
  readonly kind: "enter" | "again" | "sweep";
  readonly settle: PromiseWithResolvers<void>;
}

export class Interests {
  readonly #options: InterestsOptions;
  /** By these this node is found, as far as it knows. */
  readonly #added = new Set<ConversationId>();
  /** By these it may be found, and need not be: a call failed, and coordination may have done it or not. */
  readonly #unsure = new Set<ConversationId>();
  /** Strictly serial, so that what is removed and added again meanwhile is added last. */
  readonly #tasks: Batcher<Task>;
  readonly #retrying: UntilDone;
  #timers: ReturnType<typeof setInterval>[] = [];

  constructor(options: InterestsOptions) {
    const { logger } = options;
    this.#options = options;
    this.#tasks = new Batcher<Task>({
      work: (tasks) => this.#work(tasks),
      onBug: (error) => logger.log("error", "interests.bug", { error }),
    });
    this.#retrying = new UntilDone({
      onFailure: (what, error) => logger.log("debug", "interests.waits", { what, error }),
    });
  }

  start(): void {
    this.#timers = [
      setInterval(() => void this.sweep(), SWEEP_MS),
      setInterval(() => void this.refresh(), REFRESH_MS),
    ];
  }

  /** Takes this node out of all groups: nobody is here any more. */
  async stop(): Promise<void> {
    for (const timer of this.#timers) clearInterval(timer);
    await this.sweep();
  }

  /** Resolves when this node is found by all of these, which sessions here are in already. @throws AppError UNAVAILABLE */
  async enter(conversations: readonly ConversationId[]): Promise<void> {
    if (this.#options.alone || conversations.every((one) => this.#added.has(one))) return;
    await this.#run("enter", conversations);
  }

  /** Coordination may have forgotten everything. Resolves when all is added again, or is being tried. Never rejects. */
  again(): Promise<void> {
    return this.#retrying.run("again", () => this.#run("again", [...this.#added]));
  }

  /** Removes this node from groups that nobody here is in. Never rejects: what fails is tried with the next. */
  async sweep(): Promise<void> {
    await this.#run("sweep").catch((error: unknown) =>
      this.#options.logger.log("debug", "interests.waits", { what: "sweep", error }),
    );
  }

  /** Gives everything a longer life, and forgets the dead beside it. */
  async refresh(): Promise<void> {
    await this.again();
    await this.#retrying.run("prune", async () => {
      const groups = [...this.#added];
      for (let from = 0; from < groups.length; from += ASKED_AT_ONCE) {
        const found = await this.#options.interest.of(groups.slice(from, from + ASKED_AT_ONCE));
        await this.#forgetDead(found);
      }
    });
  }

  /** Forgets those of a group's nodes that are dead for sure. Never rejects: who still sees them tries again. */
  async forget(conversation: ConversationId, suspected: readonly Interested[]): Promise<void> {
    await this.#forgetDead(new Map([[conversation, suspected]])).catch((error: unknown) =>
      this.#options.logger.log("debug", "interests.waits", { what: "forget", error }),
    );
  }

  /** The registry is read after the nodes were: one that is not in it lost its lease, and adds itself when it is back. */
  async #forgetDead(found: ReadonlyMap<ConversationId, readonly Interested[]>): Promise<void> {
    const { interest, registry } = this.#options;
    const alive = new Set((await registry.list()).map(({ incarnation }) => incarnation));
    for (const [group, nodes] of found) {
      const dead = nodes.filter(({ incarnation }) => !alive.has(incarnation));
      if (dead.length > 0) await interest.forget(group, dead);
    }
  }

  #run(kind: Task["kind"], conversations: readonly ConversationId[] = []): Promise<void> {
    const settle = Promise.withResolvers<void>();
    this.#tasks.push({ conversations, kind, settle });
    return settle.promise;
  }

  async #work(tasks: readonly Task[]): Promise<void> {
    try {
      if (tasks.some(({ kind }) => kind === "sweep")) await this.#removeIdle();
      await this.#add(tasks);
      for (const { settle } of tasks) settle.resolve();
    } catch (error) {
      for (const { settle } of tasks) settle.reject(error);
    }
  }

  async #add(tasks: readonly Task[]): Promise<void> {
    const { interest, local, self } = this.#options;
    const wanted = new Set<ConversationId>();
    for (const { conversations, kind } of tasks)
      for (const one of conversations)
        if (local.hasGroup(one) && (kind === "again" || !this.#added.has(one))) wanted.add(one);
    if (wanted.size === 0) return;
    for (const one of wanted) this.#unsure.add(one);
    await interest.add(self, [...wanted]);
    for (const one of wanted) {
      this.#added.add(one);
      this.#unsure.delete(one);
    }
  }

  async #removeIdle(): Promise<void> {
    const { interest, local, self } = this.#options;
    for (const one of this.#added)
      if (!local.hasGroup(one)) {
        this.#added.delete(one);
        this.#unsure.add(one);
      }
    const idle = [...this.#unsure].filter((one) => !local.hasGroup(one));
    if (idle.length === 0) return;
    await interest.remove(self, idle);
    for (const one of idle) this.#unsure.delete(one);
  }
}
