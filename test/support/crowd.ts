/**
 * @module support/crowd
 * An account with thousands of friends, put into the embedded store past the server: made by its own ways, each friendship
 * would be three commits.
 */
import { Database } from "bun:sqlite";
import { join } from "node:path";

export interface Crowd {
  /** The account that gets friends. */
  readonly uuid: string;
  readonly friends: number;
  /** Texts that each of them has written and that nobody has fetched. */
  readonly waiting: number;
}

/** Gives an account friends nobody logs in as. */
export function befriendCrowd(dataDir: string, { uuid, friends, waiting }: Crowd): void {
  const database = new Database(join(dataDir, "chatsrv.db"));
  try {
    database.run("PRAGMA busy_timeout = 5000");
    const parameters = {
      $hub: Number(uuid),
      $friends: friends,
      $waiting: waiting,
      $base: crypto.randomUUID(),
    };
    database.transaction(() => {
      for (const statement of STATEMENTS) database.query(statement).run(parameters);
    })();
  } finally {
    database.close();
  }
}

const MEMBERS = "(SELECT uuid FROM Authentication WHERE username LIKE 'crowd-' || $base || '-%')";
const STATEMENTS = [
  `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < $friends)
   INSERT INTO Authentication (username, password, email)
   SELECT 'crowd-' || $base || '-' || i, 'none', 'crowd-' || $base || i || '@example.org' FROM n`,
  `INSERT INTO UserProfile (uuid, nickname, avatar, description, sex)
   SELECT uuid, 'One of many', '', 'stands in a crowd', 0 FROM ${MEMBERS}`,
  `INSERT INTO AuthFriend (self_uuid, friend_uuid, alternative_name) SELECT $hub, uuid, '' FROM ${MEMBERS}`,
  `INSERT INTO AuthFriend (self_uuid, friend_uuid, alternative_name) SELECT uuid, $hub, '' FROM ${MEMBERS}`,
  `INSERT INTO Conversation (kind, lo, hi, last_seq)
   SELECT 'direct', min(uuid, $hub), max(uuid, $hub), $waiting FROM ${MEMBERS}`,
  `INSERT INTO ConversationMember (conversation_id, uuid)
   SELECT id, lo FROM Conversation WHERE lo = $hub AND hi IN ${MEMBERS} UNION ALL
   SELECT id, hi FROM Conversation WHERE lo = $hub AND hi IN ${MEMBERS}`,
  `WITH RECURSIVE n(i) AS (SELECT 1 WHERE $waiting > 0 UNION ALL SELECT i + 1 FROM n WHERE i < $waiting)
   INSERT INTO Message (conversation_id, seq, sender, client_id, kind, body, at)
   SELECT id, i, hi, '{' || id || '-' || i || '}', 'text', 'text ' || i, 1700000000000 + i
   FROM Conversation, n WHERE lo = $hub AND hi IN ${MEMBERS}`,
];
