/**
 * @module store/mysql/adopt-passwords
 * The original kept passwords in clear. Each is hashed and stored on its own, so that no work is lost when the
 * run is cut off.
 */
import type { Connection, ResultSetHeader, RowDataPacket } from "mysql2/promise";
import type { Logger } from "../../lib/log.ts";
import { randomSecret } from "../../lib/random.ts";

/** Makes a PHC string of a clear-text password. */
export type HashPassword = (password: string) => Promise<string>;

/** Accounts read at a time; progress is logged as often. */
const BATCH = 500;

const ARGON2 = /^\$argon2(id|i|d)\$v=\d+\$m=\d+,t=\d+,p=\d+\$[A-Za-z0-9+/]+\$[A-Za-z0-9+/]+$/;
const BCRYPT = /^\$2[abxy]?\$\d\d\$[./A-Za-z0-9]{53}$/;

/** Whether `Bun.password` can verify against it; anything else is somebody's password as they typed it. */
export function isHash(password: string): boolean {
  return ARGON2.test(password) || BCRYPT.test(password);
}

interface Row {
  readonly uuid: number;
  readonly password: string;
}

/** Hashes every password that is in clear, as many at once as there are processors. @returns how many. */
export async function hashClearPasswords(
  client: Connection,
  hashPassword: HashPassword,
  logger: Logger,
): Promise<number> {
  let hashed = 0;
  let after = 0;
  for (;;) {
    const [rows] = await client.query<(RowDataPacket & Row)[]>(
      "SELECT uuid, password FROM Authentication WHERE uuid > ? ORDER BY uuid LIMIT ?",
      [after, BATCH],
    );
    const last = rows.at(-1);
    if (last === undefined) return hashed;
    after = last.uuid;
    const clear = rows.filter(({ password }) => !isHash(password)).values();
    const worker = async () => {
      for (const row of clear) if (await replace(client, row, hashPassword)) hashed += 1;
    };
    await Promise.all(Array.from({ length: navigator.hardwareConcurrency }, worker));
    logger.log("debug", "adopt.passwords.progress", { upTo: after, hashed });
  }
}

/** @returns false when the password changed since it was read; the next run looks again. */
async function replace(client: Connection, { uuid, password }: Row, hashPassword: HashPassword) {
  // Nobody can log in with an empty password; nobody shall with a known hash.
  const hash = await hashPassword(password === "" ? randomSecret() : password);
  const [{ affectedRows }] = await client.query<ResultSetHeader>(
    "UPDATE Authentication SET password = ? WHERE uuid = ? AND password = ?",
    [hash, uuid, password],
  );
  return affectedRows === 1;
}
