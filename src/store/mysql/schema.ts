/**
 * @module store/mysql/schema
 * The tables in MySQL and MariaDB: the original's four as they were, and ours beside them.
 * `drizzle-kit generate` makes the migrations in drizzle/mysql from this file; what drizzle cannot say is added
 * there by hand: every table is InnoDB with dynamic rows, utf8mb4, with the collation utf8mb4_unicode_520_ci, the one that both
 * servers have and that tells one emoji from another.
 */
import { sql } from "drizzle-orm";
import {
  bigint,
  customType,
  index,
  int,
  mediumtext,
  mysqlTable,
  primaryKey,
  text,
  uniqueIndex,
  varchar,
} from "drizzle-orm/mysql-core";
import type { ConversationKind, MessageKind, Role } from "../../domain/entities.ts";
import type { ConversationId, UserId } from "../../domain/ids.ts";
import type { FinalRefusal } from "../refusals.ts";

/** BOOL, read as the number it is. */
const bool = customType<{ data: number }>({ dataType: () => "bool" });
/** A client's own id: compared by its bytes, but for spaces at the end. */
const clientIdText = customType<{ data: string }>({ dataType: () => "varchar(64) COLLATE utf8mb4_bin" });
/** A device's id, which its client made: compared by its bytes. */
const deviceText = customType<{ data: string }>({ dataType: () => "varchar(64) COLLATE utf8mb4_bin" });
/** An emoji, of which those that sort alike are not the same. */
const emojiText = customType<{ data: string }>({ dataType: () => "varchar(64) COLLATE utf8mb4_bin" });
/** A term of a search: compared by its bytes, for what is alike was made equal before. */
const termText = customType<{ data: string }>({ dataType: () => "varchar(64) COLLATE utf8mb4_bin" });
/** Compared by its bytes: what is alike was made equal before. A skeleton may be longer than its name. */
const skeletonText = customType<{ data: string }>({ dataType: () => "varchar(255) COLLATE utf8mb4_bin" });
/**
 * When the row was last changed, by the database's own clock, which is the same for all nodes. The database keeps
 * it by itself, also for processes that do not know of the column. 2000 stands for never.
 */
const lastChange = customType<{ data: string }>({
  dataType: () => "timestamp(3) NOT NULL DEFAULT '2000-01-01 00:00:00.000' ON UPDATE CURRENT_TIMESTAMP(3)",
});
/** A time by the database's own clock, said in full: what TIMESTAMP alone means hangs on the server's settings. */
const moment = customType<{ data: string }>({
  dataType: () => "timestamp(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3)",
});
const momentOrNever = customType<{ data: string }>({ dataType: () => "timestamp(3) NULL DEFAULT NULL" });

const uuid = (name = "uuid") => int(name).$type<UserId>();
const account = (name: string) => uuid(name).references(() => authentication.uuid, { onDelete: "cascade" });
const conversation = (name: string) => bigint(name, { mode: "number" }).$type<ConversationId>();
const seq = (name: string) => int(name, { unsigned: true });
const milliseconds = (name: string) => bigint(name, { mode: "number" });

export const authentication = mysqlTable(
  "Authentication",
  {
    uuid: uuid().autoincrement().primaryKey(),
    username: varchar("username", { length: 50 }).notNull(),
    /** A PHC string. */
    password: varchar("password", { length: 255 }).notNull(),
    email: varchar("email", { length: 100 }),
  },
  (t) => [uniqueIndex("username").on(t.username), uniqueIndex("email").on(t.email)],
);

export const userProfile = mysqlTable("UserProfile", {
  uuid: account("uuid").primaryKey(),
  avatar: varchar("avatar", { length: 255 }),
  nickname: varchar("nickname", { length: 50 }),
  description: text("description"),
  /** 0 male, 1 female. */
  sex: bool("sex"),
});

export const friendRequest = mysqlTable(
  "FriendRequest",
  {
    id: int("id").autoincrement().primaryKey(),
    srcUuid: account("src_uuid").notNull(),
    dstUuid: account("dst_uuid").notNull(),
    nickname: varchar("nickname", { length: 255 }),
    message: varchar("message", { length: 255 }),
    /** 0 open, 1 confirmed. */
    status: bool("status"),
  },
  (t) => [uniqueIndex("FriendRequest_src_dst").on(t.srcUuid, t.dstUuid)],
);

/** A friendship is two rows, one for each side. */
export const authFriend = mysqlTable(
  "AuthFriend",
  {
    id: int("id").autoincrement().primaryKey(),
    selfUuid: account("self_uuid").notNull(),
    friendUuid: account("friend_uuid").notNull(),
    alternativeName: varchar("alternative_name", { length: 255 }),
  },
  (t) => [uniqueIndex("self_uuid").on(t.selfUuid, t.friendUuid)],
);

export const conversationTable = mysqlTable(
  "Conversation",
  {
    id: conversation("id").autoincrement().primaryKey(),
    /** `direct`: two members, `lo` < `hi`. `group`: any number, and neither `lo` nor `hi`. */
    kind: varchar("kind", { length: 16 }).$type<ConversationKind>().notNull().default("direct"),
    lo: uuid("lo"),
    hi: uuid("hi"),
    lastSeq: seq("last_seq").notNull().default(0),
    /** When `last_seq` last rose. */
    grownAt: lastChange("grown_at"),
    /** When a text was last refused here (Refusal), by the database's own clock. */
    refusedAt: momentOrNever("refused_at"),
    /** Of groups, as the four after it; null in direct ones. */
    name: varchar("name", { length: 100 }),
    avatar: varchar("avatar", { length: 255 }),
    description: text("description"),
    creator: uuid("creator"),
    /** Milliseconds since 1970. */
    createdAt: milliseconds("created_at"),
    /** How many are members now; 0 for direct ones. */
    members: seq("members").notNull().default(0),
    /** Raised by each change of members, roles or what the group is called. */
    version: seq("version").notNull().default(0),
  },
  (t) => [
    uniqueIndex("Conversation_lo_hi").on(t.lo, t.hi),
    index("Conversation_grown_at").on(t.grownAt),
    index("Conversation_creator").on(t.creator, t.createdAt),
  ],
);

/** Rows lie in the order of the primary key: a page of history is one short range, wherever it lies. */
export const message = mysqlTable(
  "Message",
  {
    conversationId: conversation("conversation_id").notNull(),
    seq: seq("seq").notNull(),
    sender: uuid("sender").notNull(),
    clientId: clientIdText("client_id").notNull(),
    kind: varchar("kind", { length: 16 }).$type<MessageKind>().notNull(),
    body: mediumtext("body").notNull(),
    /** Milliseconds since 1970. */
    at: milliseconds("at").notNull(),
    /** JSON, as its kind has it. */
    data: mediumtext("data"),
    /** The seq it answers. */
    replyTo: seq("reply_to"),
  },
  (t) => [
    primaryKey({ columns: [t.conversationId, t.seq] }),
    // One index for "stored once per conversation, sender and client id" and for `trace`, hence this order.
    uniqueIndex("Message_client").on(t.clientId, t.conversationId, t.sender),
  ],
);

/** What later messages made of one; only of those that were changed. */
export const messageState = mysqlTable(
  "MessageState",
  {
    conversationId: conversation("conversation_id").notNull(),
    seq: seq("seq").notNull(),
    /** The edit that counts: the last one. */
    editedSeq: seq("edited_seq"),
    /** The recall; of an edit, that of what it edits. */
    recalledSeq: seq("recalled_seq"),
    /** Whether anybody's reaction is on it. */
    reacted: bool("reacted").notNull().default(0),
  },
  (t) => [primaryKey({ columns: [t.conversationId, t.seq] })],
);

/** Which messages are edits of which. */
export const messageEdit = mysqlTable(
  "MessageEdit",
  {
    conversationId: conversation("conversation_id").notNull(),
    ofSeq: seq("of_seq").notNull(),
    seq: seq("seq").notNull(),
  },
  (t) => [primaryKey({ columns: [t.conversationId, t.ofSeq, t.seq] })],
);

/** Whose reactions are on which messages. */
export const messageReaction = mysqlTable(
  "MessageReaction",
  {
    conversationId: conversation("conversation_id").notNull(),
    ofSeq: seq("of_seq").notNull(),
    emoji: emojiText("emoji").notNull(),
    uuid: uuid().notNull(),
    /** The message that put it there. */
    seq: seq("seq").notNull(),
  },
  (t) => [primaryKey({ columns: [t.conversationId, t.ofSeq, t.emoji, t.uuid] })],
);

export const conversationMember = mysqlTable(
  "ConversationMember",
  {
    conversationId: conversation("conversation_id").notNull(),
    uuid: uuid().notNull(),
    deliveredSeq: seq("delivered_seq").notNull().default(0),
    readSeq: seq("read_seq").notNull().default(0),
    /** Milliseconds since 1970, null until it first moved; `read_at` likewise. */
    deliveredAt: milliseconds("delivered_at"),
    readAt: milliseconds("read_at"),
    /** While one of the two blocks the other: what the other is shown of the marks. Null otherwise. */
    shownDeliveredSeq: seq("shown_delivered_seq"),
    shownReadSeq: seq("shown_read_seq"),
    /** When either cursor last moved. */
    movedAt: lastChange("moved_at"),
    /** Of who is a member of a group now; null for who left it, and in direct conversations. */
    role: varchar("role", { length: 16 }).$type<Role>(),
    /** Seq of the message that made them a member, the last time; 0 in direct conversations. */
    joinedSeq: seq("joined_seq").notNull().default(0),
    /** The first seq that they may see. */
    visibleFrom: seq("visible_from").notNull().default(0),
    /** Seq of the message by which they left, the last that they may see; null while they are members. */
    leftSeq: seq("left_seq"),
    /** When that was, in milliseconds since 1970, and what the group was called: they are told of no later name. */
    leftAt: milliseconds("left_at"),
    leftName: varchar("left_name", { length: 100 }),
    leftAvatar: varchar("left_avatar", { length: 255 }),
    /** Milliseconds since 1970; null for not at all. */
    mutedUntil: milliseconds("muted_until"),
    pinned: bool("pinned").notNull().default(0),
    archived: bool("archived").notNull().default(0),
  },
  (t) => [
    primaryKey({ columns: [t.conversationId, t.uuid] }),
    index("ConversationMember_uuid").on(t.uuid, t.conversationId),
    index("ConversationMember_moved_at").on(t.movedAt),
    index("ConversationMember_role").on(t.conversationId, t.role, t.joinedSeq),
  ],
);

/** Texts that were refused lately, and why: see store/refusals. */
export const refusal = mysqlTable(
  "Refusal",
  {
    conversationId: conversation("conversation_id").notNull(),
    sender: uuid("sender").notNull(),
    clientId: clientIdText("client_id").notNull(),
    reason: varchar("reason", { length: 16 }).$type<FinalRefusal>().notNull(),
    /** By the database's own clock. */
    at: moment("at"),
  },
  (t) => [primaryKey({ columns: [t.conversationId, t.sender, t.clientId] })],
);

/** The terms of messages (domain/search), each once: by them those are found that may have what is looked for. */
export const searchTerm = mysqlTable(
  "SearchTerm",
  {
    conversationId: conversation("conversation_id").notNull(),
    term: termText("term").notNull(),
    seq: seq("seq").notNull(),
    /** The message's time. */
    at: milliseconds("at").notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.conversationId, t.term, t.seq] }),
    index("SearchTerm_message").on(t.conversationId, t.seq),
  ],
);

/** How far each conversation's log is indexed. */
export const searchPosition = mysqlTable("SearchPosition", {
  conversationId: conversation("conversation_id").primaryKey(),
  indexedSeq: seq("indexed_seq").notNull().default(0),
});

/** One row, of id 1: all that grew before is indexed; milliseconds since 1970. Who indexes holds its lock. */
export const searchState = mysqlTable("SearchState", {
  id: int("id").primaryKey(),
  grownAt: milliseconds("grown_at").notNull(),
});

/** How far a device that keeps nothing itself was shown each conversation: the original's clients. */
export const deviceCursor = mysqlTable(
  "DeviceCursor",
  {
    uuid: account("uuid").notNull(),
    device: deviceText("device").notNull(),
    conversationId: conversation("conversation_id").notNull(),
    deliveredSeq: seq("delivered_seq").notNull().default(0),
  },
  (t) => [primaryKey({ columns: [t.uuid, t.device, t.conversationId] })],
);

/** What an account has beside the original's columns; no row reads as version 0. */
export const accountState = mysqlTable("AccountState", {
  uuid: account("uuid").primaryKey(),
  /** Raised by whatever voids rights that were granted before: a reset, a suspension. */
  version: int("version", { unsigned: true }).notNull().default(0),
});

/** What usernames look like (domain/skeleton): no two accounts share a row's look. Accounts of old may have none. */
export const accountName = mysqlTable(
  "AccountName",
  { uuid: account("uuid").notNull(), skeleton: skeletonText("skeleton").notNull() },
  (t) => [primaryKey({ columns: [t.uuid, t.skeleton] }), uniqueIndex("AccountName_skeleton").on(t.skeleton)],
);

export const block = mysqlTable(
  "Block",
  {
    uuid: account("uuid").notNull(),
    blockedUuid: account("blocked_uuid").notNull(),
    /** Who blocks, as they were when they did: the blocked is shown no more. Null where that is not known. */
    nickname: varchar("nickname", { length: 50 }),
    avatar: varchar("avatar", { length: 255 }),
    description: text("description"),
    sex: bool("sex"),
  },
  (t) => [primaryKey({ columns: [t.uuid, t.blockedUuid] })],
);

/** An open request's status; rows of the original may hold NULL. */
export const OPEN = 0;
export const CONFIRMED = 1;
export const isOpen = sql`coalesce(${friendRequest.status}, 0) = 0`;
