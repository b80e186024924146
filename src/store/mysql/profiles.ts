/**
 * @module store/mysql/profiles
 * Profiles in MySQL: UserProfile with the username from Authentication.
 */
import { eq, inArray, type SQL } from "drizzle-orm";
import { profileOf } from "../rows.ts";
import type { ProfileStore } from "../store.ts";
import { sameName } from "./names.ts";
import type { Pool } from "./pool.ts";
import { authentication, userProfile } from "./schema.ts";
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

    findByUsername: (username) =>
      use(async (session) => {
        const found = await profiles(session, eq(authentication.username, username));
        return found.find((profile) => sameName(profile.username, username));
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
