/**
 * @module chat/bodies
 * Domain values as the wire writes them, and lists cut to what fits one frame.
 */
import type {
  ConversationSettings,
  Friend,
  FriendRequest,
  Head,
  Message,
  Profile,
} from "../domain/entities.ts";
import type { ConversationId, UserId } from "../domain/ids.ts";
import { MAX_BODY_BYTES } from "../wire/frame.ts";
import { kindSpec } from "../wire/kinds.ts";
import type { Body, FriendRequestBody, HeadBody, ProfileBody } from "../wire/messages.ts";
import { isContentTooLarge, MAX_CONTENT_BYTES, MAX_DESCRIPTION, utf8Length } from "../wire/sizes.ts";

/** How far a member of a conversation got, as a session was told. */
export interface Marks {
  readonly deliveredSeq: number;
  readonly readSeq: number;
}

/** What a frame's list may take, leaving room for the fields around it. */
const LIST_BUDGET_BYTES = MAX_BODY_BYTES - 4_096;

export const idText = (id: UserId): string => String(id);
export const conversationText = (id: ConversationId): string => String(id);

export function profileBody(profile: Profile): ProfileBody {
  return {
    uuid: idText(profile.id),
    username: profile.username,
    nickname: profile.nickname,
    avator: profile.avatar,
    description: shortened(profile.description),
    sex: profile.sex,
  };
}

/** How far somebody got in a conversation, as 113 and 133 tell it. */
export function cursorBody(place: Pick<Head, "conversation" | "peer">, marks: Marks) {
  return { ...placeBody(place), delivered_seq: marks.deliveredSeq, read_seq: marks.readSeq };
}

export function changedProfileBody(profile: Profile): Body<"PROFILECHANGED"> {
  const { username: _, ...changed } = profileBody(profile);
  return changed;
}

export function blockedEntry(profile: Profile): Body<"BLOCKLISTRESPONSE">["users"][number] {
  const { uuid, username, nickname, avator } = profileBody(profile);
  return { uuid, username, nickname, avator };
}

export function friendRequestBody(request: FriendRequest): FriendRequestBody {
  return {
    src_uuid: idText(request.from.id),
    dst_uuid: idText(request.to),
    username: request.from.username,
    avator: request.from.avatar,
    nickname: request.nickname,
    description: shortened(request.from.description),
    message: request.message,
    sex: request.from.sex,
  };
}

export function friendEntry(friend: Friend): Body<"FRIENDLISTRESPONSE">["friends"][number] {
  return { ...profileBody(friend.profile), alternative_name: friend.alternativeName };
}

export function incomingRequestBody(
  from: Profile,
  to: UserId,
  nickname: string,
  message: string,
): Body<"FRIENDREINCOMINGREQUEST"> {
  return {
    error: 0,
    src_uuid: idText(from.id),
    dst_uuid: idText(to),
    src_nickname: nickname,
    src_message: message,
    src_avator: from.avatar,
    src_username: from.username,
    src_desc: shortened(from.description),
    src_sex: from.sex,
  };
}

export function newFriendBody(friend: Profile): Body<"FRIENDING_ON_BIDDIRECTIONAL"> {
  return {
    error: 0,
    friend_uuid: idText(friend.id),
    friend_nickname: friend.nickname,
    friend_avator: friend.avatar,
    friend_username: friend.username,
    friend_desc: shortened(friend.description),
    friend_sex: friend.sex,
  };
}

export function headBody(head: Head): HeadBody {
  const { conversation, peer, kind, unread, last, name, avatar, members, role } = head;
  return {
    ...placeBody({ conversation, peer }),
    kind,
    last_seq: head.lastSeq,
    delivered_seq: head.deliveredSeq,
    read_seq: head.readSeq,
    peer_delivered_seq: head.peerDeliveredSeq,
    peer_read_seq: head.peerReadSeq,
    unread,
    ...(last !== undefined && { last: previewBody(last) }),
    ...(name !== undefined && { name }),
    ...(avatar !== undefined && avatar !== "" && { avatar }),
    ...(members !== undefined && { members }),
    ...(role !== undefined && { role }),
    ...settingsBody(head),
  };
}

/** The one line that a list shows of a message. */
function previewBody({ seq, at, sender, kind, body, data }: Message): NonNullable<HeadBody["last"]> {
  return { seq, at, msg_sender: idText(sender), kind, preview: kindSpec(kind).preview({ body, data }) };
}

/** What is not so is left out. */
function settingsBody({ mutedUntil, pinned, archived }: ConversationSettings) {
  return {
    ...(mutedUntil !== undefined && { muted_until: mutedUntil }),
    ...(pinned && { pinned }),
    ...(archived && { archived }),
  };
}

/** How a conversation is named to a client: `peer` for a direct one. */
export function placeBody({ conversation, peer }: Pick<Head, "conversation" | "peer">) {
  return {
    conversation: conversationText(conversation),
    ...(peer !== undefined && { peer: idText(peer) }),
  };
}

/** What protocol 2 is told of a message beside its content. */
export function besideContent({ kind, data, replyTo, editedSeq, recalled, reactions }: Message) {
  return {
    kind,
    ...(data !== undefined && { data }),
    ...(replyTo !== undefined && { reply_to: replyTo }),
    ...(editedSeq !== undefined && { edited_seq: editedSeq }),
    ...(recalled && { recalled }),
    ...(reactions !== undefined && { reactions: [...reactions] }),
  };
}

export function historyEntry(message: Message): Body<"HISTORYRESPONSE">["messages"][number] {
  return {
    seq: message.seq,
    at: message.at,
    msg_id: message.clientId,
    msg_sender: idText(message.sender),
    msg_content: shownContent(message.body),
    ...besideContent(message),
  };
}

/** The first of the entries, as many as fit `budget` bytes of JSON. */
export function fitting<T>(entries: readonly T[], budget = LIST_BUDGET_BYTES): T[] {
  let room = budget;
  const taken: T[] = [];
  for (const entry of entries) {
    room -= jsonBytes(entry) + 1;
    if (room < 0) break;
    taken.push(entry);
  }
  return taken;
}

/** Bytes that a value takes as JSON. */
export function jsonBytes(value: unknown): number {
  return utf8Length(JSON.stringify(value));
}

export { LIST_BUDGET_BYTES };

/**
 * A text as it is shown: one that was stored before there was a limit is cut to what a frame can carry, so that it
 * does not stop what comes behind it.
 */
export function shownContent(body: string): string {
  if (!isContentTooLarge(body)) return body;
  let cut = body.slice(0, MAX_CONTENT_BYTES);
  while (isContentTooLarge(`${cut}…`)) cut = cut.slice(0, Math.floor(cut.length * 0.75));
  return `${cut}…`.toWellFormed();
}

/** A profile of an adopted database may hold a description of 64 KiB. */
function shortened(text: string): string {
  return text.length <= MAX_DESCRIPTION ? text : text.slice(0, MAX_DESCRIPTION);
}
