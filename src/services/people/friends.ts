/**
 * @module services/people/friends
 * Who knows whom: search, requests, confirmations, removal, blocks, profiles. Methods that others must hear
 * of return the events to post; the caller decides whether before or after its answer (the original's order
 * of frames differs from call to call).
 */
import type { Friend, FriendRequest, Page, Profile, ProfilePatch } from "../../domain/entities.ts";
import { AppError } from "../../domain/error.ts";
import type { SessionId, UserId } from "../../domain/ids.ts";
import { requireShowable, usernamesToFind } from "../../domain/names.ts";
import { requireLength } from "../../domain/sizes.ts";
import type { ConversationStore, FriendStore, PageRequest, ProfileStore } from "../../store/store.ts";
import { MAX_AVATAR, MAX_DESCRIPTION, MAX_LABEL, MAX_NICKNAME } from "../../wire/sizes.ts";
import { only, type UserEvent } from "../delivery/events.ts";

export interface FriendsOptions {
  readonly friends: FriendStore;
  readonly profiles: ProfileStore;
  readonly conversations: Pick<ConversationStore, "direct" | "head">;
  /**
   * Whether a user may ask somebody now: 0, or the milliseconds until then; always unless given. Strangers see each
   * request, so how many there may be is no matter of one session or one node.
   */
  readonly mayAsk?: (user: UserId) => Promise<number>;
}

/** What a block, or lifting one, is followed by. */
export interface BlockChange {
  readonly events: UserEvent[];
  /** Whether it begins or ends that the two may know of each other's presence (`Presence.introduce`). */
  readonly between: boolean;
}

export class Friends {
  readonly #friends: FriendStore;
  readonly #profiles: ProfileStore;
  readonly #conversations: Pick<ConversationStore, "direct" | "head">;
  readonly #mayAsk: (user: UserId) => Promise<number>;

  constructor(options: FriendsOptions) {
    this.#mayAsk = options.mayAsk ?? (async () => 0);
    this.#friends = options.friends;
    this.#profiles = options.profiles;
    this.#conversations = options.conversations;
  }

  /** Finds somebody for `user`. @throws AppError NAME_NOT_FOUND, also for what can be no username */
  async search(user: UserId, username: string): Promise<Profile> {
    for (const name of usernamesToFind(username)) {
      const profile = await this.#profiles.findByUsername(name, user);
      if (profile !== undefined) return profile;
    }
    throw new AppError("NAME_NOT_FOUND");
  }

  /**
   * Asks `to` to be a friend. Asking again while the request is open changes its texts. Who is asked may not have heard of
   * the first time: its answer was lost, or its node died. So it is here, and with whatever else is found done already.
   * @throws AppError INVALID_FIELD (nickname, message), WITH_ONESELF, NO_SUCH_USER,
   *   NO_OPEN_REQUEST (friends already; or `to` blocks `from`, which a stranger is not told), BLOCKED, RATE_LIMITED
   */
  async request(from: UserId, to: UserId, nickname: string, message: string): Promise<UserEvent[]> {
    requireLength(nickname, MAX_LABEL, "nickname");
    requireLength(message, MAX_LABEL, "message");
    requireShowable(nickname, "nickname");
    if (from === to) throw new AppError("WITH_ONESELF");
    const retryAfterMs = await this.#mayAsk(from);
    if (retryAfterMs > 0) throw new AppError("RATE_LIMITED", { retryAfterMs, detail: "friend requests" });
    const outcome = await this.#friends.request({ from, to, nickname, message });
    if (outcome === "no_such_user") throw new AppError("NO_SUCH_USER");
    if (outcome === "already_friends") throw new AppError("NO_OPEN_REQUEST", { detail: "friends already" });
    if (outcome === "refused") throw new AppError("NO_OPEN_REQUEST", { detail: "blocked" });
    if (outcome === "blocked") throw new AppError("BLOCKED");
    const again = outcome === "repeated" ? true : undefined;
    return [
      {
        type: "friend_request",
        audience: only(to),
        from: await this.#profile(from),
        nickname,
        message,
        again,
      },
    ];
  }

  /** Takes the open request of `from` to `to` back. @throws AppError NO_OPEN_REQUEST when there is none */
  async cancel(from: UserId, to: UserId): Promise<UserEvent[]> {
    await this.#removeRequest(from, to);
    return [{ type: "request_gone", audience: only(to), from }];
  }

  /**
   * `by` confirms the open request of `from`. Confirming again changes nothing.
   * @throws AppError INVALID_FIELD (alternative_name), WITH_ONESELF, NO_OPEN_REQUEST (no open request)
   */
  async confirm(from: UserId, by: UserId, alternativeName: string): Promise<UserEvent[]> {
    requireLength(alternativeName, MAX_LABEL, "alternative_name");
    requireShowable(alternativeName, "alternative_name");
    if (from === by) throw new AppError("WITH_ONESELF");
    const outcome = await this.#friends.confirm({ from, by, alternativeName });
    if (outcome === "no_request") throw noRequest();
    const again = outcome === "repeated" ? true : undefined;
    const [asker, confirmer] = await Promise.all([this.#profile(from), this.#profile(by)]);
    return [
      { type: "friend_added", audience: only(by), friend: asker, again },
      { type: "friend_added", audience: only(from), friend: confirmer, again },
    ];
  }

  /** `by` turns the open request of `from` down, in `session`. @throws AppError NO_OPEN_REQUEST when there is none */
  async reject(from: UserId, by: UserId, session: SessionId): Promise<UserEvent[]> {
    await this.#removeRequest(from, by);
    return [{ type: "request_gone", audience: only(by), from, except: session }];
  }

  async #removeRequest(from: UserId, to: UserId): Promise<void> {
    if (!(await this.#friends.removeRequest(from, to))) throw noRequest();
  }

  /** Ends a friendship, or finds it ended. @throws AppError NOT_FRIENDS when there never was one */
  async remove(user: UserId, friend: UserId): Promise<UserEvent[]> {
    const ended = await this.#friends.remove(user, friend);
    if (!ended && (await this.#conversations.direct([[user, friend]]))[0] === undefined)
      throw new AppError("NOT_FRIENDS");
    return [
      { type: "friend_removed", audience: only(friend), friend: user },
      { type: "friend_removed", audience: only(user), friend },
    ];
  }

  /**
   * Blocks a user or lifts it, in `session`; in force on every node when it resolves. To the other one it looks as if
   * the user had left and taken an open request back: nothing says that there is a block.
   * @throws AppError WITH_ONESELF, NO_SUCH_USER
   */
  async setBlocked(user: UserId, other: UserId, blocked: boolean, session: SessionId): Promise<BlockChange> {
    if (user === other) throw new AppError("WITH_ONESELF");
    await this.#profile(other);
    const { changed, friends, mutual, askers } = await this.#friends.setBlocked(user, other, blocked);
    // What was so before may not have been told.
    const between = changed ? friends && !mutual : await this.#friends.areFriends(user, other);
    const events: UserEvent[] = [
      { type: "block_changed", audience: only(user), other, blocked, except: session },
    ];
    for (const from of askers)
      events.push({ type: "request_gone", audience: only(from === user ? other : user), from });
    if (between && changed && !blocked) events.push(...(await this.#missed(user, other)));
    return { events, between };
  }

  /** What two did not learn of each other while a block was between them. */
  async #missed(a: UserId, b: UserId): Promise<UserEvent[]> {
    try {
      const [ofA, ofB, receipts] = await Promise.all([
        this.#profile(a),
        this.#profile(b),
        this.#receipts(a, b),
      ]);
      return [
        { type: "profile_changed", audience: only(b), profile: ofA },
        { type: "profile_changed", audience: only(a), profile: ofB },
        ...receipts,
      ];
    } catch {
      // The block is lifted all the same; the next login tells.
      return [];
    }
  }

  /** How far each of two got, for the other. */
  async #receipts(a: UserId, b: UserId): Promise<UserEvent[]> {
    const [conversation] = await this.#conversations.direct([[a, b]]);
    const head = conversation === undefined ? undefined : await this.#conversations.head(conversation, a);
    if (conversation === undefined || head === undefined) return [];
    const { deliveredSeq, readSeq, peerDeliveredSeq, peerReadSeq } = head;
    const ofB = { deliveredSeq: peerDeliveredSeq, readSeq: peerReadSeq };
    return [
      { type: "receipt", audience: only(b), conversation, peer: a, deliveredSeq, readSeq },
      { type: "receipt", audience: only(a), conversation, peer: b, ...ofB },
    ];
  }

  /** Whether the two may exchange signals now. @throws AppError NOT_FRIENDS, BLOCKED */
  async requireReachable(user: UserId, friend: UserId): Promise<void> {
    if (!(await this.#friends.areFriends(user, friend))) throw new AppError("NOT_FRIENDS");
    if (await this.#friends.isBlocked(user, friend)) throw new AppError("BLOCKED");
  }

  areFriends(a: UserId, b: UserId): Promise<boolean> {
    return this.#friends.areFriends(a, b);
  }

  list(user: UserId, page: PageRequest): Promise<Page<Friend>> {
    return this.#friends.list(user, page);
  }

  /** Whom the user blocks. */
  blockList(user: UserId, page: PageRequest): Promise<Page<Profile>> {
    return this.#friends.blockedBy(user, page);
  }

  requestsTo(user: UserId, page: PageRequest): Promise<Page<FriendRequest>> {
    return this.#friends.requestsTo(user, page);
  }

  /**
   * Changes one's own profile, in `session`.
   * @throws AppError INVALID_FIELD (nickname, avator, description), WRONG_CREDENTIALS (no such account)
   */
  async updateProfile(user: UserId, patch: ProfilePatch, session: SessionId): Promise<UserEvent[]> {
    const { nickname = "", avatar = "", description = "" } = patch;
    requireLength(nickname, MAX_NICKNAME, "nickname");
    requireLength(avatar, MAX_AVATAR, "avator");
    requireLength(description, MAX_DESCRIPTION, "description");
    requireShowable(nickname, "nickname");
    const profile = await this.#profiles.update(user, patch);
    if (profile === undefined) throw new AppError("WRONG_CREDENTIALS");
    const friends = await this.#friends.reachable(user);
    return [{ type: "profile_changed", audience: { users: [user, ...friends] }, profile, except: session }];
  }

  async #profile(id: UserId): Promise<Profile> {
    const profile = await this.#profiles.find(id);
    if (profile === undefined) throw new AppError("NO_SUCH_USER");
    return profile;
  }
}

const noRequest = (): AppError => new AppError("NO_OPEN_REQUEST", { detail: "no open request" });
