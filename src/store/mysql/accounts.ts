/**
 * @module store/mysql/accounts
 * Accounts in MySQL: the tables Authentication, AccountName and AccountState.
 */
import { asc, eq, gt, inArray, sql } from "drizzle-orm";
import type { Account } from "../../domain/entities.ts";
import { AppError } from "../../domain/error.ts";
import { type UserId, userId } from "../../domain/ids.ts";
import { skeletonsOf } from "../../domain/skeleton.ts";
import { pageOf, startOf } from "../paging.ts";
import type { AccountStore } from "../store.ts";
import { violatedUnique } from "./errors.ts";
import { sameName } from "./names.ts";
import type { Pool } from "./pool.ts";
import { accountName, accountState, authentication, userProfile } from "./schema.ts";
import type { Session } from "./session.ts";
import { fillRecentSkeletons } from "./skeletons.ts";

const columns = {
  id: authentication.uuid,
  username: authentication.username,
  email: authentication.email,
  passwordHash: authentication.password,
  version: accountState.version,
};

interface Row extends Omit<Account, "email" | "version"> {
  readonly email: string | null;
  readonly version: number | null;
}

const account = (row: Row): Account => ({ ...row, email: row.email ?? "", version: row.version ?? 0 });

/** In the transaction of the session. @returns the new version */
async function raise({ db }: Session, uuid: UserId): Promise<number> {
  await db
    .insert(accountState)
    .select(
      db
        .select({ uuid: authentication.uuid, version: sql<number>`1`.as("version") })
        .from(authentication)
        .where(eq(authentication.uuid, uuid)),
    )
    .onDuplicateKeyUpdate({ set: { version: sql`${accountState.version} + 1` } });
  const [row] = await db
    .select({ version: accountState.version })
    .from(accountState)
    .where(eq(accountState.uuid, uuid));
  return row?.version ?? 0;
}

export function accountStore({ use, transaction }: Pool): AccountStore {
  return {
    register: async ({ username, email, passwordHash }) => {
      await use(({ client }) => fillRecentSkeletons(client));
      return transaction(async ({ db }) => {
        const [{ insertId }] = await db
          .insert(authentication)
          .values({ username, email, password: passwordHash });
        const uuid = userId(insertId);
        await db
          .insert(userProfile)
          .values({ uuid, nickname: username, avatar: "", description: "", sex: 0 });
        await db.insert(accountName).values(skeletonsOf(username).map((skeleton) => ({ uuid, skeleton })));
        return uuid;
      }).catch((thrown: unknown) => {
        const index = violatedUnique(thrown);
        if (index === undefined) throw thrown;
        const field = /email/i.test(index) ? "email" : "username";
        throw new AppError("NAME_TAKEN", { field, cause: thrown });
      });
    },

    findByUsername: (username) =>
      use(async ({ db }) => {
        const rows = await db
          .select(columns)
          .from(authentication)
          .leftJoin(accountState, eq(accountState.uuid, authentication.uuid))
          .where(eq(authentication.username, username));
        return rows.filter((row) => sameName(row.username, username)).map(account)[0];
      }),

    find: (id) =>
      use(async ({ db }) => {
        const rows = await db
          .select(columns)
          .from(authentication)
          .leftJoin(accountState, eq(accountState.uuid, authentication.uuid))
          .where(eq(authentication.uuid, id));
        return rows.map(account)[0];
      }),

    setPassword: (id, password) =>
      transaction(async (session) => {
        await session.db.update(authentication).set({ password }).where(eq(authentication.uuid, id));
        return raise(session, id);
      }),

    raiseVersion: (id) => transaction((session) => raise(session, id)),

    versions: (ids) =>
      use(async ({ db }) => {
        const found = new Map(ids.map((id) => [id, 0]));
        if (ids.length === 0) return found;
        for (const { uuid, version } of await db
          .select()
          .from(accountState)
          .where(inArray(accountState.uuid, [...ids])))
          found.set(userId(uuid), version);
        return found;
      }),

    list: (request) =>
      use(async ({ db }) => {
        const { after, rows } = startOf(request);
        const found = await db
          .select(columns)
          .from(authentication)
          .leftJoin(accountState, eq(accountState.uuid, authentication.uuid))
          .where(gt(sql<number>`${authentication.uuid}`, after))
          .orderBy(asc(authentication.uuid))
          .limit(rows);
        return pageOf(found, request, ({ id }) => id, account);
      }),
  };
}
