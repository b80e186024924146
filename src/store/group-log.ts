/**
 * @module store/group-log
 * The message that a change of a group leaves in its log, and what its caller is told, for both adapters.
 */
import type { Message } from "../domain/entities.ts";
import { AppError } from "../domain/error.ts";
import type { ConversationId, UserId } from "../domain/ids.ts";
import { MEMBERS_KIND } from "../domain/kinds.ts";
import type { GroupPlan } from "./groups.ts";
import type { GroupOutcome } from "./store.ts";

export const HOUR_MS = 3_600_000;

/** Groups that somebody created within the last hour. */
export interface Created {
  readonly count: number;
  /** When the first of them was, milliseconds since 1970. */
  readonly first: number | null;
}

/** @throws AppError RATE_LIMITED, with the time until the first of them is an hour ago */
export function requireFewCreated({ count, first }: Created, at: number, limit: number): void {
  if (count < limit) return;
  const retryAfterMs = Math.max(1, (first ?? at) + HOUR_MS - at);
  throw new AppError("RATE_LIMITED", { retryAfterMs, detail: "groups created" });
}

/** Who changes which group, where its log ends, and the time of the change. */
export interface GroupTurn {
  readonly conversation: ConversationId;
  readonly actor: UserId;
  readonly clientId: string;
  readonly at: number;
  readonly lastSeq: number;
  /** The time of its last message; 0 when it has none. */
  readonly lastAt: number;
  readonly version: number;
}

/** The message of a plan that changes something. */
export function membersMessage(turn: GroupTurn, { data }: GroupPlan): Message {
  const { conversation, actor: sender, clientId, at, lastSeq, lastAt } = turn;
  const seq = lastSeq + 1;
  return {
    conversation,
    seq,
    sender,
    clientId,
    kind: MEMBERS_KIND,
    body: "",
    at: Math.max(at, lastAt),
    data,
  };
}

/** @param message what was stored, if anything. */
export function groupOutcome(
  { conversation, version }: GroupTurn,
  { refused }: GroupPlan,
  message: Message | undefined,
): GroupOutcome {
  return {
    ...{ conversation, message, refused },
    ...{ version: message === undefined ? version : version + 1, duplicate: false },
  };
}

/** What is told of a change whose client id is stored already. @throws AppError MESSAGE_ID_CONFLICT */
export function repeatedChange(message: Message, version: number): GroupOutcome {
  if (message.kind !== MEMBERS_KIND) throw new AppError("MESSAGE_ID_CONFLICT");
  return { conversation: message.conversation, version, message, duplicate: true, refused: [] };
}
