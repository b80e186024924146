/**
 * @module store/contract/profiles
 * Profiles: what others see of an account. What holds for every method stands in store/store.
 */
import type { Profile, ProfilePatch } from "../../domain/entities.ts";
import type { UserId } from "../../domain/ids.ts";

export interface ProfileStore {
  find(id: UserId): Promise<Profile | undefined>;
  /** Profiles of those of `ids` that exist, in any order. */
  findMany(ids: readonly UserId[]): Promise<Profile[]>;
  /** @param viewer whom it is for: somebody whom that user blocks is shown the profile of the time of the block. */
  findByUsername(username: string, viewer: UserId): Promise<Profile | undefined>;
  /** @returns the profile as it now is, or undefined when there is no such account. */
  update(id: UserId, patch: ProfilePatch): Promise<Profile | undefined>;
}
