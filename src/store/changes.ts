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

/** The seqs that an entry is about: what it changes, what it answers. */
export function concernedSeqs({ kind, data, replyTo }: AppendEntry): number[] {
  const of = isChange(kind) ? fieldOf(data, "of") : undefined;
  return [of, replyTo].filter((seq) => typeof seq === "number");
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
  readonly #reactions = new Map<string, ReactionChange>();
  /** What this batch stored or recalled, over what was stored before. */
  readonly #own = new Map<string, Target>();
  readonly #find: (conversation: ConversationId, seq: number) => Target | undefined;
  readonly #editWindowMs: number;

  /** @param find a message as it was stored before the batch. */
  constructor(find: (conversation: ConversationId, seq: number) => Target | undefined, editWindowMs: number) {
    this.#find = find;
    this.#editWindowMs = editWindowMs;
  }

  /** The last word of each user about each emoji of a message. */
  get reactions(): readonly ReactionChange[] {
    return [...this.#reactions.values()];
  }

  get isEmpty(): boolean {
    return this.edits.length + this.recalls.length + this.#reactions.size === 0;
  }

  /** Why an entry may not be stored, by what it is about. @param at when it would be. */
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
        return isEmoji(fieldOf(data, "emoji")) && typeof fieldOf(data, "on") === "boolean"
          ? undefined
          : FORBIDDEN;
    }
  }

  /** Notes that an entry was stored. */
  stored({ conversation, sender, kind, data }: AppendEntry, seq: number, at: number): void {
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
      const emoji = String(fieldOf(data, "emoji"));
      const reaction = { ...change, user: sender, emoji, on: fieldOf(data, "on") === true };
      this.#reactions.set(`${keyOf(conversation, of)}:${sender}:${emoji}`, reaction);
    }
  }

  #visible(conversation: ConversationId, seq: unknown, { visibleFrom }: Author): Target | undefined {
    return typeof seq === "number" && seq >= visibleFrom ? this.#at(conversation, seq) : undefined;
  }

  #at(conversation: ConversationId, seq: number): Target | undefined {
    return this.#own.get(keyOf(conversation, seq)) ?? this.#find(conversation, seq);
  }
}

const NOT_FOUND: AppendOutcome = { status: "not_found" };
const FORBIDDEN: AppendOutcome = { status: "forbidden" };

const isEmoji = (emoji: unknown): boolean =>
  typeof emoji === "string" && /^\S+$/u.test(emoji) && emoji.isWellFormed() && !isLonger(emoji, MAX_EMOJI);

/** Of a message, for maps. */
export const keyOf = (conversation: ConversationId, seq: number): string => `${conversation}:${seq}`;
