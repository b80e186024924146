/**
 * @module services/delivery/events
 * What sessions are told: one row an event. What it carries stands in `Payloads`; whether it matters when it comes
 * late, what it replaces and what it weighs stand in `eventTable`. The codec between nodes (rpc/events) and what a
 * session of each protocol sees of it (chat/) are tables over the same names: the compiler asks for all three.
 */
import type { EndReason, Message, Profile } from "../../domain/entities.ts";
import type { ConversationId, SessionId, UserId } from "../../domain/ids.ts";

/**
 * Whose sessions are to be told: these users', or those of a conversation's members but for `except`. An event is told
 * once to a node, however many of its sessions it is for.
 */
export type Audience = Users | Members;

export interface Users {
  readonly users: readonly UserId[];
}

export interface Members {
  readonly conversation: ConversationId;
  readonly except?: readonly UserId[] | undefined;
}

/** The sessions of one user. */
export const only = (user: UserId): Users => ({ users: [user] });

/** How far somebody got in a conversation. */
interface Marks {
  readonly conversation: ConversationId;
  readonly deliveredSeq: number;
  readonly readSeq: number;
}

/** The session that did it and needs no copy; undefined when all are to be told. */
interface ButOne {
  readonly except?: SessionId | undefined;
}

/** What may have been told before: whoever asked for it asks again, and does not know what became of the first time. */
interface Again {
  readonly again?: true | undefined;
}

interface Payloads {
  readonly texts: ButOne & {
    /** The other member of a direct conversation, as the audience sees it: for a sender's own sessions the receiver. */
    readonly peer: UserId | undefined;
    /** Ascending, without a gap, all of one conversation. */
    readonly messages: readonly Message[];
  };
  readonly friend_request: Again & {
    readonly from: Profile;
    readonly nickname: string;
    readonly message: string;
  };
  /** The user and `friend` are friends now. */
  readonly friend_added: Again & { readonly friend: Profile };
  readonly friend_removed: { readonly friend: UserId };
  readonly signal: {
    readonly from: UserId;
    readonly medium: "voice" | "video";
    /** Opaque JSON. */
    readonly signal: unknown;
  };
  /** `peer` has got, or read, the user's texts so far. */
  readonly receipt: Marks & { readonly peer: UserId };
  /** Somebody got on in the group of the audience; for nodes, no session is told. */
  readonly group_moved: object;
  /** How many of the other members who may see it got, or read, the user's message at `seq`. */
  readonly group_receipt: {
    readonly conversation: ConversationId;
    readonly seq: number;
    readonly members: number;
    readonly delivered: number;
    readonly read: number;
  };
  readonly typing: { readonly conversation: ConversationId; readonly from: UserId };
  readonly presence: {
    readonly friend: UserId;
    readonly online: boolean;
    readonly lastSeen: number;
    /** `Presence.order` of coordination: what is older than what was told already is not told. */
    readonly order: number;
    /** Something changed between the two, so the user alone is told. `hidden`: a block is, so it says offline. */
    readonly between?: "open" | "hidden" | undefined;
  };
  /** A session of the user got on in a conversation: the one with `peer`, or a group. */
  readonly cursor_moved: Marks & ButOne & { readonly peer: UserId | undefined };
  /** The user set something for themself in a conversation; `mutedUntil` is 0 when it is not muted. */
  readonly settings_changed: ButOne & {
    readonly conversation: ConversationId;
    readonly peer: UserId | undefined;
    readonly mutedUntil: number;
    readonly pinned: boolean;
    readonly archived: boolean;
  };
  /** The open request of `from` to the user is gone: the user turned it down, or `from` took it back. */
  readonly request_gone: ButOne & { readonly from: UserId };
  /** The user blocked `other`, or lifted it. */
  readonly block_changed: ButOne & { readonly other: UserId; readonly blocked: boolean };
  /** `profile` is new: a friend's, or one's own. */
  readonly profile_changed: ButOne & { readonly profile: Profile };
  /** End this one session (`session`) or all of the user's (undefined). */
  readonly end_session: { readonly session: SessionId | undefined; readonly reason: EndReason };
}

export type EventType = keyof Payloads;
export type EventOf<T extends EventType> = { readonly type: T; readonly audience: Audience } & Payloads[T];
/** Something that sessions are to be told. Each session decides what of it its protocol may see. */
export type UserEvent = { [T in EventType]: EventOf<T> }[EventType];

interface EventRow<T extends EventType> {
  /** Whether it matters when it comes late: then it is kept for a node until that has it. */
  readonly lasts: boolean;
  /** What it tells the standing of, where only the last that was told of it matters. */
  readonly supersedes?: (event: EventOf<T>) => string;
  /** What it weighs beside its fixed part, in UTF-16 units. */
  readonly units?: (event: EventOf<T>) => number;
}

/** What a text weighs beside its id and body. */
const TEXT_FIXED = 64;
/** What the id of a user weighs. */
const USER_UNITS = 4;

export const eventTable: { readonly [T in EventType]: EventRow<T> } = {
  texts: {
    lasts: true,
    units: ({ messages }) =>
      messages.reduce((sum, { clientId, body }) => sum + TEXT_FIXED + clientId.length + body.length, 0),
  },
  friend_request: { lasts: true, units: ({ nickname, message }) => nickname.length + message.length },
  friend_added: { lasts: true },
  friend_removed: { lasts: true },
  signal: { lasts: false, units: ({ signal }) => JSON.stringify(signal ?? null).length },
  receipt: { lasts: true, supersedes: ({ conversation, peer }) => `${conversation} ${peer}` },
  group_moved: { lasts: false },
  group_receipt: { lasts: true, supersedes: ({ conversation }) => String(conversation) },
  typing: { lasts: false },
  presence: { lasts: true, supersedes: ({ friend }) => String(friend) },
  // Whoever moved it is told of another's move, and not of its own.
  cursor_moved: { lasts: true, supersedes: ({ conversation, except }) => `${conversation} ${except}` },
  settings_changed: { lasts: true, supersedes: ({ conversation, except }) => `${conversation} ${except}` },
  request_gone: { lasts: true },
  block_changed: { lasts: true },
  profile_changed: {
    lasts: true,
    supersedes: ({ profile, except }) => `${profile.id} ${except}`,
    units: ({ profile }) => profile.description.length,
  },
  end_session: { lasts: true },
};

/** The row of an event's own type; the compiler cannot pair the two through a union. */
const rowOf = (event: UserEvent) => eventTable[event.type] as EventRow<EventType>;

/** Whether an event is kept for a node until that has it. */
export const lasts = (event: UserEvent): boolean => eventTable[event.type].lasts;

/** Events of one key tell where something stands: only the last of them matters. Undefined for one that always does. */
export function supersededBy(event: UserEvent): string | undefined {
  const key = rowOf(event).supersedes?.(event);
  return key === undefined ? undefined : `${event.type} ${keyOf(event.audience)} ${key}`;
}

/** What an event weighs, in UTF-16 units of text. */
export const unitsOf = (event: UserEvent): number =>
  USER_UNITS * listed(event.audience).length + (rowOf(event).units?.(event) ?? 0);

const listed = (audience: Audience): readonly UserId[] =>
  "users" in audience ? audience.users : (audience.except ?? []);

const keyOf = (audience: Audience): string =>
  "users" in audience ? audience.users.join() : `in ${audience.conversation} but ${listed(audience).join()}`;
