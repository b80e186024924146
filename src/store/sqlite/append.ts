/**
 * @module store/sqlite/append
 * Storing messages in SQLite. The write lock makes appends serial, so the next seq is simply the last one's
 * successor; the unique index over the client id tells repeats.
 */
import { and, eq, isNotNull, type SQL, sql } from "drizzle-orm";
import type { SQLiteTable } from "drizzle-orm/sqlite-core";
import type { ConversationId, UserId } from "../../domain/ids.ts";
import { MEMBERS_KIND } from "../../domain/kinds.ts";
import { type Author, ChangeBook, concernsOthers, ONE_OF_TWO } from "../changes.ts";
import { lazy } from "../lazy.ts";
import { DEFAULT_RULES, repeatOutcome, storable } from "../repeats.ts";
import { dataText, messageColumns } from "../rows.ts";
import type { AppendEntry, AppendOutcome, MessageStore } from "../store.ts";
import { findReaction, findTarget, storeChanges } from "./changes.ts";
import type { Connection } from "./connection.ts";
import { violatedUnique } from "./errors.ts";
import { findRefusal, refusedLately, rememberRefusals } from "./refusals.ts";
import {
  authFriend,
  block,
  conversationMember,
  conversationTable,
  message,
  messageState,
  NOW,
} from "./schema.ts";

/** A conversation while a batch is being stored. */
interface Open {
  readonly id: ConversationId;
  readonly isGroup: boolean;
  /** The two of a direct conversation. */
  readonly members: readonly (UserId | null)[];
  /** Why nothing new may be stored in a direct one. */
  readonly refusal: AppendOutcome | undefined;
  /** Whether a text was refused in it lately. */
  readonly refusedLately: boolean;
  lastSeq: number;
  /** The time of its last message, milliseconds since 1970; 0 when it has none. */
  readonly lastAt: number;
  grown: boolean;
}

export function appender({ db, write }: Connection): MessageStore["append"] {
  const statements = lazy(() => prepare(db));

  /** The conversation as it stands; undefined when there is none. */
  function open(id: ConversationId): Open | undefined {
    const row = statements().open.get({ id });
    if (row === undefined) return undefined;
    const isGroup = row.lo === null;
    const refusal =
      isGroup || row.friends ? (row.blockedByLo || row.blockedByHi ? "blocked" : undefined) : "not_friends";
    const { lo, hi, lastSeq, lastAt } = row;
    return {
      ...{ id, isGroup, members: [lo, hi], lastSeq, lastAt: lastAt ?? 0, grown: false },
      refusal: refusal && { status: refusal },
      refusedLately: row.lately === 1,
    };
  }

  /**
   * @returns false when the client id is stored already. Repeats are rare: asking for them by an error costs
   * the others nothing, ON CONFLICT with RETURNING costs every row a third more.
   */
  function insert(row: Record<string, unknown>): boolean {
    try {
      statements().insert.run(row);
      return true;
    } catch (thrown) {
      if (violatedUnique(thrown) === "Message.client_id") return false;
      throw thrown;
    }
  }

  /** Why an entry may not be stored. */
  function refusalOf(
    { id, isGroup, refusal, refusedLately }: Open,
    entry: AppendEntry,
  ): AppendOutcome | undefined {
    if (entry.kind === MEMBERS_KIND) return { status: "forbidden" };
    if (isGroup && author(id, entry.sender) === undefined) return { status: "not_a_member" };
    if (refusal !== undefined) return refusal;
    const before = refusedLately ? findRefusal(db, entry) : undefined;
    return before && { status: before };
  }

  /** Why an entry may not be stored, by what it changes or answers. */
  function objection({ id, isGroup }: Open, entry: AppendEntry, at: number, book: ChangeBook) {
    if (!concernsOthers(entry)) return undefined;
    return book.refusalOf(entry, at, (isGroup && author(id, entry.sender)) || ONE_OF_TWO);
  }

  /** What a member of a group is there. */
  function author(id: ConversationId, sender: UserId): Author | undefined {
    const row = statements().writer.get({ id, sender });
    return row && { role: row.role ?? undefined, visibleFrom: row.visibleFrom };
  }

  function store(
    conversation: Open | undefined,
    entry: AppendEntry,
    now: number,
    book: ChangeBook,
  ): AppendOutcome {
    const { sender, clientId, kind, body, replyTo = null } = entry;
    if (conversation === undefined || !(conversation.isGroup || conversation.members.includes(sender)))
      return { status: "not_friends" };
    const { id } = conversation;
    const at = Math.max(now, conversation.lastAt);
    const refusal = refusalOf(conversation, entry) ?? objection(conversation, entry, at, book);
    if (refusal === undefined) {
      const seq = conversation.lastSeq + 1;
      if (insert({ id, seq, sender, clientId, kind, body, at, data: dataText(entry.data), replyTo })) {
        conversation.lastSeq = seq;
        conversation.grown = true;
        book.stored(entry, seq, at);
        return { status: "stored", conversation: id, seq, at };
      }
    }
    // Asked of a refused one too: what was stored while they were friends is answered as such for ever.
    const stored = statements().repeated.get({ id, sender, clientId });
    return stored ? repeatOutcome(stored, entry) : (refusal ?? { status: "conflict" });
  }

  return (batch, at, rules = DEFAULT_RULES) =>
    write(() => {
      const entries = batch.map(storable);
      const book = new ChangeBook(
        { message: (id, seq) => findTarget(db, id, seq), reaction: (one) => findReaction(db, one) },
        rules.editWindowMs,
      );
      const conversations = new Map<ConversationId, Open | undefined>();
      const outcomes = entries.map((entry) => {
        const { conversation } = entry;
        if (!conversations.has(conversation)) conversations.set(conversation, open(conversation));
        return store(conversations.get(conversation), entry, at, book);
      });
      for (const conversation of conversations.values())
        if (conversation?.grown) statements().grow.run({ ...conversation });
      if (!book.isEmpty) storeChanges(db, book);
      rememberRefusals(db, entries, outcomes, (id) => conversations.get(id) !== undefined);
      return outcomes;
    });
}

function prepare(db: Connection["db"]) {
  const value = sql.placeholder;
  const { lo, hi, id, lastSeq } = conversationTable;
  // Lookups of one row each; as joins, or with OR, SQLite takes five times as long.
  const there = (table: SQLiteTable, row: SQL | undefined) =>
    sql<number>`exists (select 1 from ${table} where ${row})`;
  const last = and(eq(message.conversationId, id), eq(message.seq, lastSeq));
  return {
    open: db
      .select({
        ...{ lo, hi, lastSeq },
        lately: refusedLately,
        lastAt: sql<number | null>`(select ${message.at} from ${message} where ${last})`,
        friends: there(authFriend, and(eq(authFriend.selfUuid, lo), eq(authFriend.friendUuid, hi))),
        blockedByLo: there(block, and(eq(block.uuid, lo), eq(block.blockedUuid, hi))),
        blockedByHi: there(block, and(eq(block.uuid, hi), eq(block.blockedUuid, lo))),
      })
      .from(conversationTable)
      .where(eq(id, value("id")))
      .prepare(),
    insert: db
      .insert(message)
      .values({
        conversationId: value("id"),
        seq: value("seq"),
        sender: value("sender"),
        clientId: value("clientId"),
        kind: value("kind"),
        body: value("body"),
        at: value("at"),
        data: value("data"),
        replyTo: value("replyTo"),
      })
      .prepare(),
    repeated: db
      .select({ ...messageColumns(message), recalledSeq: messageState.recalledSeq })
      .from(message)
      .leftJoin(
        messageState,
        and(eq(messageState.conversationId, message.conversationId), eq(messageState.seq, message.seq)),
      )
      .where(
        and(
          eq(message.clientId, value("clientId")),
          eq(message.conversationId, value("id")),
          eq(message.sender, value("sender")),
        ),
      )
      .prepare(),
    writer: db
      .select({ role: conversationMember.role, visibleFrom: conversationMember.visibleFrom })
      .from(conversationMember)
      .where(
        and(
          eq(conversationMember.conversationId, value("id")),
          eq(conversationMember.uuid, value("sender")),
          isNotNull(conversationMember.role),
        ),
      )
      .prepare(),
    grow: db
      .update(conversationTable)
      .set({ lastSeq: sql`${value("lastSeq")}`, grownAt: NOW })
      .where(eq(id, value("id")))
      .prepare(),
  };
}
