/**
 * @module store/cursors
 * How far a cursor may move: the rule both adapters follow.
 */
import type { CursorMove } from "./store.ts";

/**
 * Where a member stands after a move: never back, never past the conversation's last seq, and what is read is
 * delivered too.
 */
export function advanced(
  standing: { readonly lastSeq: number; readonly delivered: number; readonly read: number },
  wanted: CursorMove,
): { delivered: number; read: number; moved: boolean } {
  const read = Math.max(standing.read, Math.min(wanted.read ?? 0, standing.lastSeq));
  const delivered = Math.max(standing.delivered, read, Math.min(wanted.delivered ?? 0, standing.lastSeq));
  return { delivered, read, moved: delivered > standing.delivered || read > standing.read };
}
