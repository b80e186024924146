/**
 * @module store/cursors
 * How far a cursor may move: the rule both adapters follow.
 */
import type { CursorMove, CursorState } from "./store.ts";

/** Where a member stands after a move, and which of the marks it advanced. */
export interface Advanced {
  readonly delivered: number;
  readonly read: number;
  readonly deliveredMoved: boolean;
  readonly readMoved: boolean;
}

/**
 * Where a member stands after a move: never back, never past the conversation's last seq, and what is read is
 * delivered too. Own texts that follow are passed over afterwards (store/heads), and stored so: they are passed
 * over once and not at every look.
 */
export function advanced(
  standing: { readonly lastSeq: number; readonly delivered: number; readonly read: number },
  wanted: CursorMove,
): Advanced {
  const read = Math.max(standing.read, Math.min(wanted.read ?? 0, standing.lastSeq));
  const delivered = Math.max(standing.delivered, read, Math.min(wanted.delivered ?? 0, standing.lastSeq));
  return {
    delivered,
    read,
    deliveredMoved: delivered > standing.delivered,
    readMoved: read > standing.read,
  };
}

/** Of who is no member. */
export const nowhere = ({ conversation, user }: CursorMove): CursorState => ({
  ...{
    conversation,
    user,
    kind: undefined,
    peer: undefined,
    delivered: 0,
    read: 0,
    moved: false,
    shown: true,
  },
});
