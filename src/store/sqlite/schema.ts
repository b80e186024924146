/**
 * @module store/sqlite/schema
 * The tables of the embedded store, named as in MySQL: the original's four and ours beside them.
 * `drizzle-kit generate` makes the migrations in drizzle/sqlite from this file; what drizzle cannot say is
 * added there by hand: tables whose primary key is more than one number are WITHOUT ROWID.
 */
import { sql } from "drizzle-orm";
import {
  customType,
  index,
  integer,
  primaryKey,
  sqliteTable,
  text,
  uniqueIndex,
} from "drizzle-orm/sqlite-core";
import type { ConversationKind, MessageKind, Role } from "../../domain/entities.ts";
import type { ConversationId, UserId } from "../../domain/ids.ts";
import type { FinalRefusal } from "../refusals.ts";

/** Text in which the case of ASCII letters does not count, for names that are looked up. */
const nocaseText = customType<{ data: string }>({ dataType: () => "text COLLATE NOCASE" });
/** Text in which spaces at the end do not count, as in MySQL's utf8mb4_bin; all else does. */
const rtrimText = customType<{ data: string }>({ dataType: () => "text COLLATE RTRIM" });

const uuid = (name = "uuid") => integer(name).$type<UserId>();
const account = (name: string) => uuid(name).references(() => authentication.uuid, { onDelete: "cascade" });
const conversation = (name: string) => integer(name).$type<ConversationId>();

export const authentication = sqliteTable(
  "Authentication",
  {
    uuid: uuid().primaryKey({ autoIncrement: true }),
    username: nocaseText("username").notNull(),
    /** A PHC string. */
    password: text("password").notNull(),
    email: nocaseText("email"),
  },
  (t) => [
    uniqueIndex("Authentication_username").on(t.username),
    uniqueIndex("Authentication_email").on(t.email),
  ],
);

export const userProfile = sqliteTable("UserProfile", {
  uuid: account("uuid").primaryKey(),
  avatar: text("avatar"),
  nickname: text("nickname"),
  description: text("description"),
  /** 0 male, 1 female. */
  sex: integer("sex"),
});

export const friendRequest = sqliteTable(
  "FriendRequest",
  {
    id: integer("id").primaryKey({ autoIncrement: true }),
    srcUuid: account("src_uuid").notNull(),
    dstUuid: account("dst_uuid").notNull(),
    nickname: text("nickname"),
    message: text("message"),
    /** 0 open, 1 confirmed. */
    status: integer("status"),
  },
  (t) => [
    uniqueIndex("FriendRequest_src_dst").on(t.srcUuid, t.dstUuid),
    index("FriendRequest_dst").on(t.dstUuid),
  ],
);

/** A friendship is two rows, one for each side. */
export const authFriend = sqliteTable(
  "AuthFriend",
  {
    id: integer("id").primaryKey({ autoIncrement: true }),
    selfUuid: account("self_uuid").notNull(),
    friendUuid: account("friend_uuid").notNull(),
    alternativeName: text("alternative_name"),
  },
  (t) => [
    uniqueIndex("AuthFriend_self_friend").on(t.selfUuid, t.friendUuid),
    index("AuthFriend_friend").on(t.friendUuid),
  ],
);

export const conversationTable = sqliteTable(
  "Conversation",
  {
    id: conversation("id").primaryKey({ autoIncrement: true }),
    /** `direct`: two members, `lo` < `hi`. `group`: any number, and neither `lo` nor `hi`. */
    kind: text("kind").$type<ConversationKind>().notNull().default("direct"),
    lo: uuid("lo"),
    hi: uuid("hi"),
    lastSeq: integer("last_seq").notNull().default(0),
    /** When `last_seq` last rose: milliseconds since 1970, 0 for never. */
    grownAt: integer("grown_at").notNull().default(0),
    /** When a text was last refused here (Refusal): milliseconds since 1970, 0 for never. */
    refusedAt: integer("refused_at").notNull().default(0),
    /** Of groups, as the four after it; null in direct ones. */
    name: text("name"),
    avatar: text("avatar"),
    description: text("description"),
    creator: uuid("creator"),
    /** Milliseconds since 1970. */
    createdAt: integer("created_at"),
    /** How many are members now; 0 for direct ones. */
    members: integer("members").notNull().default(0),
    /** Raised by each change of members, roles or what the group is called. */
    version: integer("version").notNull().default(0),
  },
  (t) => [
    uniqueIndex("Conversation_lo_hi").on(t.lo, t.hi),
    index("Conversation_grown_at").on(t.grownAt),
    index("Conversation_creator").on(t.creator, t.createdAt),
  ],
);

/** Rows lie in the order of the primary key: a page of history is one short range, wherever it lies. */
export const message = sqliteTable(
  "Message",
  {
    conversationId: conversation("conversation_id").notNull(),
    seq: integer("seq").notNull(),
    sender: uuid("sender").notNull(),
    clientId: rtrimText("client_id").notNull(),
    kind: text("kind").$type<MessageKind>().notNull(),
    body: text("body").notNull(),
    /** Milliseconds since 1970. */
    at: integer("at").notNull(),
    /** JSON, as its kind has it. */
    data: text("data"),
    /** The seq it answers. */
    replyTo: integer("reply_to"),
  },
  (t) => [
    primaryKey({ columns: [t.conversationId, t.seq] }),
    // One index for "stored once per conversation, sender and client id" and for `trace`, hence this order.
    uniqueIndex("Message_client").on(t.clientId, t.conversationId, t.sender),
  ],
);

/** What later messages made of one; only of those that were changed. */
export const messageState = sqliteTable(
  "MessageState",
  {
    conversationId: conversation("conversation_id").notNull(),
    seq: integer("seq").notNull(),
    /** The edit that counts: the last one. */
    editedSeq: integer("edited_seq"),
    /** The recall; of an edit, that of what it edits. */
    recalledSeq: integer("recalled_seq"),
    /** Whether anybody's reaction is on it. */
    reacted: integer("reacted").notNull().default(0),
  },
  (t) => [primaryKey({ columns: [t.conversationId, t.seq] })],
);

/** Which messages are edits of which. */
export const messageEdit = sqliteTable(
  "MessageEdit",
  {
    conversationId: conversation("conversation_id").notNull(),
    ofSeq: integer("of_seq").notNull(),
    seq: integer("seq").notNull(),
  },
  (t) => [primaryKey({ columns: [t.conversationId, t.ofSeq, t.seq] })],
);

/** Whose reactions are on which messages. */
export const messageReaction = sqliteTable(
  "MessageReaction",
  {
    conversationId: conversation("conversation_id").notNull(),
    ofSeq: integer("of_seq").notNull(),
    emoji: text("emoji").notNull(),
    uuid: uuid().notNull(),
    /** The message that put it there. */
    seq: integer("seq").notNull(),
  },
  (t) => [primaryKey({ columns: [t.conversationId, t.ofSeq, t.emoji, t.uuid] })],
);

export const conversationMember = sqliteTable(
  "ConversationMember",
  {
    conversationId: conversation("conversation_id").notNull(),
    uuid: uuid().notNull(),
    deliveredSeq: integer("delivered_seq").notNull().default(0),
    readSeq: integer("read_seq").notNull().default(0),
    /** Milliseconds since 1970, null until it first moved; `read_at` likewise. */
    deliveredAt: integer("delivered_at"),
    readAt: integer("read_at"),
    /** While one of the two blocks the other: what the other is shown of the marks. Null otherwise. */
    shownDeliveredSeq: integer("shown_delivered_seq"),
    shownReadSeq: integer("shown_read_seq"),
    /** When either cursor last moved: milliseconds since 1970, 0 for never. */
    movedAt: integer("moved_at").notNull().default(0),
    /** Of who is a member of a group now; null for who left it, and in direct conversations. */
    role: text("role").$type<Role>(),
    /** Seq of the message that made them a member, the last time; 0 in direct conversations. */
    joinedSeq: integer("joined_seq").notNull().default(0),
    /** The first seq that they may see. */
    visibleFrom: integer("visible_from").notNull().default(0),
    /** Seq of the message by which they left, the last that they may see; null while they are members. */
    leftSeq: integer("left_seq"),
    /** When that was, in milliseconds since 1970, and what the group was called: they are told of no later name. */
    leftAt: integer("left_at"),
    leftName: text("left_name"),
    leftAvatar: text("left_avatar"),
    /** Milliseconds since 1970; null for not at all. */
    mutedUntil: integer("muted_until"),
    pinned: integer("pinned").notNull().default(0),
    archived: integer("archived").notNull().default(0),
  },
  (t) => [
    primaryKey({ columns: [t.conversationId, t.uuid] }),
    index("ConversationMember_uuid").on(t.uuid, t.conversationId),
    index("ConversationMember_moved_at").on(t.movedAt),
    index("ConversationMember_role").on(t.conversationId, t.role, t.joinedSeq),
  ],
);

/** Texts that were refused lately, and why: see store/refusals. */
export const refusal = sqliteTable(
  "Refusal",
  {
    conversationId: conversation("conversation_id").notNull(),
    sender: uuid("sender").notNull(),
    clientId: rtrimText("client_id").notNull(),
    reason: text("reason").$type<FinalRefusal>().notNull(),
    /** Milliseconds since 1970. */
    at: integer("at").notNull(),
  },
  (t) => [primaryKey({ columns: [t.conversationId, t.sender, t.clientId] })],
);

/**
 * The messages that are found by the words (domain/search) of SearchText, a full-text table that the migration makes and drizzle
 * does not know: a row of either has the same id. Ids rise with the time of the message: time * 4096, and up.
 */
export const searchDocument = sqliteTable(
  "SearchDocument",
  {
    id: integer("id").primaryKey(),
    conversationId: conversation("conversation_id").notNull(),
    seq: integer("seq").notNull(),
  },
  (t) => [uniqueIndex("SearchDocument_message").on(t.conversationId, t.seq)],
);

/** How far each conversation's log is indexed. */
export const searchPosition = sqliteTable("SearchPosition", {
  conversationId: conversation("conversation_id").primaryKey(),
  indexedSeq: integer("indexed_seq").notNull().default(0),
});

/** One row, of id 1: all that grew before is indexed; milliseconds since 1970. Who indexes holds its lock. */
export const searchState = sqliteTable("SearchState", {
  id: integer("id").primaryKey(),
  grownAt: integer("grown_at").notNull(),
});

/** How far a device that keeps nothing itself was shown each conversation: the original's clients. */
export const deviceCursor = sqliteTable(
  "DeviceCursor",
  {
    uuid: account("uuid").notNull(),
    device: rtrimText("device").notNull(),
    conversationId: conversation("conversation_id").notNull(),
    deliveredSeq: integer("delivered_seq").notNull().default(0),
  },
  (t) => [primaryKey({ columns: [t.uuid, t.device, t.conversationId] })],
);

/** What an account has beside the original's columns; no row reads as version 0. */
export const accountState = sqliteTable("AccountState", {
  uuid: account("uuid").primaryKey(),
  /** Raised by whatever voids rights that were granted before: a reset, a suspension. */
  version: integer("version").notNull().default(0),
});

/** What usernames look like (domain/skeleton): no two accounts share a row's look. Accounts of old may have none. */
export const accountName = sqliteTable(
  "AccountName",
  { uuid: account("uuid").notNull(), skeleton: rtrimText("skeleton").notNull() },
  (t) => [primaryKey({ columns: [t.uuid, t.skeleton] }), uniqueIndex("AccountName_skeleton").on(t.skeleton)],
);

export const block = sqliteTable(
  "Block",
  {
    uuid: account("uuid").notNull(),
    blockedUuid: account("blocked_uuid").notNull(),
    /** Who blocks, as they were when they did: the blocked is shown no more. Null where that is not known. */
    avatar: text("avatar"),
    nickname: text("nickname"),
    description: text("description"),
    sex: integer("sex"),
  },
  (t) => [primaryKey({ columns: [t.uuid, t.blockedUuid] }), index("Block_blocked").on(t.blockedUuid)],
);

/** Milliseconds since 1970, as `grown_at` and `moved_at` hold them. */
export const NOW = sql<number>`cast(unixepoch('subsec') * 1000 as integer)`;

/** An open request's status; rows of the original may hold NULL. */
export const OPEN = 0;
export const CONFIRMED = 1;
export const isOpen = sql`coalesce(${friendRequest.status}, 0) = 0`;
