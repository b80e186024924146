/**
 * @module store/devices
 * What both adapters share about devices.
 */
import type { Page } from "../domain/entities.ts";
import type { ConversationId, UserId } from "../domain/ids.ts";
import { pageOf } from "./paging.ts";
import type { DeviceStanding, PageRequest } from "./store.ts";

/** No conversation has this id: a row of it says that the device was here, even when its account had none then. */
export const HERE = 0;

export interface StandingRow {
  readonly conversation: ConversationId;
  /** NULL in a group, which these devices do not see. */
  readonly peer: UserId | null;
  readonly lastSeq: number;
  /** NULL where it was shown nothing. */
  readonly shownSeq: number | null;
  readonly waitingSince: number | null;
}

export function standingsOf(rows: readonly StandingRow[], request: PageRequest): Page<DeviceStanding> {
  const page = pageOf(
    rows,
    request,
    ({ conversation }) => conversation,
    ({ peer, shownSeq, waitingSince, ...rest }) =>
      peer === null
        ? []
        : [{ ...rest, peer, shownSeq: shownSeq ?? 0, waitingSince: waitingSince ?? undefined }],
  );
  return { ...page, items: page.items.flat() };
}
