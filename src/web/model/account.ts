/**
 * @module web/model/account
 * What the user of a logged-in account does, carried out through the SDK and shown in the model: in conversations
 * (model/talk), with groups (model/groups), with people and the account itself. What comes from the server takes the
 * other way, model/feed.
 */
import type { ChatClient, SessionInfo, UserProfile } from "../../client/index.ts";
import { showBlocked } from "./feed.ts";
import { Groups } from "./groups.ts";
import type { Model } from "./model.ts";
import type { BrowserStorage } from "./storage.ts";
import { Talk } from "./talk.ts";

export interface AccountOptions {
  readonly client: ChatClient;
  readonly model: Model;
  readonly storage: BrowserStorage;
  readonly now: () => number;
}

export class Account {
  readonly model: Model;
  readonly #client: ChatClient;
  readonly #storage: BrowserStorage;
  readonly talk: Talk;
  readonly groups: Groups;

  constructor({ client, model, storage, now }: AccountOptions) {
    this.#client = client;
    this.model = model;
    this.#storage = storage;
    this.talk = new Talk(client, model, now);
    this.groups = new Groups(client, model);
  }

  /** This session's id in the list of sessions. */
  get session(): string | undefined {
    return this.#client.session?.id;
  }

  search(username: string): Promise<UserProfile> {
    return this.#client.people.search(username);
  }

  async befriend(uuid: string, message: string): Promise<void> {
    const { profile } = this.model;
    await this.#client.people.requestFriend(uuid, {
      nickname: profile?.nickname || profile?.username || "",
      message,
    });
    this.model.asked.add(uuid);
  }

  /** Takes a friend request of this visit back; one that was answered meanwhile is forgotten. */
  async takeBack(uuid: string): Promise<void> {
    this.model.asked.delete(uuid);
    await this.#client.people.cancelFriendRequest(uuid);
  }

  /** Answers a friend request. */
  async answer(uuid: string, confirm: boolean): Promise<void> {
    await (confirm ? this.#client.people.confirmFriend(uuid) : this.#client.people.rejectFriend(uuid));
    this.model.requests = this.#client.people.friendRequests;
    this.model.changed();
  }

  async remove(uuid: string): Promise<void> {
    await this.#client.people.removeFriend(uuid);
    this.model.friends.delete(uuid);
    this.model.changed();
  }

  async block(uuid: string, blocked: boolean): Promise<void> {
    await this.#client.people.block(uuid, blocked);
    this.model.requests = this.#client.people.friendRequests;
    await showBlocked(this.#client, this.model);
  }

  async updateProfile(profile: Omit<UserProfile, "uuid" | "username">): Promise<void> {
    await this.#client.account.updateProfile(profile);
    if (this.model.profile) this.model.profile = { ...this.model.profile, ...profile };
    this.model.changed();
  }

  sessions(): Promise<SessionInfo[]> {
    return this.#client.account.sessions();
  }

  revoke(session: string): Promise<void> {
    return this.#client.account.revokeSession(session);
  }

  /** Leaves without ending the session: the next visit takes it up. */
  close(): void {
    this.#client.close();
  }

  /** Ends this session, at the server too if it can be reached. */
  async logout(): Promise<void> {
    this.#storage.forgetLogin(this.#client.uuid);
    await this.#client.logout().catch(() => this.#client.close());
  }
}
