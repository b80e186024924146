/**
 * @module store/refusals
 * What was refused stays refused for a while, whatever changes meanwhile: who was told so may rely on it, though a copy
 * of the text is still on its way by another connection, on a node that was cut off or stood still. Such a copy comes
 * within the lease of its node and the patience of its call; whoever sends the text anew gives it another client id.
 */
import type { AppendEntry, AppendOutcome } from "./store.ts";

/** How long a refusal is remembered. Milliseconds. */
export const REMEMBERED_MS = 60_000;

const FINAL = ["not_friends", "blocked", "not_a_member"] as const;
export type FinalRefusal = (typeof FINAL)[number];

/** What of a batch was refused for what its sender is to the conversation. */
export function refusedOf(
  entries: readonly AppendEntry[],
  outcomes: readonly AppendOutcome[],
): { readonly entry: AppendEntry; readonly reason: FinalRefusal }[] {
  return entries.flatMap((entry, index) => {
    const reason = FINAL.find((status) => status === outcomes[index]?.status);
    return reason === undefined ? [] : [{ entry, reason }];
  });
}
