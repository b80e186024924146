/**
 * @module store/mysql/adopt
 * Takes over a database that the original's own statements made: clear-text passwords, `utf8`, accounts without
 * a profile, requests stored several times, friendships with one side only.
 *
 * Every step asks the database what is left to do and does only that, so a run that was cut off is completed by
 * the next one, and a run on an adopted database changes nothing. The migrations come after what they rely on
 * (one row per request), so the plain `migrate` refuses a database that is half way.
 */
import type { Connection, ResultSetHeader, RowDataPacket } from "mysql2/promise";
import { AppError } from "../../domain/error.ts";
import type { Logger } from "../../lib/log.ts";
import { type HashPassword, hashClearPasswords } from "./adopt-passwords.ts";
import { isDuplicateKey } from "./errors.ts";
import { applyPending, baseline, exclusively, hasTable, recordApplied } from "./migrate.ts";
import { COLLATION, type MySqlOptions } from "./options.ts";

/** What a run did; all zero and empty when there was nothing left to do. */
export interface AdoptReport {
  /** Tables converted to utf8mb4. */
  readonly tables: number;
  /** Clear-text passwords hashed. */
  readonly passwords: number;
  /** Profiles added to accounts without one. */
  readonly profiles: number;
  /** Sides added to one-sided friendships (or friendships with oneself removed). */
  readonly friendships: number;
  /** Repeated friend requests removed, and requests between friends closed. */
  readonly requests: number;
  /** Conversations made for existing friends. */
  readonly conversations: number;
  /** Names of the migrations applied. */
  readonly applied: readonly string[];
}

/** The tables of the original that hold text. */
const TABLES = ["Authentication", "UserProfile", "FriendRequest", "AuthFriend"] as const;

/**
 * Adopts the database, or completes what an earlier run began. No server may be using it meanwhile.
 * @param hashPassword makes a PHC string of a clear-text password.
 * @throws AppError UNSUPPORTED when it is none of the original's, or two names in it would become one.
 */
export function adopt(
  options: MySqlOptions,
  hashPassword: HashPassword,
  logger: Logger,
): Promise<AdoptReport> {
  return exclusively(options, async (client) => {
    for (const table of TABLES)
      if (!(await hasTable(client, table)))
        throw new AppError("UNSUPPORTED", {
          detail: `nothing to adopt: the database has no table ${table}; chatsrv migrate fills an empty one`,
        });
    const step = async <T>(name: string, work: () => Promise<T>): Promise<T> => {
      const done = await work();
      logger.log("info", `adopt.${name}`, { done });
      return done;
    };
    return {
      tables: await step("tables", () => convertTables(client)),
      passwords: await step("passwords", () => hashClearPasswords(client, hashPassword, logger)),
      profiles: await step("profiles", () => changed(client, ADD_PROFILES)),
      friendships: await step("friendships", () => changed(client, DROP_SELF_FRIENDS, ADD_FRIEND_SIDES)),
      requests: await step("requests", () =>
        changed(client, DROP_SELF_REQUESTS, DROP_REPEATED_REQUESTS, CLOSE_FRIENDS_REQUESTS),
      ),
      applied: await step("migrations", () => applyMigrations(client)),
      conversations: await step("conversations", async () => {
        const made = await changed(client, ADD_CONVERSATIONS);
        await changed(client, ADD_LO_MEMBERS, ADD_HI_MEMBERS);
        return made;
      }),
    };
  });
}

/** Runs statements. @returns how many rows they changed. */
async function changed(client: Connection, ...statements: readonly string[]): Promise<number> {
  let rows = 0;
  for (const statement of statements)
    rows += (await client.query<ResultSetHeader>(statement))[0].affectedRows;
  return rows;
}

async function applyMigrations(client: Connection): Promise<readonly string[]> {
  await recordApplied(client, baseline);
  return (await applyPending(client)).applied;
}

/** @returns how many tables were not in the collation of ours. */
async function convertTables(client: Connection): Promise<number> {
  const [rows] = await client.query<RowDataPacket[]>(
    `SELECT DISTINCT table_name AS name FROM information_schema.columns
     WHERE table_schema = DATABASE() AND table_name IN (?) AND collation_name <> ?`,
    [TABLES, COLLATION],
  );
  const due = TABLES.filter((table) => rows.some(({ name }) => name === table));
  for (const table of due) {
    try {
      await client.query(`ALTER TABLE ${table} CONVERT TO CHARACTER SET utf8mb4 COLLATE ${COLLATION}`);
    } catch (thrown) {
      if (!isDuplicateKey(thrown)) throw thrown;
      const names = [...(await colliding(client, "username")), ...(await colliding(client, "email"))];
      const detail = `accounts that would be one in ${COLLATION}: ${names.join("; ")}. Rename them and run again`;
      throw new AppError("UNSUPPORTED", { detail, cause: thrown });
    }
  }
  return due.length;
}

/** Groups of values that are the same in the collation of ours, the first few. */
async function colliding(client: Connection, column: "username" | "email"): Promise<string[]> {
  const [rows] = await client.query<RowDataPacket[]>(
    `SELECT GROUP_CONCAT(?? SEPARATOR ', ') AS names FROM Authentication WHERE ?? IS NOT NULL
     GROUP BY CONVERT(?? USING utf8mb4) COLLATE ${COLLATION} HAVING COUNT(*) > 1 LIMIT 10`,
    [column, column, column],
  );
  return rows.map(({ names }) => String(names));
}

const ADD_PROFILES = `
  INSERT INTO UserProfile (uuid, avatar, nickname, description, sex)
  SELECT a.uuid, '', a.username, '', 0 FROM Authentication a
  LEFT JOIN UserProfile p ON p.uuid = a.uuid WHERE p.uuid IS NULL`;

const DROP_SELF_FRIENDS = "DELETE FROM AuthFriend WHERE self_uuid = friend_uuid";
const ADD_FRIEND_SIDES = `
  INSERT INTO AuthFriend (self_uuid, friend_uuid, alternative_name)
  SELECT f.friend_uuid, f.self_uuid, '' FROM AuthFriend f
  LEFT JOIN AuthFriend r ON r.self_uuid = f.friend_uuid AND r.friend_uuid = f.self_uuid WHERE r.id IS NULL`;

const DROP_SELF_REQUESTS = "DELETE FROM FriendRequest WHERE src_uuid = dst_uuid";
/** An open one is kept rather than a confirmed one, the newest of several. */
const DROP_REPEATED_REQUESTS = `
  DELETE r FROM FriendRequest r JOIN FriendRequest k
  ON k.src_uuid = r.src_uuid AND k.dst_uuid = r.dst_uuid AND (
    COALESCE(k.status, 0) < COALESCE(r.status, 0)
    OR COALESCE(k.status, 0) = COALESCE(r.status, 0) AND k.id > r.id)`;
const CLOSE_FRIENDS_REQUESTS = `
  UPDATE FriendRequest r JOIN AuthFriend f ON f.self_uuid = r.src_uuid AND f.friend_uuid = r.dst_uuid
  SET r.status = 1 WHERE COALESCE(r.status, 0) = 0`;

const ADD_CONVERSATIONS = `
  INSERT INTO Conversation (lo, hi) SELECT f.self_uuid, f.friend_uuid FROM AuthFriend f
  LEFT JOIN Conversation c ON c.lo = f.self_uuid AND c.hi = f.friend_uuid
  WHERE f.self_uuid < f.friend_uuid AND c.id IS NULL`;
const ADD_LO_MEMBERS = `
  INSERT INTO ConversationMember (conversation_id, uuid) SELECT c.id, c.lo FROM Conversation c
  LEFT JOIN ConversationMember m ON m.conversation_id = c.id AND m.uuid = c.lo
  WHERE c.lo IS NOT NULL AND m.uuid IS NULL`;
const ADD_HI_MEMBERS = `
  INSERT INTO ConversationMember (conversation_id, uuid) SELECT c.id, c.hi FROM Conversation c
  LEFT JOIN ConversationMember m ON m.conversation_id = c.id AND m.uuid = c.hi
  WHERE c.hi IS NOT NULL AND m.uuid IS NULL`;
