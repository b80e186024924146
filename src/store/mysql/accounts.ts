/**
 * @module store/mysql/accounts
 * Accounts in MySQL: the tables Authentication and AccountName.
 */
import { asc, eq, gt, sql } from "drizzle-orm";
import type { Account } from "../../domain/entities.ts";
import { AppError } from "../../domain/error.ts";
import { userId } from "../../domain/ids.ts";
import { skeletonsOf } from "../../domain/skeleton.ts";
import { pageOf, startOf } from "../paging.ts";
import type { AccountStore } from "../store.ts";
import { violatedUnique } from "./errors.ts";
import { sameName } from "./names.ts";
import type { Pool } from "./pool.ts";
import { accountName, authentication, userProfile } from "./schema.ts";
import { fillRecentSkeletons } from "./skeletons.ts";

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
        throw new AppError("MYSQL_INTERNAL_ERROR", { field, cause: thrown });
      });
    },

    findByUsername: (username) =>
      use(async ({ db }) => {
        const rows = await db
          .select(columns)
          .from(authentication)
          .where(eq(authentication.username, username));
        return rows.filter((row) => sameName(row.username, username)).map(account)[0];
      }),

    find: (id) =>
      use(async ({ db }) => {
        const rows = await db.select(columns).from(authentication).where(eq(authentication.uuid, id));
        return rows.map(account)[0];
      }),

    setPassword: (id, password) =>
      use(async ({ db }) => {
        await db.update(authentication).set({ password }).where(eq(authentication.uuid, id));
      }),

    list: (request) =>
      use(async ({ db }) => {
        const { after, rows } = startOf(request);
        const found = await db
          .select(columns)
          .from(authentication)
          .where(gt(sql<number>`${authentication.uuid}`, after))
          .orderBy(asc(authentication.uuid))
          .limit(rows);
        return pageOf(found, request, ({ id }) => id, account);
      }),
  };
}
