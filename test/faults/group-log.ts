/**
 * @module faults/group-log
 * What may be seen of a group, and what was: the log of the group itself says who was a member at which seq. Whoever is
 * in it is shown every text; whoever is not, none, and none of theirs is stored.
 */
import type { Message } from "../../src/domain/entities.ts";
import type { GroupDevice } from "./group-device.ts";
import type { Verdict } from "./rules.ts";

/** Seqs from the one that let somebody in to the one that let them go; the last has no end while they are in. */
interface Stay {
  readonly from: number;
  until: number;
}

/** What a message of kind `members` says, as far as it lets somebody in or go. */
interface Change {
  readonly added?: readonly string[];
  readonly removed?: readonly string[];
  readonly left?: readonly string[];
}

export class GroupLog {
  readonly #messages = new Map<number, Message>();
  readonly #stays = new Map<string, Stay[]>();
  #last = 0;

  constructor(readonly verdict: Verdict) {}

  /** The next message of the log, ascending. */
  message(message: Message): void {
    const { seq, sender, kind, data } = message;
    if (seq !== this.#last + 1) this.verdict.add("gap in the store", `group: #${seq} after #${this.#last}`);
    this.#last = seq;
    this.#messages.set(seq, message);
    if (!this.#wasIn(String(sender), seq) && !(kind === "members" && this.#letsIn(data, String(sender))))
      this.verdict.add("stored from a non-member", `group: #${seq} "${message.body}" of ${sender}`);
    if (kind !== "members") return;
    const { added = [], removed = [], left = [] } = (data ?? {}) as Change;
    for (const user of added) this.#staysOf(user).push({ from: seq, until: Number.POSITIVE_INFINITY });
    for (const user of [...removed, ...left]) {
      const stay = this.#staysOf(user).at(-1);
      if (stay !== undefined) stay.until = seq;
    }
  }

  /** Compares what a device was shown with what it may see, when all is quiet. */
  check(device: GroupDevice): void {
    const { name, user, shown } = device;
    let last = 0;
    for (const { seq, content, kind } of shown) {
      const what = `${name}: #${seq} "${content}"`;
      if (seq === last) this.verdict.add("shown twice on a device", what);
      else if (seq < last) this.verdict.add("device out of order", `${what} after #${last}`);
      last = Math.max(last, seq);
      const stored = this.#messages.get(seq);
      if (stored === undefined || (kind === "text" && stored.body !== content))
        this.verdict.add("pushed but not stored", what);
      if (!this.#wasIn(user, seq)) this.verdict.add("shown to a non-member", what);
    }
    const seen = new Set(shown.map(({ seq }) => seq));
    const stay = this.#staysOf(user).at(-1);
    if (stay === undefined || stay.until !== Number.POSITIVE_INFINITY) return;
    for (let seq = stay.from; seq <= this.#last; seq++)
      if (!seen.has(seq))
        this.verdict.add("never reached a device", `${name}: at the end #${seq} of the group`);
  }

  /** A text that its sender was told is stored, or is not. */
  checkSent(content: string, seq: number | undefined, refused: number | undefined): void {
    const stored = [...this.#messages.values()].filter(({ body }) => body === content);
    if (stored.length > 1) this.verdict.add("stored twice", `group: "${content}"`);
    if (seq !== undefined && this.#messages.get(seq)?.body !== content)
      this.verdict.add("acknowledged but not stored", `group: #${seq} "${content}"`);
    if (refused !== undefined && stored.length > 0)
      this.verdict.add("refused but stored", `group: "${content}": error ${refused}`);
  }

  #wasIn(user: string, seq: number): boolean {
    return this.#staysOf(user).some(({ from, until }) => from <= seq && seq <= until);
  }

  #letsIn(data: unknown, user: string): boolean {
    return ((data ?? {}) as Change).added?.includes(user) === true;
  }

  #staysOf(user: string): Stay[] {
    const stays = this.#stays.get(user) ?? [];
    this.#stays.set(user, stays);
    return stays;
  }
}
