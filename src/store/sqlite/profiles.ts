/**
 * @module store/sqlite/profiles
 * Profiles in SQLite: UserProfile with the username from Authentication.
 */
import { and, eq, sql } from "drizzle-orm";
import { lazy } from "../lazy.ts";
import { asShown, type ProfileRow, profileOf } from "../rows.ts";
import type { ProfileStore } from "../store.ts";
import type { Connection } from "./connection.ts";
import { authentication, block, userProfile } from "./schema.ts";

/** What a profile is made of, for every query that tells one. */
export const profileColumns = {
  id: authentication.uuid,
  username: authentication.username,
  nickname: userProfile.nickname,
  avatar: userProfile.avatar,
  description: userProfile.description,
  sex: userProfile.sex,
};

/** The same in a query that left joins the block of that user against the viewer. */
export const shownColumns = { ...profileColumns, ...asShown(block, userProfile) };

export function profileStore({ db, read, write }: Connection): ProfileStore {
  const profiles = () =>
    db
      .select(profileColumns)
      .from(authentication)
      .innerJoin(userProfile, eq(userProfile.uuid, authentication.uuid));
  const byId = lazy(() =>
    profiles()
      .where(eq(authentication.uuid, sql.placeholder("id")))
      .prepare(),
  );
  const byIds = lazy(() =>
    profiles()
      .where(sql`${authentication.uuid} in (select value from json_each(${sql.placeholder("ids")}))`)
      .prepare(),
  );
  const byUsername = lazy(() =>
    db
      .select(shownColumns)
      .from(authentication)
      .innerJoin(userProfile, eq(userProfile.uuid, authentication.uuid))
      .leftJoin(
        block,
        and(eq(block.uuid, authentication.uuid), eq(block.blockedUuid, sql.placeholder("viewer"))),
      )
      .where(eq(authentication.username, sql.placeholder("username")))
      .prepare(),
  );
  const found = (row: ProfileRow | undefined) => row && profileOf(row);

  return {
    find: (id) => read(() => found(byId().get({ id }))),
    findMany: (ids) =>
      read(() =>
        byIds()
          .all({ ids: JSON.stringify(ids) })
          .map(profileOf),
      ),
    findByUsername: (username, viewer) => read(() => found(byUsername().get({ username, viewer }))),

    update: (id, patch) =>
      write(() => {
        const { nickname, avatar, description, sex } = patch;
        const set = { nickname, avatar, description, sex };
        if (Object.values(set).some((value) => value !== undefined))
          db.update(userProfile).set(set).where(eq(userProfile.uuid, id)).run();
        return found(byId().get({ id }));
      }),
  };
}
