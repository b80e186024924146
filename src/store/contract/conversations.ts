/**
 * @module store/contract/conversations
 * Conversations: which there are, where their members stand, what changed lately. What holds for every method stands in store/store.
 */
import type { ConversationKind, ConversationSettings, Head, Page } from "../../domain/entities.ts";
import type { ConversationId, Pair, UserId } from "../../domain/ids.ts";
import type { GroupStore } from "./groups.ts";
import type { PageRequest } from "./paging.ts";

/** A user's cursor move. Absent marks stay as they are. */
export interface CursorMove {
  readonly conversation: ConversationId;
  readonly user: UserId;
  readonly delivered?: number | undefined;
  readonly read?: number | undefined;
}

/** Where a user's cursors stand after moves, their own texts counted as got and read where they follow. */
export interface CursorState {
  readonly conversation: ConversationId;
  readonly user: UserId;
  /** Undefined when the user is no member at all. */
  readonly kind: ConversationKind | undefined;
  /** The other member of a direct conversation. */
  readonly peer: UserId | undefined;
  readonly delivered: number;
  readonly read: number;
  /** False when nothing changed. */
  readonly moved: boolean;
  /** Whether others may learn of it: no block is between the two. */
  readonly shown: boolean;
}

/** A conversation that grew lately. */
export interface Grown {
  readonly conversation: ConversationId;
  readonly kind: ConversationKind;
  /** The two of a direct conversation. Empty for a group: a node asks `standings` which of its own users are in it. */
  readonly members: readonly UserId[];
  readonly lastSeq: number;
}

/** A member whose cursors moved lately, and where they are now. */
export interface Moved {
  readonly conversation: ConversationId;
  readonly user: UserId;
  /** Who is to be told beside the user's own devices; undefined in a group, whose senders ask `readers`. */
  readonly peer: UserId | undefined;
  readonly delivered: number;
  readonly read: number;
}

/** What to set; absent fields stay as they are, `mutedUntil: 0` ends it. */
export type SettingsPatch = Partial<ConversationSettings>;

export interface ConversationStore extends GroupStore {
  /**
   * The direct conversation of each pair, in order; undefined where the two have none. An id never changes for a
   * pair once made.
   */
  direct(pairs: readonly Pair[]): Promise<(ConversationId | undefined)[]>;
  /**
   * Heads of all conversations of a user, those first that grew last; who left a group has it at the time of leaving.
   * What grows while the pages are read, and so moves to the front, comes on the last pages (again). To oneself one's
   * own texts are delivered and read: a member's cursors reach to before the first text of another's that they have
   * not passed.
   */
  heads(user: UserId, page: PageRequest): Promise<Page<Head>>;
  /** The head of one conversation, as `user` has it; undefined for who is no member. */
  head(conversation: ConversationId, user: UserId): Promise<Head | undefined>;
  /**
   * Conversations that grew within the last `windowMs`, by the store's own clock, whatever those of the nodes say;
   * for reconciling. Costs the rows it returns, however many conversations there are. A commit under way may be
   * dated before rows already read: look again, and make the window longer than a commit may take.
   */
  grownWithin(windowMs: number, page: PageRequest): Promise<Page<Grown>>;
  /** Members whose cursors moved within the last `windowMs` and may be told of; otherwise as `grownWithin`. */
  movedWithin(windowMs: number, page: PageRequest): Promise<Page<Moved>>;
  /** Moves cursors: never back, never past the last seq that the user may see; read carries delivered along. */
  advance(moves: readonly CursorMove[], at: number): Promise<CursorState[]>;
  /** What a user sets for themself. @returns all of it as it now is; undefined for who never was a member. */
  set(
    conversation: ConversationId,
    user: UserId,
    patch: SettingsPatch,
  ): Promise<ConversationSettings | undefined>;
}
