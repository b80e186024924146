/**
 * @module client/groups
 * Groups: made, looked at, changed, left. Every change is a message of kind `members` in the group, so that all who are
 * in it are told by what they read anyhow.
 */
import { allPages, type Calls } from "./calls.ts";
import type { Role, UserProfile } from "./events.ts";
import { textId } from "./id.ts";

/** A group, named by anything that has its `conversation`. */
export interface GroupAddress {
  readonly conversation: string;
}

/** What a group is called. */
export interface GroupInfo extends GroupAddress {
  readonly name: string;
  readonly avatar: string;
  readonly description: string;
  /** Rises with each change. */
  readonly version: number;
  /** How many are in it. */
  readonly count: number;
}

export interface GroupMember extends Pick<UserProfile, "uuid" | "username" | "nickname" | "avatar"> {
  readonly role: Role;
  /** Since when, milliseconds since 1970. */
  readonly since: number;
}

/** Who was not added, and the code (wire/codes) that says why. */
export interface Refused {
  readonly uuid: string;
  readonly error: number;
}

export interface NewGroup {
  readonly name: string;
  /** Friends to begin with; oneself is its owner. */
  readonly members: readonly string[];
  readonly avatar?: string;
}

/** What is to be another; all of it is, or nothing. */
export interface GroupChange {
  readonly name?: string;
  readonly avatar?: string;
  readonly description?: string;
  readonly add?: readonly string[];
  readonly remove?: readonly string[];
  readonly roles?: readonly { readonly uuid: string; readonly role: Role }[];
}

export class Groups {
  readonly #calls: Calls;
  /** Those that the app shows. */
  readonly #open = new Set<string>();

  constructor(calls: Calls) {
    this.#calls = calls;
  }

  /**
   * Makes a group of oneself and friends.
   * @param id the same one again gives the same group, should the first answer have been lost.
   */
  async create(
    group: NewGroup,
    id = textId(),
  ): Promise<GroupAddress & { readonly refused: readonly Refused[] }> {
    const { name, members, avatar } = group;
    const { conversation, refused = [] } = await this.#calls.request("GROUPCREATE", {
      name,
      members: [...members],
      ...(avatar !== undefined && { avatar }),
      msg_id: id,
    });
    return { conversation, refused };
  }

  /** What a group is called. 75: one is no member. */
  async info({ conversation }: GroupAddress): Promise<GroupInfo> {
    const { name, avatar, description, version, count } = await this.#calls.request("GROUPINFO", {
      conversation,
      limit: 1,
    });
    return { conversation, name, avatar, description, version, count };
  }

  /** All who are in a group. 75: one is no member. */
  members({ conversation }: GroupAddress): Promise<GroupMember[]> {
    return allPages(
      (cursor) => this.#calls.request("GROUPINFO", { conversation, ...cursor }),
      ({ members }) => members.map(({ avator: avatar, ...member }) => ({ ...member, avatar })),
    );
  }

  /** Changes a group. 76: the role does not allow it. @returns who of `add` was not added. */
  async change(
    { conversation }: GroupAddress,
    change: GroupChange,
    id = textId(),
  ): Promise<readonly Refused[]> {
    const { add, remove, roles, ...words } = change;
    const { refused = [] } = await this.#calls.request("GROUPCHANGE", {
      conversation,
      ...words,
      ...(add && { add: [...add] }),
      ...(remove && { remove: [...remove] }),
      ...(roles && { roles: [...roles] }),
      msg_id: id,
    });
    return refused;
  }

  /**
   * Says that the app shows a group, or does no longer: while it does, `typing` tells who writes there, in this session
   * and in those after it. What cannot be said now is said at the next login.
   */
  setOpen({ conversation }: GroupAddress, isOpen: boolean): void {
    if (this.#open.has(conversation) === isOpen) return;
    if (isOpen) this.#open.add(conversation);
    else this.#open.delete(conversation);
    this.#say(conversation, isOpen);
  }

  /** Says again which ones are shown: a new session knows of none. */
  sayOpen(): void {
    for (const conversation of this.#open) this.#say(conversation, true);
  }

  #say(conversation: string, open: boolean): void {
    // Without a connection, or of a group that one is no member of any more, there is nothing to be told of.
    this.#calls.request("GROUPINFO", { conversation, limit: 1, open }).catch(() => {});
  }

  /** Leaves a group; its last owner hands it over. What could be read stays readable. */
  async leave({ conversation }: GroupAddress, id = textId()): Promise<void> {
    await this.#calls.request("GROUPLEAVE", { conversation, msg_id: id });
  }
}
