/**
 * @module store/mysql/append
 * Storing messages in MySQL, the hot path: one transaction of three statements for a whole batch (more where the
 * texts do not fit one).
 *
 * 1. Lock the conversations in the order of their ids, and read in the same statement whether their members are
 *    friends and unblocked (changes to that take the same lock, see relations.ts), and the last message's time.
 * 2. Insert all messages. 3. Raise `last_seq`.
 *
 * Only a batch that holds groups has one statement more, after the lock: who of the senders are members.
 *
 * Repeats are rare, so the first try looks for none: the unique index refuses the batch if there is one, and a
 * second try asks first. Under the conversation's lock nobody else can store in it, so that one cannot fail so.
 * A long batch whose connection broke under way is tried once more in short statements: something in between may
 * take less than the server says.
 */
import type { ConversationId } from "../../domain/ids.ts";
import { MEMBERS_KIND } from "../../domain/kinds.ts";
import { storable } from "../repeats.ts";
import { dataText } from "../rows.ts";
import type { AppendEntry, AppendOutcome, MessageStore } from "../store.ts";
import { chunks, statementBytes } from "./chunks.ts";
import { isDuplicateKey, mayBeTooLong } from "./errors.ts";
import { findStored, type Known, rememberStored, repeatOf } from "./known.ts";
import { lockConversations, type Standing, writerKey, writersOf } from "./locked.ts";
import type { Pool } from "./pool.ts";
import type { Session } from "./session.ts";

/** A row of Message in the order of `INSERT_MESSAGES`. */
type Row = [ConversationId, number, number, string, string, string, number, string | null, number | null];

const INSERT_MESSAGES =
  "INSERT INTO Message (conversation_id, seq, sender, client_id, kind, body, at, data, reply_to) VALUES ?";
/** Bytes of a statement that passes everything between here and a server; one text fits it. */
const SURE_BYTES = 64 * 1024;
const RAISE_LAST_SEQ =
  "INSERT INTO Conversation (id, last_seq) VALUES ? ON DUPLICATE KEY UPDATE last_seq = VALUES(last_seq)";

export function appender(pool: Pool): MessageStore["append"] {
  return async (batch, at) => {
    if (batch.length === 0) return [];
    const entries = batch.map(storable);
    const ids = [...new Set(entries.map(({ conversation }) => conversation))].sort((a, b) => a - b);

    const store = ({ lookFirst = false, shorter = false } = {}) =>
      pool.transaction(async (session) => {
        const standings = await lockConversations(session, ids);
        const inGroups = entries.filter(({ conversation }) => standings.get(conversation)?.isGroup);
        const writers = await writersOf(session, inGroups);
        const refusals = entries.map((entry) => refusalOf(entry, standings.get(entry.conversation), writers));
        const refused = refusals.some((refusal) => refusal !== undefined);
        const known = lookFirst || refused ? await findStored(session, ids, entries) : undefined;
        const limit = shorter ? SURE_BYTES : session.statementBytes;
        const planned = plan(entries, standings, refusals, known, at);
        await insert(session, planned, limit);
        return planned.outcomes;
      });
    try {
      return await store();
    } catch (thrown) {
      if (isDuplicateKey(thrown)) return store({ lookFirst: true });
      const isLong =
        statementBytes(entries.flatMap(({ clientId, body, data }) => [clientId, body, dataText(data)])) >
        SURE_BYTES;
      if (isLong && mayBeTooLong(thrown)) return store({ lookFirst: true, shorter: true });
      throw thrown;
    }
  };
}

/** What becomes of a batch: an outcome per entry, the rows to insert, the last seq of each conversation that grew. */
interface Plan {
  readonly outcomes: AppendOutcome[];
  readonly rows: Row[];
  readonly grown: ReadonlyMap<ConversationId, number>;
}

/** Why an entry may not be stored. */
function refusalOf(
  { conversation, sender, kind }: AppendEntry,
  standing: Standing | undefined,
  writers: ReadonlySet<string>,
): AppendOutcome | undefined {
  if (kind === MEMBERS_KIND) return { status: "forbidden" };
  if (standing?.isGroup) return writers.has(writerKey({ conversation, sender })) ? undefined : NOT_A_MEMBER;
  return standing?.refusal;
}

const NOT_A_MEMBER: AppendOutcome = { status: "not_a_member" };

function plan(
  entries: readonly AppendEntry[],
  standings: ReadonlyMap<ConversationId, Standing>,
  refusals: readonly (AppendOutcome | undefined)[],
  known: Known | undefined,
  now: number,
): Plan {
  const rows: Row[] = [];
  const grown = new Map<ConversationId, number>();
  const outcomes = entries.map((entry, index): AppendOutcome => {
    const { conversation, sender, clientId, kind, body, data, replyTo = null } = entry;
    const standing = standings.get(conversation);
    if (standing === undefined || !(standing.isGroup || standing.members.includes(sender)))
      return { status: "not_friends" };
    // Asked of a refused one too: what was stored while they were friends is answered as such for ever.
    const repeat = known && repeatOf(known, entry);
    if (repeat !== undefined) return repeat;
    const refusal = refusals[index];
    if (refusal !== undefined) return refusal;

    const seq = (grown.get(conversation) ?? standing.lastSeq) + 1;
    grown.set(conversation, seq);
    const at = Math.max(now, standing.lastAt);
    rows.push([conversation, seq, sender, clientId, kind, body, at, dataText(data), replyTo]);
    if (known) rememberStored(known, entry, seq, at);
    return { status: "stored", conversation, seq, at };
  });
  return { outcomes, rows, grown };
}

/** @param limit bytes of one statement. */
async function insert({ client }: Session, { rows, grown }: Plan, limit: number): Promise<void> {
  for (const some of chunks(rows, (row) => row, limit)) await client.query(INSERT_MESSAGES, [some]);
  for (const some of chunks([...grown], (row) => row, limit)) await client.query(RAISE_LAST_SEQ, [some]);
}
