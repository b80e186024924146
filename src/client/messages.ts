/**
 * @module client/messages
 * Messages and conversations as the server tells of them become what an app is told.
 */
import type { Body, HeadBody } from "../wire/messages.ts";
import type { Place } from "./addresses.ts";
import type { ChatMessage, ConversationHead, Preview } from "./events.ts";
import type { Settings } from "./settings.ts";

/** A message as HISTORY lists it, and as it is pushed. */
type WireMessage = Omit<Body<"HISTORYRESPONSE">["messages"][number], "kind"> & { readonly kind?: string };

/** Where a message is, and up to which seq its changes are in it. */
export type Standing = Place & { readonly asOf: number };

/** A message of a conversation from its wire form. A kind that is not known here is passed on as it is. */
export function messageOf(
  entry: WireMessage,
  { conversation, peer, asOf }: Standing,
  self: string,
): ChatMessage {
  const { seq, at, kind = "text", msg_sender: sender, msg_id: id, msg_content: content } = entry;
  const { data, reply_to: replyTo, edited_seq: editedSeq, recalled, reactions } = entry;
  return {
    conversation,
    ...(peer !== undefined && { peer }),
    ...{ seq, at, id, sender, kind, content },
    ...(data !== undefined && { data }),
    ...(replyTo !== undefined && { replyTo }),
    ...(editedSeq !== undefined && { editedSeq }),
    ...(recalled !== undefined && { recalled }),
    ...(reactions !== undefined && { reactions }),
    ...{ asOf, mine: sender === self },
  };
}

/** The messages of a 19. None when it lacks what protocol 2 adds. */
export function messagesOf(body: Body<"TEXTCHATMSGICOMINGREQUEST">, self: string): ChatMessage[] {
  const { conversation, text_sender, text_receiver, text_msg } = body;
  if (conversation === undefined) return [];
  // A text to a group has no receiver.
  const other = text_sender === self ? text_receiver : text_sender;
  const peer = text_receiver === undefined ? undefined : other;
  return text_msg.flatMap(({ seq, at, ...entry }) =>
    seq === undefined || at === undefined
      ? []
      : [messageOf({ ...entry, seq, at }, { conversation, peer, asOf: seq }, self)],
  );
}

/** A conversation's head from its wire form. */
export function headOf(head: HeadBody): ConversationHead {
  const { conversation, peer, kind, unread, last, name, avatar, members, role } = head;
  return {
    conversation,
    ...(peer !== undefined && { peer }),
    ...{ kind, unread },
    ...(last && { last: previewOf(last) }),
    ...(name !== undefined && { name }),
    ...(avatar !== undefined && { avatar }),
    ...(members !== undefined && { members }),
    ...(role !== undefined && { role }),
    settings: settingsOf(head),
    lastSeq: head.last_seq,
    deliveredSeq: head.delivered_seq,
    readSeq: head.read_seq,
    peerDeliveredSeq: head.peer_delivered_seq,
    peerReadSeq: head.peer_read_seq,
  };
}

export const settingsOf = ({
  muted_until = 0,
  pinned = false,
  archived = false,
}: WireSettings): Settings => ({
  mutedUntil: muted_until,
  pinned,
  archived,
});

type WireSettings = Pick<HeadBody, "muted_until" | "pinned" | "archived">;

function previewOf({ msg_sender: sender, ...last }: NonNullable<HeadBody["last"]>): Preview {
  return { ...last, sender };
}
