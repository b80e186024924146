/**
 * @module store/contract/messages
 * Messages: storing, reading and tracing them. What holds for every method stands in store/store.
 */
import type { ConversationKind, Message, MessageKind } from "../../domain/entities.ts";
import type { ConversationId, UserId } from "../../domain/ids.ts";

/** One message to be stored. */
export interface AppendEntry {
  readonly conversation: ConversationId;
  readonly sender: UserId;
  /** At most 64 characters. Compared exactly, but spaces at its end do not count. */
  readonly clientId: string;
  readonly kind: MessageKind;
  readonly body: string;
  /** What its kind has beside a text: a JSON object that was checked. */
  readonly data?: unknown;
  /** The seq it answers. */
  readonly replyTo?: number;
}

/**
 * What became of one entry. `duplicate`: this sender's `clientId` is stored in this conversation already with
 * the same content; seq and at are the first ones. `conflict`: it is stored with other content.
 * `not_a_member`: it is a group, of which the sender is no member. `forbidden`: only the store makes that kind, or
 * the sender may not make that change. `not_found`: what it changes or answers is not there, not visible to the
 * sender, recalled, or nothing that can be changed. `expired`: it is too late to edit it.
 * Only `stored` used a seq.
 */
export type AppendOutcome =
  | {
      readonly status: "stored";
      readonly conversation: ConversationId;
      readonly seq: number;
      readonly at: number;
    }
  | {
      readonly status: "duplicate";
      readonly conversation: ConversationId;
      readonly seq: number;
      readonly at: number;
    }
  | { readonly status: "conflict" }
  | { readonly status: "not_friends" }
  | { readonly status: "blocked" }
  | { readonly status: "not_a_member" }
  | { readonly status: "forbidden" }
  | { readonly status: "not_found" }
  | { readonly status: "expired" };

/** What may differ from one installation to another. */
export interface AppendRules {
  /** How long after it was stored a message may be edited, milliseconds. */
  readonly editWindowMs: number;
}

/** Where a bounded read of history starts: after a seq (ascending), before one, or at the end. */
export interface HistoryRange {
  readonly after?: number | undefined;
  readonly before?: number | undefined;
  readonly limit: number;
}

/** A piece of a conversation. */
export interface History {
  readonly messages: Message[];
  readonly lastSeq: number;
}

/** A message found by its client id, with what is known of its way; `readers` tells of a group's. */
export interface Trace {
  readonly message: Message;
  readonly kind: ConversationKind;
  readonly senderName: string;
  /** What the group is called; "" for a direct conversation. */
  readonly groupName: string;
  /** The other member of a direct conversation. */
  readonly receiver: TraceReceiver | undefined;
}

export interface TraceReceiver {
  readonly user: UserId;
  readonly name: string;
  /** Their cursors and when they last moved; undefined where they have not. */
  readonly deliveredSeq: number;
  readonly deliveredAt: number | undefined;
  readonly readSeq: number;
  readonly readAt: number | undefined;
}

export interface MessageStore {
  /**
   * Stores a batch: all or nothing. Per conversation, entries get the next seqs in the order given, gap-free
   * and in commit order also when several processes append at once. Whether the sender is a member, the two are friends
   * and neither blocked the other is decided inside the same transaction, so a block or a removal is in force
   * everywhere once set. A direct conversation costs nothing for groups' sake.
   * What was refused for what its sender is to the conversation (not_friends, blocked, not_a_member) is refused again for
   * a minute after, whatever changed meanwhile: who was told so may rely on it, though a copy of it may still be on its
   * way from another node.
   * An entry repeated within the batch counts as a duplicate of its first.
   *
   * Kinds that change another message (`edit`, `recall`, `reaction` with `data.of`) are stored like others, and what
   * they make of it with them: an edit by its sender, within the window; a recall by its sender, or an owner or admin
   * of the group, which takes what it and its edits said out of the store for good; a reaction, one of each emoji
   * for each user, on or off. What a change, or `replyTo`, names must be there and visible to the sender.
   * @param at the time given to all that is stored, milliseconds since 1970. Where the conversation's last message
   *   has a later one (another server's clock, or one that was set back) that is given: times never fall along seqs.
   * @returns one outcome per entry, in order.
   */
  append(entries: readonly AppendEntry[], at: number, rules?: AppendRules): Promise<AppendOutcome[]>;
  /**
   * Messages of a conversation, as they are now, that `reader` may see (`MemberStanding`), ascending by seq, at most `range.limit`: with `after` the
   * first ones beyond it, with `before` the last ones below it, with neither the newest. Takes the same time at any
   * depth.
   * @returns undefined when there is no such conversation, or the reader never was a member of it. `lastSeq` is the
   *   last that they may see.
   */
  history(conversation: ConversationId, reader: UserId, range: HistoryRange): Promise<History | undefined>;
  /** All messages with this client id (several senders may have used it), oldest first. */
  trace(clientId: string): Promise<Trace[]>;
}
