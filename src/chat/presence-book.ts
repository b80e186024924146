/**
 * @module chat/presence-book
 * What the sessions of this node were told of somebody's presence: one word a friend, the same for all of them, each of
 * which has it from its login on. Words come by different ways, and one may be late: an older one is not told after a
 * newer one. Where the sessions may have been told differently the friend is in doubt, and is asked for and told anew
 * (services/people/presence, `refresh`).
 */
import type { UserId } from "../domain/ids.ts";
import type { EventOf } from "../services/delivery/events.ts";
import type { Told } from "../services/delivery/ports.ts";

type PresenceEvent = EventOf<"presence">;

interface Word {
  online: boolean;
  order: number;
  inDoubt: boolean;
}

/** The order in what a node of a former version tells. */
const UNORDERED = 0;
/** Friends that are remembered, about 60 bytes each; and pairs of whom one alone was told. */
const MAX_WORDS = 100_000;
const MAX_PAIRS = 10_000;

export class PresenceBook {
  /** The latest at the end: what is forgotten first was not told for longest. */
  readonly #words = new Map<UserId, Word>();
  /** The order of what one user alone was told of another, as when a block begins. */
  readonly #pairs = new Map<string, number>();

  *told(): Iterable<Told> {
    for (const [friend, { online, order, inDoubt }] of this.#words)
      yield { friend, online: inDoubt ? undefined : online, order };
  }

  /** A session takes these for offline, as it was told nothing else. */
  takenForOffline(friends: readonly UserId[]): void {
    for (const friend of friends) {
      const word = this.#words.get(friend);
      if (word?.online === true) word.inDoubt = true;
      else if (word === undefined && this.#words.size < MAX_WORDS) this.#note(friend, false, UNORDERED);
    }
  }

  /** Whether the sessions of one of the audience are to be told; if so they are. */
  accepts(event: PresenceEvent, user: UserId): boolean {
    const { friend, online, order, between } = event;
    if (order === UNORDERED) return true;
    const word = this.#words.get(friend);
    if (order < (this.#pairs.get(pairOf(user, friend)) ?? 0)) return false;
    if (word !== undefined && order < word.order) {
      // What is told to all friends later than a block began is not told to who is blocked; what was told at a login,
      // not to who became a friend since.
      if (between === undefined) return false;
      if (between === "open" && word.online !== online) {
        word.inDoubt = true;
        return false;
      }
    }
    if (between !== undefined) {
      noteLast(this.#pairs, pairOf(user, friend), order, MAX_PAIRS);
      if (online) this.#toldToOne(friend, word);
      return true;
    }
    this.#note(friend, online, order);
    return true;
  }

  /** The same for one session, at its login. A later word may have been told to another one at its own, and not to this. */
  acceptsForOne(event: PresenceEvent, user: UserId): boolean {
    const { friend, online, order } = event;
    const word = this.#words.get(friend);
    if (order < (this.#pairs.get(pairOf(user, friend)) ?? 0)) return false;
    if (word === undefined || word.online === online) {
      this.#note(friend, online, Math.max(order, word?.order ?? 0));
      return true;
    }
    word.inDoubt = true;
    return order >= word.order;
  }

  #toldToOne(friend: UserId, word: Word | undefined): void {
    if (word === undefined) this.#note(friend, true, UNORDERED);
    else if (!word.online) word.inDoubt = true;
  }

  #note(friend: UserId, online: boolean, order: number): void {
    noteLast(this.#words, friend, { online, order, inDoubt: false }, MAX_WORDS);
  }
}

const pairOf = (user: UserId, friend: UserId) => `${user} ${friend}`;

function noteLast<K, V>(map: Map<K, V>, key: K, value: V, most: number): void {
  map.delete(key);
  map.set(key, value);
  if (map.size > most) for (const oldest of map.keys().take(most / 10)) map.delete(oldest);
}
