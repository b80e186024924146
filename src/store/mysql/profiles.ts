/**
 * @module store/mysql/profiles
 * Profiles in MySQL: UserProfile with the username from Authentication.
 */
import { and, eq, inArray, type SQL } from "drizzle-orm";
import { asShown, profileOf } from "../rows.ts";
import type { ProfileStore } from "../store.ts";
import { sameName } from "./names.ts";
import type { Pool } from "./pool.ts";
import { authentication, block, userProfile } from "./schema.ts";
import type { Session } from "./session.ts";

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

export function profileStore({ use, transaction }: Pool): ProfileStore {
  async function profiles({ db }: Session, where: SQL) {
    const rows = await db
      .select(profileColumns)
      .from(authentication)
      .innerJoin(userProfile, eq(userProfile.uuid, authentication.uuid))
      .where(where);
    return rows.map(profileOf);
  }

  return {
    find: (id) => use(async (session) => (await profiles(session, eq(authentication.uuid, id)))[0]),

    findMany: async (ids) =>
      ids.length === 0 ? [] : use((session) => profiles(session, inArray(authentication.uuid, [...ids]))),

    findByUsername: (username, viewer) =>
      use(async ({ db }) => {
        const found = await db
          .select(shownColumns)
          .from(authentication)
          .innerJoin(userProfile, eq(userProfile.uuid, authentication.uuid))
          .leftJoin(block, and(eq(block.uuid, authentication.uuid), eq(block.blockedUuid, viewer)))
          .where(eq(authentication.username, username));
        return found.map(profileOf).find((profile) => sameName(profile.username, username));
      }),

    update: (id, patch) =>
      transaction(async (session) => {
        const { nickname, avatar, description, sex } = patch;
        const set = { nickname, avatar, description, sex };
        if (Object.values(set).some((value) => value !== undefined))
          await session.db.update(userProfile).set(set).where(eq(userProfile.uuid, id));
        return (await profiles(session, eq(authentication.uuid, id)))[0];
      }),
  };
}
