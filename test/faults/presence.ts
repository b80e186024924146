/**
 * @module faults/presence
 * Whether devices have their friends as online who are, and as away who are. What the clients themselves know is the
 * truth: somebody is online who has a session on some device. A fault may make it wrong for its while; what is wrong
 * for longer than allowed, counted in time that no fault disturbs, is wrong for good.
 */
import type { Watched } from "./device.ts";
import type { Rule } from "./rules.ts";
import type { Stage } from "./stage.ts";
import type { Sight } from "./watch.ts";

/** What the clients know and what friends are told may be so far apart. Milliseconds. */
const SURE_MS = 500;

interface Truth {
  online: boolean;
  /** Changes whenever a session of the account begins or ends. */
  sessions: string;
}

export class PresenceWatch {
  readonly #stage: Stage;
  readonly #truths = new Map<string, Truth>();
  /** How long each device has had each friend wrong, undisturbed, milliseconds; by "device of friend". */
  readonly #wrong = new Map<string, number>();
  #lookedAt: number | undefined;

  constructor(stage: Stage) {
    this.#stage = stage;
  }

  look(sights: readonly Sight[], at: number): void {
    const pastMs = at - (this.#lookedAt ?? at);
    this.#lookedAt = at;
    const moved = this.#moved(sights);
    for (const { device, freeSince } of sights) {
      const disturbed = this.#stage.world.hinders("presence", device);
      for (const friend of this.#stage.friends.of(device.user)) {
        const key = `${device.name} of ${friend}`;
        const truth = this.#truths.get(friend);
        const shown = device.screen.presence.get(friend)?.online ?? false;
        if (shown !== truth?.online && !moved.has(friend)) this.#doubt(device, friend, at);
        if (truth === undefined || !device.screen.seesPresence || freeSince === undefined)
          this.#wrong.delete(key);
        else if (shown === truth.online || moved.has(friend)) this.#wrong.delete(key);
        else if (!disturbed)
          this.#count(key, pastMs, `${device.name}: ${friend} is ${truth.online ? "" : "not "}online`);
      }
    }
  }

  /** An older word came after a newer one, and it is not even true. */
  #doubt({ name, screen }: Watched, friend: string, at: number): void {
    const doubt = screen.doubtful.get(friend);
    if (doubt === undefined || at - doubt.at < SURE_MS) return;
    screen.doubtful.delete(friend);
    this.#stage.verdict.add("presence went back", `${name}: ${friend} ${doubt.what}`);
  }

  #count(key: string, pastMs: number, what: string): void {
    const before = this.#wrong.get(key) ?? 0;
    const limit = this.#stage.withinMs * 2;
    this.#wrong.set(key, before + pastMs);
    const rule: Rule = "presence is wrong";
    if (before <= limit && before + pastMs > limit)
      this.#stage.verdict.add(rule, `${what}, and for ${limit} ms it has the opposite`);
  }

  /** Brings the truth up to date. @returns the accounts with a session that began or ended since the last look */
  #moved(sights: readonly Sight[]): Set<string> {
    const moved = new Set<string>();
    const byUser = Map.groupBy(sights, ({ device }) => device.user);
    for (const [user, theirs] of byUser) {
      const sessions = theirs.map(({ device }) => `${device.name}@${device.since ?? ""}`).join();
      const online = theirs.some(({ device }) => device.since !== undefined);
      if (this.#truths.get(user)?.sessions !== sessions) moved.add(user);
      this.#truths.set(user, { online, sessions });
    }
    return moved;
  }
}
