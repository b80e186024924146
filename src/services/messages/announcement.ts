/**
 * @module services/messages/announcement
 * From a commit to the events that tell of it. Texts that follow each other in one conversation travel as one
 * event per side, so a burst is one frame.
 */
import type { Message } from "../../domain/entities.ts";
import { type ConversationId, type SessionId, type UserId, userId } from "../../domain/ids.ts";
import { membersOf } from "../../domain/kinds.ts";
import type { AppendEntry } from "../../store/store.ts";
import { only, type UserEvent } from "../delivery/events.ts";
import type { CommittedSubmission, Submission } from "./committer.ts";

/** Texts of one 17. */
export interface TextSubmission extends Submission {
  /** The other member of a direct conversation. */
  readonly peer: UserId | undefined;
  /** The session that sent them; undefined when another server handed them over. */
  readonly session: SessionId | undefined;
}

export interface Announcement {
  readonly events: readonly UserEvent[];
  /** Messages stored by this commit, and those that had been stored before. */
  readonly stored: number;
  readonly repeated: number;
}

/** Messages of one sender that follow each other without a gap. */
interface Run {
  readonly messages: Message[];
  readonly peer: UserId | undefined;
  readonly session: SessionId | undefined;
}

/**
 * A repeated message is told again: its first commit may have been one whose answer was lost, so that nobody
 * was told then. Sessions that have it drop it (chat/delivery).
 */
export function announcement(batch: readonly CommittedSubmission<TextSubmission>[]): Announcement {
  const runs: Run[] = [];
  let stored = 0;
  let repeated = 0;
  for (const { submission, outcomes } of batch) {
    for (const [index, outcome] of outcomes.entries()) {
      const entry = submission.entries[index];
      if (entry === undefined || (outcome.status !== "stored" && outcome.status !== "duplicate")) continue;
      if (outcome.status === "stored") stored++;
      else repeated++;
      const message = messageOf(entry, outcome.seq, outcome.at);
      const run = runs.at(-1);
      if (run !== undefined && run.session === submission.session && follows(run, message))
        run.messages.push(message);
      else runs.push({ messages: [message], peer: submission.peer, session: submission.session });
    }
  }
  return { events: runs.flatMap(eventsOf), stored, repeated };
}

function follows({ messages }: Run, next: Message): boolean {
  const last = messages.at(-1);
  return (
    last !== undefined &&
    last.conversation === next.conversation &&
    last.sender === next.sender &&
    last.seq + 1 === next.seq
  );
}

function messageOf(entry: AppendEntry, seq: number, at: number): Message {
  const { conversation, sender, clientId, kind, body, data, replyTo } = entry;
  const message: Message = { conversation, seq, sender, clientId, kind, body, at };
  if (data === undefined && replyTo === undefined) return message;
  return { ...message, ...(data !== undefined && { data }), ...(replyTo !== undefined && { replyTo }) };
}

function eventsOf({ messages, peer, session }: Run): UserEvent[] {
  const [first] = messages;
  if (first === undefined) return [];
  return tellingOf(first.conversation, first.sender, peer, messages, session);
}

/**
 * Who is told of messages of one sender: the receiver and the sender's other sessions, or all members of a group; and,
 * first and besides, whom a message makes a member: nodes where nobody was one do not listen yet.
 * @param session the one that needs no copy
 */
export function tellingOf(
  conversation: ConversationId,
  sender: UserId,
  peer: UserId | undefined,
  messages: readonly Message[],
  session: SessionId | undefined,
): UserEvent[] {
  if (peer === undefined) {
    const told = { type: "texts", peer, messages, except: session } as const;
    const added = messages.flatMap((message) => membersOf(message)?.added ?? []);
    const members: UserEvent = { ...told, audience: { conversation } };
    if (added.length === 0) return [members];
    return [{ ...told, audience: { users: added.map((text) => userId(Number(text))) } }, members];
  }
  return [
    { type: "texts", audience: only(peer), peer: sender, messages },
    { type: "texts", audience: only(sender), peer, messages, except: session },
  ];
}
