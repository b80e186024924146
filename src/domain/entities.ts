/**
 * @module domain/entities
 * What the system is about. Times are milliseconds since 1970.
 */
import type { ConversationId, NodeName, SessionId, UserId } from "./ids.ts";

export interface Account {
  readonly id: UserId;
  readonly username: string;
  readonly email: string;
  /** A PHC string as `Bun.password` writes it. */
  readonly passwordHash: string;
  /** Raised by whatever voids rights that were granted before, such as a reset; 0 for a new account. */
  readonly version: number;
}

/** 0 male, 1 female: the wire's numbers. */
export type Sex = 0 | 1;

export interface Profile {
  readonly id: UserId;
  readonly username: string;
  readonly nickname: string;
  readonly avatar: string;
  readonly description: string;
  readonly sex: Sex;
}

export type ProfilePatch = Partial<Pick<Profile, "nickname" | "avatar" | "description" | "sex">>;

/** An open request, with the profile of who asks. */
export interface FriendRequest {
  readonly from: Profile;
  readonly to: UserId;
  /** How the asker introduces themself; may differ from the profile's nickname. */
  readonly nickname: string;
  readonly message: string;
}

export interface Friend {
  readonly profile: Profile;
  /** The name that the list's owner gave this friend; "" for none. */
  readonly alternativeName: string;
}

/** `direct`: of two, addressed by the other one. `group`: of any number, with a name and roles. */
export type ConversationKind = "direct" | "group";

/** What a member of a group may do: an owner everything, an admin change members and names, a member write. */
export const ROLES = ["owner", "admin", "member"] as const;
export type Role = (typeof ROLES)[number];

/** Where a user stands in a conversation: they see the seqs from `visibleFrom` to `leftSeq`, or to the last one. */
export interface MemberStanding {
  /** Undefined in a direct conversation, and for who left the group. */
  readonly role: Role | undefined;
  /** Seq of the message that made them a member, the last time; 0 in a direct conversation. */
  readonly joinedSeq: number;
  readonly visibleFrom: number;
  /** Seq of the message by which they left, the last that they see. */
  readonly leftSeq?: number;
}

/** A name of wire/kinds, or of a kind that a later version made: what is not known is passed on as it is. */
export type MessageKind = string;

export interface Message {
  readonly conversation: ConversationId;
  /** Gap-free from 1 within the conversation, in commit order. */
  readonly seq: number;
  readonly sender: UserId;
  /** The client's own id of it (`msg_id`). */
  readonly clientId: string;
  readonly kind: MessageKind;
  readonly body: string;
  readonly at: number;
  /** What its kind has beside a text: a JSON object. */
  readonly data?: unknown;
  /** The seq it answers. */
  readonly replyTo?: number;
  /** Where it was edited: the seq of the edit; `body` is the text as that has it. */
  readonly editedSeq?: number;
  /** What it said is gone for good; so it is with the edits of such a message. */
  readonly recalled?: true;
  /** Those that most gave first. */
  readonly reactions?: readonly Reaction[];
}

export interface Reaction {
  readonly emoji: string;
  readonly count: number;
  /** Whether the reader is among them. */
  readonly mine: boolean;
}

/** What a user set for themself in a conversation, on all of their devices. */
export interface ConversationSettings {
  /** Absent when it is not muted. */
  readonly mutedUntil?: number;
  readonly pinned: boolean;
  readonly archived: boolean;
}

/** A conversation as a user's list shows it: where they stand in it, and where the other side of a direct one does. */
export interface Head extends ConversationSettings {
  readonly conversation: ConversationId;
  readonly kind: ConversationKind;
  /** The other member of a direct conversation. */
  readonly peer: UserId | undefined;
  /** The last seq that the user may see. */
  readonly lastSeq: number;
  readonly deliveredSeq: number;
  readonly readSeq: number;
  /** 0 in a group. */
  readonly peerDeliveredSeq: number;
  readonly peerReadSeq: number;
  /**
   * Messages of others that count as unread: exact for the first hundred entries beyond what was read; what follows
   * those counts whatever it is.
   */
  readonly unread: number;
  /** The message at `lastSeq`. */
  readonly last?: Message;
  /** Of a group; to who left it, as it was then. */
  readonly name?: string;
  readonly avatar?: string;
  /** How many are members now, and what the user is among them; absent for who left. */
  readonly members?: number;
  readonly role?: Role;
}

export interface DirectHead extends Head {
  readonly kind: "direct";
  readonly peer: UserId;
}

export const isDirect = (head: Head): head is DirectHead => head.peer !== undefined;

export interface Group {
  readonly conversation: ConversationId;
  readonly name: string;
  readonly avatar: string;
  readonly description: string;
  /** Raised by each change of members, roles or what the group is called. */
  readonly version: number;
  /** How many are members. */
  readonly members: number;
  readonly creator: UserId;
  readonly createdAt: number;
}

export interface GroupMember {
  readonly profile: Profile;
  readonly role: Role;
  /** When they became a member, the last time. */
  readonly since: number;
}

/** A chat node as the registry knows it. */
export interface ChatNode {
  readonly name: NodeName;
  /** New at every start of the process: tells a restarted node from its former self. */
  readonly incarnation: string;
  /** What clients are told. */
  readonly host: string;
  readonly port: number;
  /** `ws://…` or `wss://…`, or "" when the node serves no WebSocket. */
  readonly wsUrl: string;
  /** Where gateways reach that WebSocket, which need not be what clients are told; a node of an older release does not say. */
  readonly relayUrl?: string;
  /** What peers dial. */
  readonly grpcHost: string;
  readonly grpcPort: number;
  readonly sessions: number;
  readonly draining: boolean;
  /** When the lease ends unless renewed. */
  readonly leaseUntil: number;
}

/** A node as routes and the registry name it: a restarted one is another. */
export interface NodeAddress {
  readonly node: NodeName;
  readonly incarnation: string;
}

/** One session of a user, wherever it is. */
export interface Route extends NodeAddress {
  readonly user: UserId;
  readonly session: SessionId;
  /** Rises with every bind of the user; a later bind of the same session id wins. */
  readonly epoch: number;
  readonly device: string;
  readonly name: string;
  readonly since: number;
}

/**
 * Why a session is over for good: its account has too many (`kicked`, error 15), its device began another
 * (`replaced`), its user ended it (`revoked`), the password was reset (`reset`).
 */
export const END_REASONS = ["kicked", "replaced", "revoked", "reset"] as const;
export type EndReason = (typeof END_REASONS)[number];

/** A device of an account, as its owner is shown it. */
export interface Device {
  /** The client's own id of itself, or one that was made for it. */
  readonly device: string;
  readonly name: string;
  /** Its session; of a device that is away its last one. */
  readonly session: SessionId;
  /** Where it is; undefined while it is away. */
  readonly node: NodeName | undefined;
  readonly since: number;
  /** When it was last here: the present for a device that is. */
  readonly seen: number;
}

/** A page and where the next one starts; `next` is undefined at the end. */
export interface Page<T> {
  readonly items: readonly T[];
  readonly next: string | undefined;
}
