/**
 * @module store/sqlite/accounts
 * Accounts in SQLite: the tables Authentication and AccountName.
 */
import { asc, eq, gt, sql } from "drizzle-orm";
import type { Account } from "../../domain/entities.ts";
import { AppError } from "../../domain/error.ts";
import type { UserId } from "../../domain/ids.ts";
import { skeletonsOf } from "../../domain/skeleton.ts";
import { lazy } from "../lazy.ts";
import { pageOf, startOf } from "../paging.ts";
import type { AccountStore } from "../store.ts";
import type { Connection } from "./connection.ts";
import { violatedUnique } from "./errors.ts";
import { accountName, authentication, userProfile } from "./schema.ts";

const columns = {
  id: authentication.uuid,
  username: authentication.username,
  email: authentication.email,
  passwordHash: authentication.password,
};

const account = (row: Omit<Account, "email"> & { email: string | null }): Account => ({
  ...row,
  email: row.email ?? "",
});

export function accountStore({ db, read, write }: Connection): AccountStore {
  const byUsername = lazy(() =>
    db
      .select(columns)
      .from(authentication)
      .where(eq(authentication.username, sql.placeholder("username")))
      .prepare(),
  );
  const byId = lazy(() =>
    db
      .select(columns)
      .from(authentication)
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
      throw new AppError("MYSQL_INTERNAL_ERROR", { field, cause: thrown });
    }
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
      }),

    list: (request) =>
      read(() => {
        const { after, rows } = startOf(request);
        const found = db
          .select(columns)
          .from(authentication)
          .where(gt(sql<number>`${authentication.uuid}`, after))
          .orderBy(asc(authentication.uuid))
          .limit(rows)
          .all();
        return pageOf(found, request, ({ id }) => id, account);
      }),
  };
}
