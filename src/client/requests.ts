/**
 * @module client/requests
 * What a logged-in account can ask for: people, friendships, profile, sessions, history, signalling. Each is
 * one request and its answer; a failure is thrown as `ChatError`. None is repeated by itself: without a
 * connection they fail at once with 2.
 */
import type { Body, ReplyName, Request, RequestName } from "../wire/messages.ts";
import { type ChatMessage, profileOf, type UserProfile } from "./events.ts";

/** Somebody's account as a friend has it. */
export interface Friend extends UserProfile {
  /** The name that this account gave the friend; "" for none. */
  readonly alternativeName: string;
}

/** What may be changed of one's own profile. */
export type ProfilePatch = Partial<Omit<UserProfile, "uuid" | "username">>;

/** Whom this account blocks. */
export type BlockedUser = Pick<UserProfile, "uuid" | "username" | "nickname" | "avatar">;

/** A device of this account, by the session it has or had last. Times are milliseconds since 1970. */
export interface SessionInfo {
  readonly session: string;
  readonly device: string;
  readonly name: string;
  /** Where it is; "" while it is away. */
  readonly node: string;
  readonly since: number;
  /** False for a device that is away and may come back without the password. */
  readonly online: boolean;
  /** When it was last here. */
  readonly seen: number;
}

/** Which part of a conversation; without a bound its end. */
export interface HistoryRange {
  /** Messages beyond this seq, the first ones. */
  readonly after?: number;
  /** Messages below this seq, the last ones. */
  readonly before?: number;
  /** At most so many; fewer come when they do not fit one frame. */
  readonly limit?: number;
}

export abstract class Requests {
  /** The account's id; "" before the first login. */
  abstract get uuid(): string;

  protected abstract request<N extends RequestName>(name: N, body: Request<N>): Promise<Body<ReplyName<N>>>;

  /** Finds a user by the exact name. 17: nobody has it. */
  async search(username: string): Promise<UserProfile> {
    return profileOf(await this.request("SEARCHUSERNAME", { username }));
  }

  /** Asks a user to be a friend. `nickname` is how one introduces oneself. 18: oneself, 20: no such user. */
  async requestFriend(uuid: string, { nickname = "", message = "" } = {}): Promise<void> {
    await this.request("FRIENDREQUESTSENDER", { src_uuid: this.uuid, dst_uuid: uuid, nickname, message });
  }

  /** Takes one's own open request to `uuid` back. 19: there is none. */
  async cancelFriendRequest(uuid: string): Promise<void> {
    await this.request("FRIENDREQUESTSENDER", { src_uuid: this.uuid, dst_uuid: uuid, cancel: true });
  }

  /** Confirms the open request of `uuid`. 19: there is none. */
  async confirmFriend(uuid: string, alternativeName = ""): Promise<void> {
    await this.request("FRIENDREQUESTCONFIRM", {
      src_uuid: uuid,
      dst_uuid: this.uuid,
      alternative_name: alternativeName,
    });
  }

  /** Turns the open request of `uuid` down. */
  async rejectFriend(uuid: string): Promise<void> {
    await this.request("FRIENDREJECT", { src_uuid: uuid });
  }

  /** Ends a friendship; the conversation stays. */
  async removeFriend(uuid: string): Promise<void> {
    await this.request("FRIENDREMOVE", { uuid });
  }

  /** Blocks a user or lifts it: nothing of theirs comes here, and nothing goes there. */
  async block(uuid: string, blocked = true): Promise<void> {
    await this.request("BLOCK", { uuid, blocked });
  }

  /** Whom this account blocks. */
  async blocked(): Promise<BlockedUser[]> {
    const users: BlockedUser[] = [];
    let cursor: string | undefined;
    do {
      const page = await this.request("BLOCKLIST", cursor === undefined ? {} : { cursor });
      for (const { avator: avatar, ...user } of page.users) users.push({ ...user, avatar });
      cursor = page.next;
    } while (cursor !== undefined);
    return users;
  }

  /** All friends. */
  async friends(): Promise<Friend[]> {
    const friends: Friend[] = [];
    let cursor: string | undefined;
    do {
      const page = await this.request("FRIENDLISTREQUEST", cursor === undefined ? {} : { cursor });
      for (const entry of page.friends)
        friends.push({ ...profileOf(entry), alternativeName: entry.alternative_name });
      cursor = page.next;
    } while (cursor !== undefined);
    return friends;
  }

  /** A part of a conversation, ascending. `lastSeq` is where the conversation ends. */
  async history(
    peer: string,
    { after, before, limit }: HistoryRange = {},
  ): Promise<{ messages: ChatMessage[]; lastSeq: number }> {
    const { messages, last_seq } = await this.request("HISTORYREQUEST", {
      peer,
      ...(after !== undefined && { after_seq: after }),
      ...(before !== undefined && { before_seq: before }),
      ...(limit !== undefined && { limit }),
    });
    return {
      messages: messages.map(({ seq, at, msg_id, msg_sender, kind, msg_content }) => ({
        peer,
        seq,
        at,
        id: msg_id,
        sender: msg_sender,
        kind,
        content: msg_content,
        mine: msg_sender === this.uuid,
      })),
      lastSeq: last_seq,
    };
  }

  /** Passes call signalling on to a friend's sessions; `signal` is any JSON. 20: the friend is offline. */
  async signal(medium: "voice" | "video", peer: string, signal: unknown): Promise<void> {
    const name = medium === "voice" ? "VOICECHATMSGREQUEST" : "VIDEOCHATMSGREQUEST";
    await this.request(name, { src_uuid: this.uuid, dst_uuid: peer, signal });
  }

  /** Changes one's own profile; what is not given stays. */
  async updateProfile({ avatar, ...rest }: ProfilePatch): Promise<void> {
    await this.request("PROFILEUPDATE", { ...rest, ...(avatar !== undefined && { avator: avatar }) });
  }

  /** All devices of this account, those that are away included. */
  async sessions(): Promise<SessionInfo[]> {
    return (await this.request("SESSIONLIST", {})).sessions;
  }

  /** Ends a device of this account, by its session: it is told `revoked`, and cannot come back by its resume token. */
  async revokeSession(session: string): Promise<void> {
    await this.request("SESSIONREVOKE", { session });
  }
}
