/**
 * @module bench/rows
 * Limit (b): the rows that a relay stores, bulk-inserted with no server: conversation seq and messages in one
 * transaction, batches of 250, two connections.
 */
import { Database } from "bun:sqlite";
import { createPool, type RowDataPacket } from "mysql2/promise";
import type { DatabaseAddress } from "../support/servers.ts";

const BATCH = 250;

/** @returns rows per second. */
export async function mysqlRows(
  address: DatabaseAddress,
  seconds: number,
  textBytes: number,
): Promise<number> {
  const pool = createPool({
    host: address.host,
    port: address.port,
    user: address.username,
    password: address.password,
    database: address.database,
    connectionLimit: 2,
  });
  const [conversations] = await pool.query<(RowDataPacket & { id: number; lo: number; last_seq: number })[]>(
    "SELECT id, lo, last_seq FROM Conversation ORDER BY id",
  );
  const text = "x".repeat(textBytes);
  const until = performance.now() + seconds * 1_000;
  let rows = 0;
  const lane = async (own: typeof conversations) => {
    const ids = own.map((conversation) => conversation.id);
    const connection = await pool.getConnection();
    while (performance.now() < until) {
      await connection.beginTransaction();
      const [locked] = await connection.query<typeof conversations>(
        "SELECT id, lo, last_seq FROM Conversation WHERE id IN (?) ORDER BY id FOR UPDATE",
        [ids],
      );
      const batch = Array.from({ length: BATCH }, (_, i) => {
        const row = locked[i % locked.length] as (typeof locked)[number];
        row.last_seq++;
        return [row.id, row.last_seq, row.lo, `{${crypto.randomUUID()}}`, "text", text, Date.now()];
      });
      await connection.query(
        "INSERT INTO Message (conversation_id, seq, sender, client_id, kind, body, at) VALUES ?",
        [batch],
      );
      await connection.query(
        "INSERT INTO Conversation (id, last_seq) VALUES ? ON DUPLICATE KEY UPDATE last_seq = VALUES(last_seq)",
        [locked.map(({ id, last_seq }) => [id, last_seq])],
      );
      await connection.commit();
      rows += BATCH;
    }
    connection.release();
  };
  const half = Math.ceil(conversations.length / 2);
  await Promise.all([lane(conversations.slice(0, half)), lane(conversations.slice(half))]);
  await pool.end();
  return rows / seconds;
}

/** The same into a SQLite file, one connection, synchronous=FULL. @returns rows per second. */
export function sqliteRows(file: string, seconds: number, textBytes: number): number {
  const db = new Database(file);
  db.run("PRAGMA journal_mode=WAL");
  db.run("PRAGMA synchronous=FULL");
  const conversations = db.query("SELECT id, lo, last_seq FROM Conversation").all() as {
    id: number;
    lo: number;
    last_seq: number;
  }[];
  const insert = db.query(
    "INSERT INTO Message (conversation_id, seq, sender, client_id, kind, body, at) VALUES (?, ?, ?, ?, ?, ?, ?)",
  );
  const raise = db.query("UPDATE Conversation SET last_seq = ? WHERE id = ?");
  const text = "x".repeat(textBytes);
  const store = db.transaction(() => {
    for (let i = 0; i < BATCH; i++) {
      const own = conversations[i % conversations.length] as (typeof conversations)[number];
      own.last_seq++;
      insert.run(own.id, own.last_seq, own.lo, `{${crypto.randomUUID()}}`, "text", text, Date.now());
    }
    for (const own of conversations) raise.run(own.last_seq, own.id);
  });
  const until = performance.now() + seconds * 1_000;
  let rows = 0;
  while (performance.now() < until) {
    store();
    rows += BATCH;
  }
  db.close();
  return rows / seconds;
}
