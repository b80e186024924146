/**
 * @module store/sqlite/append
 * Storing messages in SQLite. The write lock makes appends serial, so the next seq is simply the last one's
 * successor; the unique index over the client id tells repeats.
 */
import { and, eq, type SQL, sql } from "drizzle-orm";
import type { SQLiteTable } from "drizzle-orm/sqlite-core";
import type { ConversationId, UserId } from "../../domain/ids.ts";
import { lazy } from "../lazy.ts";
import { repeatOutcome, storable } from "../repeats.ts";
import type { AppendEntry, AppendOutcome, MessageStore } from "../store.ts";
import type { Connection } from "./connection.ts";
import { violatedUnique } from "./errors.ts";
import { authFriend, block, conversationTable, message, NOW } from "./schema.ts";

/** A conversation while a batch is being stored. */
interface Open {
  readonly id: ConversationId;
  readonly members: readonly (UserId | null)[];
  /** Why nothing new may be stored in it. */
  readonly refusal: AppendOutcome | undefined;
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
    const refusal = row.friends
      ? row.blockedByLo || row.blockedByHi
        ? "blocked"
        : undefined
      : "not_friends";
    const { lo, hi, lastSeq, lastAt } = row;
    return {
      ...{ id, members: [lo, hi], lastSeq, lastAt: lastAt ?? 0, grown: false },
      refusal: refusal && { status: refusal },
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

  function store(conversation: Open | undefined, entry: AppendEntry, now: number): AppendOutcome {
    const { sender, clientId, kind, body } = entry;
    if (conversation === undefined || !conversation.members.includes(sender))
      return { status: "not_friends" };
    const { id, refusal } = conversation;
    if (refusal === undefined) {
      const seq = conversation.lastSeq + 1;
      const at = Math.max(now, conversation.lastAt);
      if (insert({ id, seq, sender, clientId, kind, body, at })) {
        conversation.lastSeq = seq;
        conversation.grown = true;
        return { status: "stored", conversation: id, seq, at };
      }
    }
    // Asked of a refused one too: what was stored while they were friends is answered as such for ever.
    const stored = statements().repeated.get({ id, sender, clientId });
    return stored ? repeatOutcome(stored, entry) : (refusal ?? { status: "conflict" });
  }

  return (entries, at) =>
    write(() => {
      const conversations = new Map<ConversationId, Open | undefined>();
      const outcomes = entries.map(storable).map((entry) => {
        const { conversation } = entry;
        if (!conversations.has(conversation)) conversations.set(conversation, open(conversation));
        return store(conversations.get(conversation), entry, at);
      });
      for (const conversation of conversations.values())
        if (conversation?.grown) statements().grow.run({ ...conversation });
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
      })
      .prepare(),
    repeated: db
      .select({
        conversation: message.conversationId,
        seq: message.seq,
        kind: message.kind,
        body: message.body,
        at: message.at,
      })
      .from(message)
      .where(
        and(
          eq(message.clientId, value("clientId")),
          eq(message.conversationId, value("id")),
          eq(message.sender, value("sender")),
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
