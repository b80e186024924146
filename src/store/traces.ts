/**
 * @module store/traces
 * The way of a message from its row, for both adapters.
 */
import type { ConversationKind } from "../domain/entities.ts";
import type { UserId } from "../domain/ids.ts";
import { type ProjectedRow, projected } from "./projection.ts";
import type { Trace } from "./store.ts";

export interface TraceRow {
  readonly message: ProjectedRow;
  readonly kind: ConversationKind;
  readonly groupName: string | null;
  /** NULL in a group. */
  readonly receiver: UserId | null;
  /** NULL when the account is gone. */
  readonly senderName: string | null;
  readonly receiverName: string | null;
  readonly deliveredSeq: number | null;
  readonly deliveredAt: number | null;
  readonly readSeq: number | null;
  readonly readAt: number | null;
}

export function traceOf({ message, kind, groupName, senderName, receiver, ...row }: TraceRow): Trace {
  return {
    ...{ message: projected(message, []), kind },
    ...{ senderName: senderName ?? "", groupName: groupName ?? "" },
    receiver:
      receiver === null
        ? undefined
        : {
            user: receiver,
            name: row.receiverName ?? "",
            deliveredSeq: row.deliveredSeq ?? 0,
            deliveredAt: row.deliveredAt ?? undefined,
            readSeq: row.readSeq ?? 0,
            readAt: row.readAt ?? undefined,
          },
  };
}
