/**
 * @module store/devices
 * What both adapters share about devices.
 */
import type { ConversationId, UserId } from "../domain/ids.ts";
import type { DeviceStanding } from "./store.ts";

/** No conversation has this id: a row of it says that the device was here, even when its account had none then. */
export const HERE = 0;

export interface StandingRow {
  readonly conversation: ConversationId;
  readonly peer: UserId;
  readonly lastSeq: number;
  /** NULL where it was shown nothing. */
  readonly shownSeq: number | null;
  readonly waitingSince: number | null;
}

export function standingOf({ shownSeq, waitingSince, ...rest }: StandingRow): DeviceStanding {
  return { ...rest, shownSeq: shownSeq ?? 0, waitingSince: waitingSince ?? undefined };
}
