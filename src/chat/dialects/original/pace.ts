/**
 * @module chat/dialects/original/pace
 * When the original's desktop client can take its next frame. It draws on the thread it reads on: a frame that comes
 * while it draws waits in its socket, and two that are read together hang it for ever.
 *
 * What was measured on it. Each text makes it lay out all bubbles of that friend's transcript again, which takes 1.3 ms
 * a bubble on an idle machine and 3 to 6 ms on a loaded one. A 19 of k texts costs k such layouts; together they are cheaper
 * than one by one: 81 texts in one 19 took 452 ms, a tenth of it. A text of its own costs a layout, too, just when our 18
 * comes. With 24 texts from each side, one each 250 ms, gaps of 100 and 250 ms hung it, 400 ms and more held.
 *
 * What follows from it:
 * - After a frame is written the next one waits `gapMs`, or as long as a loaded machine lays out what the frame added.
 * - After a frame of its own it is left alone for as long: who is busy typing is not written to. Somebody who never pauses
 *   is written to all the same after `maxGapMs`, as soon as a machine that is not loaded much is through with their last text.
 * - Few large 19s rather than many small ones, as large as is surely laid out within `maxGapMs`.
 */
import type { UserId } from "../../../domain/ids.ts";

export interface PaceSettings {
  /** The least time between two frames, milliseconds. */
  readonly gapMs: number;
  /** What the time between two frames grows to at most, milliseconds; no less than `gapMs`. */
  readonly maxGapMs: number;
}

/** Laying out one bubble on a loaded machine, at worst and at best. Milliseconds. */
const LAYOUT_MS = 6;
const BEST_LAYOUT_MS = 3;
/** The same for a bubble and a text of many in one 19: 452 ms / (81 · 82 / 2) on an idle machine, 6 / 1.3 as much on a loaded one. */
const MERGED_LAYOUT_MS = 0.63;

/** All times are of one monotonic clock, in milliseconds. */
export class Pace {
  readonly #settings: PaceSettings;
  /** Texts that the transcripts hold, by friend, of this session: the client keeps none of another. */
  readonly #bubbles = new Map<UserId, number>();
  /** When the layout of what was written is over. */
  #readyAt = 0;
  /** When it has been quiet for long enough, and when that is long enough for who never pauses. */
  #quietAt = 0;
  #briefQuietAt = 0;

  constructor(settings: PaceSettings) {
    this.#settings = settings;
  }

  /** The client sent a frame. */
  heard(now: number): void {
    this.#quietAt = Math.max(this.#quietAt, now + this.#settings.gapMs);
  }

  /** The frame brought `count` texts to a friend, which the client shows as well. */
  heardTexts(now: number, peer: UserId, count: number): void {
    const layouts = this.#layOut(peer, count);
    this.#quietAt = Math.max(this.#quietAt, now + this.#gap(layouts));
    this.#briefQuietAt = now + Math.min(layouts * BEST_LAYOUT_MS, this.#settings.maxGapMs);
  }

  /** A frame without texts has left. */
  wrote(now: number): void {
    this.#readyAt = now + this.#settings.gapMs;
  }

  /** A 19 with `count` texts of a friend has left. */
  wroteTexts(now: number, peer: UserId, count: number): void {
    this.#readyAt = now + this.#gap(this.#layOut(peer, count));
  }

  /** When a frame that waits since `since` may be written. */
  dueAt(since: number): number {
    const quietAt = Math.max(this.#readyAt, this.#quietAt);
    const impatientAt = Math.max(this.#readyAt, since) + this.#settings.maxGapMs;
    return Math.min(quietAt, Math.max(impatientAt, this.#briefQuietAt));
  }

  /** How many texts of a friend one 19 may hold; at least 1. */
  maxTexts(peer: UserId): number {
    // The largest k with k · (n + (k + 1) / 2) layouts of a bubble within the time.
    const layouts = this.#settings.maxGapMs / MERGED_LAYOUT_MS;
    const b = this.#bubblesOf(peer) + 0.5;
    return Math.max(1, Math.floor(Math.sqrt(b * b + 2 * layouts) - b));
  }

  #bubblesOf(peer: UserId): number {
    return this.#bubbles.get(peer) ?? 0;
  }

  /** Adds texts to a transcript. @returns how many bubbles are laid out for them, one after the other */
  #layOut(peer: UserId, count: number): number {
    const before = this.#bubblesOf(peer);
    this.#bubbles.set(peer, before + count);
    return count * (before + (count + 1) / 2);
  }

  #gap(layouts: number): number {
    const { gapMs, maxGapMs } = this.#settings;
    return Math.min(Math.max(gapMs, layouts * LAYOUT_MS), maxGapMs);
  }
}
