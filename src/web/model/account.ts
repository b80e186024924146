/**
 * @module web/model/account
 * What the user of a logged-in account does, carried out through the SDK and shown in the model. What comes from
 * the server takes the other way, model/feed.
 */
import { type ChatClient, type SessionInfo, textId, type UserProfile } from "../../client/index.ts";
import type { Conversation } from "./conversation.ts";
import { showBlocked } from "./feed.ts";
import type { Model } from "./model.ts";
import type { BrowserStorage } from "./storage.ts";
import { explain } from "./words.ts";

/** Messages fetched at a time when scrolling back. */
const PAGE = 40;
/** The wait after messages could not be fetched, milliseconds. */
const RETRY_MS = 2_000;
/** The others are told at most this often that one is typing, milliseconds. */
const TYPING_EVERY_MS = 3_000;

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
  readonly #now: () => number;
  #typedAt = 0;

  constructor({ client, model, storage, now }: AccountOptions) {
    this.#client = client;
    this.model = model;
    this.#storage = storage;
    this.#now = now;
  }

  /** This session's id in the list of sessions. */
  get session(): string | undefined {
    return this.#client.session?.id;
  }

  /** Opens a conversation, or none. */
  select(conversation: Conversation | undefined): void {
    this.model.selected = conversation;
    this.#typedAt = 0;
    this.model.changed();
  }

  /** Fetches the messages before those that are known. Without a connection nothing happens. */
  async earlier(conversation: Conversation): Promise<void> {
    if (conversation.loading || !conversation.hasEarlier || !this.model.online) return;
    conversation.loading = true;
    this.model.changed();
    try {
      const before = conversation.messages[0]?.seq;
      const range = { limit: PAGE, ...(before !== undefined && { before }) };
      const page = await this.#client.history(conversation.address, range);
      conversation.take(page.messages);
    } catch {
      // The connection was lost, or it was too much at once: not again right away.
      await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
    }
    conversation.loading = false;
    this.model.changed();
  }

  /** The user looks at the open conversation: it is read. */
  seen(): void {
    const { selected } = this.model;
    if (selected === undefined || selected.unread === 0) return;
    selected.read(selected.lastSeq);
    this.#client.markRead(selected.address, selected.lastSeq);
    this.model.changed();
  }

  /** Sends a text; it shows as on its way until it is committed, and with the reason if it is refused. */
  send(conversation: Conversation, content: string, id = textId()): void {
    conversation.discard(id);
    conversation.pending = [...conversation.pending, { id, content, at: this.#now() }];
    this.model.changed();
    this.#typedAt = 0;
    this.#client.sendText(conversation.address, content, id).catch((error) => {
      conversation.refuse(id, explain(error));
      this.model.changed();
    });
  }

  /** Drops a text that was refused. */
  discard(conversation: Conversation, id: string): void {
    conversation.discard(id);
    this.model.changed();
  }

  typing(conversation: Conversation): void {
    const now = this.#now();
    if (now - this.#typedAt < TYPING_EVERY_MS) return;
    this.#typedAt = now;
    this.#client.typing(conversation.address);
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
