/**
 * @module contract/store.groups.harness
 * People in groups, for the store's cases.
 */
import type { Message } from "../../src/domain/entities.ts";
import type { ConversationId, UserId } from "../../src/domain/ids.ts";
import type { AppendEntry, GroupChange, GroupLimits, Store } from "../../src/store/store.ts";
import { befriend, register } from "./store.harness.ts";

export const LIMITS: GroupLimits = { members: 1_000, groupsPerUser: 1_000, createdPerHour: 1_000 };

const freshId = () => `{${crypto.randomUUID()}}`;

/** New users who are all friends of `one`. */
export async function friendsOf(store: Store, one: UserId, count: number): Promise<UserId[]> {
  const made: UserId[] = [];
  for (let at = 0; at < count; at += 1) {
    const friend = await register(store);
    await befriend(store, one, friend);
    made.push(friend);
  }
  return made;
}

export interface Crew {
  readonly group: ConversationId;
  readonly owner: UserId;
  readonly members: readonly UserId[];
}

/** A new group of a new owner and so many friends of theirs. */
export async function crew(store: Store, count: number): Promise<Crew> {
  const owner = await register(store);
  const members = await friendsOf(store, owner, count);
  const { conversation } = await store.conversations.createGroup(
    { creator: owner, clientId: freshId(), name: "crew", members },
    1,
    LIMITS,
  );
  return { group: conversation, owner, members };
}

/** Changes a group; its client id is new unless given. */
export function change(
  store: Store,
  asked: Omit<GroupChange, "clientId"> & { clientId?: string },
  limits: Partial<GroupLimits> = {},
) {
  return store.conversations.change({ clientId: freshId(), ...asked }, 1, { ...LIMITS, ...limits });
}

export const leave = (store: Store, group: ConversationId, user: UserId) =>
  store.conversations.leave(group, user, freshId(), 1);

export function post(conversation: ConversationId, sender: UserId, body = "hello"): AppendEntry {
  return { conversation, sender, clientId: freshId(), kind: "text", body };
}

/** What a reader sees of a conversation, ascending. */
export async function seen(store: Store, group: ConversationId, reader: UserId): Promise<Message[]> {
  const found = await store.messages.history(group, reader, { after: 0, limit: 1_000_000 });
  return found?.messages ?? [];
}

/** Ids and roles of a group's members, ascending by id. */
export async function rolesIn(store: Store, group: ConversationId, reader: UserId) {
  const page = await store.conversations.members(group, reader, { limit: 10_000 });
  return page?.items.map(({ profile, role }) => [profile.id, role]);
}
