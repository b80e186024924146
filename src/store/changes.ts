/**
 * @module store/changes
 * Messages that change or answer another one of their conversation: the rules both adapters follow while they store
 * a batch, and what they have to write beside it.
 *
 * A change is an entry of the log like every other. What it makes of the message is kept beside the log
 * (MessageState, MessageEdit, MessageReaction), written in the same transaction and joined where messages are read.
 */
import type { Role } from "../domain/entities.ts";
import type { ConversationId, UserId } from "../domain/ids.ts";
import { CHANGE_KINDS, EDITABLE_KINDS, QUIET_KINDS } from "../domain/kinds.ts";
import { isLonger, MAX_EMOJI } from "../wire/sizes.ts";
import type { AppendEntry, AppendOutcome } from "./store.ts";

/** A message that is to be changed or answered, as it is stored. */
export interface Target {
  readonly sender: UserId;
  readonly kind: string;
  readonly at: number;
  readonly recalled: boolean;
}

/** What the sender of a change is in the conversation. */
export interface Author {
  readonly visibleFrom: number;
  /** Undefined in a direct conversation. */
  readonly role: Role | undefined;
}

/** What two of a direct conversation are. */
export const ONE_OF_TWO: Author = { visibleFrom: 0, role: undefined };

/** A change that was stored at `seq`, of the message at `of`. */
export interface Change {
  readonly conversation: ConversationId;
  readonly of: number;
  readonly seq: number;
}

export interface ReactionChange extends Change {
  readonly user: UserId;
  readonly emoji: string;
  readonly on: boolean;
}

/** A reaction that is given: whose, and the entry that gave it. */
export interface GivenReaction {
  readonly seq: number;
  readonly at: number;
}

/** What a batch's changes and answers are about, as it was stored before. */
export interface Before {
  message(conversation: ConversationId, seq: number): Target | undefined;
  reaction(one: ReactionKey): GivenReaction | undefined;
}

/** What names a reaction: there is one of each emoji for each user. */
export type ReactionKey = Pick<ReactionChange, "conversation" | "of" | "user" | "emoji">;

/** The seqs that an entry is about: what it changes, what it answers. */
export function concernedSeqs({ kind, data, replyTo }: AppendEntry): number[] {
  const of = isChange(kind) ? fieldOf(data, "of") : undefined;
  return [of, replyTo].filter((seq) => typeof seq === "number");
}

/** The reaction that an entry gives or takes away; undefined when it is about none. */
export function concernedReaction({
  conversation,
  sender,
  kind,
  data,
}: AppendEntry): ReactionKey | undefined {
  const [of, emoji] = [fieldOf(data, "of"), fieldOf(data, "emoji")];
  if (kind !== "reaction" || typeof of !== "number" || typeof emoji !== "string") return undefined;
  return { conversation, of, user: sender, emoji };
}

/** Whether storing an entry takes a look at other messages. */
export const concernsOthers = ({ kind, replyTo }: AppendEntry): boolean =>
  replyTo !== undefined || isChange(kind);

const isChange = (kind: string): boolean => (CHANGE_KINDS as readonly string[]).includes(kind);

const fieldOf = (data: unknown, name: string): unknown =>
  typeof data === "object" && data !== null && Object.hasOwn(data, name)
    ? (data as Readonly<Record<string, unknown>>)[name]
    : undefined;

/** The changes of one batch, in its order: each sees what those before it did. */
export class ChangeBook {
  readonly edits: Change[] = [];
  readonly recalls: Change[] = [];
  readonly #reactions = new Map<string, ReactionChange & GivenReaction>();
  /** What this batch stored or recalled, over what was stored before. */
  readonly #own = new Map<string, Target>();
  readonly #before: Before;
  readonly #editWindowMs: number;

  constructor(before: Before, editWindowMs: number) {
    this.#before = before;
    this.#editWindowMs = editWindowMs;
  }

  /** The last word of each user about each emoji of a message. */
  get reactions(): readonly ReactionChange[] {
    return [...this.#reactions.values()];
  }

  get isEmpty(): boolean {
    return this.edits.length + this.recalls.length + this.#reactions.size === 0;
  }

  /**
   * Why an entry is not stored, by what it is about. A reaction that is given already is the entry that gave it; one that
   * is not given cannot be taken away: clients count entries, so each has to change something.
   * @param at when it would be stored.
   */
  refusalOf(entry: AppendEntry, at: number, author: Author): AppendOutcome | undefined {
    const { conversation, kind, data, replyTo } = entry;
    if (replyTo !== undefined && this.#visible(conversation, replyTo, author) === undefined) return NOT_FOUND;
    if (!isChange(kind)) return undefined;
    const target = this.#visible(conversation, fieldOf(data, "of"), author);
    if (target === undefined || target.recalled || QUIET_KINDS.includes(target.kind)) return NOT_FOUND;
    const isOwn = target.sender === entry.sender;
    switch (kind) {
      case "edit":
        if (!isOwn || !EDITABLE_KINDS.includes(target.kind)) return FORBIDDEN;
        return at - target.at > this.#editWindowMs ? { status: "expired" } : undefined;
      case "recall":
        return isOwn || author.role === "owner" || author.role === "admin" ? undefined : FORBIDDEN;
      default:
        return this.#refusalOfReaction(entry);
    }
  }

  #refusalOfReaction(entry: AppendEntry): AppendOutcome | undefined {
    const reaction = concernedReaction(entry);
    const on = fieldOf(entry.data, "on");
    if (reaction === undefined || !isEmoji(reaction.emoji) || typeof on !== "boolean") return FORBIDDEN;
    const own = this.#reactions.get(reactionKey(reaction));
    const given = own === undefined ? this.#before.reaction(reaction) : own.on ? own : undefined;
    if (!on) return given === undefined ? NOT_FOUND : undefined;
    return given && { status: "duplicate", conversation: entry.conversation, seq: given.seq, at: given.at };
  }

  /** Notes that an entry was stored. */
  stored(entry: AppendEntry, seq: number, at: number): void {
    const { conversation, sender, kind, data } = entry;
    this.#own.set(keyOf(conversation, seq), { sender, kind, at, recalled: false });
    const of = fieldOf(data, "of");
    if (!isChange(kind) || typeof of !== "number") return;
    const change = { conversation, of, seq };
    if (kind === "edit") this.edits.push(change);
    else if (kind === "recall") {
      this.recalls.push(change);
      const target = this.#at(conversation, of);
      if (target !== undefined) this.#own.set(keyOf(conversation, of), { ...target, recalled: true });
    } else {
      const reaction = concernedReaction(entry);
      if (reaction === undefined) return;
      this.#reactions.set(reactionKey(reaction), { ...reaction, seq, at, on: fieldOf(data, "on") === true });
    }
  }

  #visible(conversation: ConversationId, seq: unknown, { visibleFrom }: Author): Target | undefined {
    return typeof seq === "number" && seq >= visibleFrom ? this.#at(conversation, seq) : undefined;
  }

  #at(conversation: ConversationId, seq: number): Target | undefined {
    return this.#own.get(keyOf(conversation, seq)) ?? this.#before.message(conversation, seq);
  }
}

const NOT_FOUND: AppendOutcome = { status: "not_found" };
const FORBIDDEN: AppendOutcome = { status: "forbidden" };

const isEmoji = (emoji: unknown): boolean =>
  typeof emoji === "string" && /^\S+$/u.test(emoji) && emoji.isWellFormed() && !isLonger(emoji, MAX_EMOJI);

/** Of a message, for maps. */
export const keyOf = (conversation: ConversationId, seq: number): string => `${conversation}:${seq}`;

/** Of a reaction, for maps. */
export const reactionKey = ({ conversation, of, user, emoji }: ReactionKey): string =>
  `${keyOf(conversation, of)}:${user}:${emoji}`;
