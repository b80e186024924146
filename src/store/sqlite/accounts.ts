/**
 * @module store/sqlite/accounts
 * Accounts in SQLite: the tables Authentication, AccountName and AccountState.
 */
import { asc, eq, gt, inArray, sql } from "drizzle-orm";
import type { Account } from "../../domain/entities.ts";
import { AppError } from "../../domain/error.ts";
import { type UserId, userId } from "../../domain/ids.ts";
import { skeletonsOf } from "../../domain/skeleton.ts";
import { lazy } from "../lazy.ts";
import { pageOf, startOf } from "../paging.ts";
import type { AccountStore } from "../store.ts";
import type { Connection } from "./connection.ts";
import { violatedUnique } from "./errors.ts";
import { accountName, accountState, authentication, userProfile } from "./schema.ts";

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

export function accountStore({ db, read, write }: Connection): AccountStore {
  const byUsername = lazy(() =>
    db
      .select(columns)
      .from(authentication)
      .leftJoin(accountState, eq(accountState.uuid, authentication.uuid))
      .where(eq(authentication.username, sql.placeholder("username")))
      .prepare(),
  );
  const byId = lazy(() =>
    db
      .select(columns)
      .from(authentication)
      .leftJoin(accountState, eq(accountState.uuid, authentication.uuid))
      .where(eq(authentication.uuid, sql.placeholder("id")))
      .prepare(),
  );

  function insert(username: string, email: string, password: string): UserId {
    try {
      const uuid = db
        .insert(authentication)
        .values({ username, email, password })
        .returning({ id: authentication.uuid })
        .get().id;
      db.insert(accountName)
        .values(skeletonsOf(username).map((skeleton) => ({ uuid, skeleton })))
        .run();
      return uuid;
    } catch (thrown) {
      const taken = violatedUnique(thrown);
      if (taken === undefined) throw thrown;
      const field = taken.endsWith(".email") ? "email" : "username";
      throw new AppError("NAME_TAKEN", { field, cause: thrown });
    }
  }

  /** Within a transaction. @returns the new version */
  function raise(uuid: UserId): number {
    const row = db
      .insert(accountState)
      .select(
        db
          .select({ uuid: authentication.uuid, version: sql<number>`1`.as("version") })
          .from(authentication)
          .where(eq(authentication.uuid, uuid)),
      )
      .onConflictDoUpdate({
        target: accountState.uuid,
        set: { version: sql`${accountState.version} + 1` },
      })
      .returning({ version: accountState.version })
      .get();
    return row?.version ?? 0;
  }

  return {
    register: ({ username, email, passwordHash }) =>
      write(() => {
        const uuid = insert(username, email, passwordHash);
        db.insert(userProfile)
          .values({ uuid, nickname: username, avatar: "", description: "", sex: 0 })
          .run();
        return uuid;
      }),

    findByUsername: (username) =>
      read(() => {
        const row = byUsername().get({ username });
        return row && account(row);
      }),

    find: (id) =>
      read(() => {
        const row = byId().get({ id });
        return row && account(row);
      }),

    setPassword: (id, password) =>
      write(() => {
        db.update(authentication).set({ password }).where(eq(authentication.uuid, id)).run();
        return raise(id);
      }),

    raiseVersion: (id) => write(() => raise(id)),

    versions: (ids) =>
      read(() => {
        const rows = db
          .select()
          .from(accountState)
          .where(inArray(accountState.uuid, [...ids]))
          .all();
        const found = new Map(ids.map((id) => [id, 0]));
        for (const { uuid, version } of rows) found.set(userId(uuid), version);
        return found;
      }),

    list: (request) =>
      read(() => {
        const { after, rows } = startOf(request);
        const found = db
          .select(columns)
          .from(authentication)
          .leftJoin(accountState, eq(accountState.uuid, authentication.uuid))
          .where(gt(sql<number>`${authentication.uuid}`, after))
          .orderBy(asc(authentication.uuid))
          .limit(rows)
          .all();
        return pageOf(found, request, ({ id }) => id, account);
      }),
  };
}
