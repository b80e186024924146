/**
 * @module net/queue
 * The frames of one connection that wait to be written, in order. It is made with the first frame and dropped
 * with the last, so that an idle connection has none.
 */

/** At this size a frame is written from where it lies; smaller ones are cheaper to gather than to write singly. */
const GATHER_BELOW_BYTES = 8_192;

export class FrameQueue {
  #frames: (Uint8Array | undefined)[] = [];
  /** Index of the first frame that is not wholly written. */
  #head = 0;
  /** Bytes of the head that are written already. */
  #offset = 0;
  #bytes = 0;

  /** Frames not wholly written. */
  get length(): number {
    return this.#frames.length - this.#head;
  }

  /** Bytes not written. */
  get bytes(): number {
    return this.#bytes;
  }

  push(frame: Uint8Array): void {
    this.#frames.push(frame);
    this.#bytes += frame.length;
  }

  /** What is left of the first frame, where it lies; empty when there is none. */
  first(): Uint8Array {
    const frame = this.#frames[this.#head];
    if (frame === undefined) return NOTHING;
    return this.#offset === 0 ? frame : frame.subarray(this.#offset);
  }

  /**
   * The next bytes to write: what is left of the first frame, or that and the small frames behind it copied
   * together into `scratch`.
   */
  gather(scratch: Uint8Array): Uint8Array {
    const first = this.first();
    const second = this.#frames[this.#head + 1];
    if (second === undefined || first.length >= GATHER_BELOW_BYTES) return first;
    scratch.set(first);
    let end = first.length;
    for (let i = this.#head + 1; i < this.#frames.length; i++) {
      const frame = this.#frames[i];
      if (frame === undefined || frame.length > scratch.length - end) break;
      scratch.set(frame, end);
      end += frame.length;
    }
    return scratch.subarray(0, end);
  }

  /** Takes `count` bytes off the front: they are written. */
  take(count: number): void {
    this.#bytes -= count;
    let left = this.#offset + count;
    let frame = this.#frames[this.#head];
    while (frame !== undefined && left >= frame.length) {
      left -= frame.length;
      this.#frames[this.#head++] = undefined; // the written frame's memory must not wait for those behind it
      frame = this.#frames[this.#head];
    }
    this.#offset = left;
    this.#compact();
  }

  /** Keeps the written part of the array from growing with a queue that never gets empty. */
  #compact(): void {
    if (this.#head < 64 || this.#head * 2 < this.#frames.length) return;
    this.#frames = this.#frames.slice(this.#head);
    this.#head = 0;
  }
}

const NOTHING = new Uint8Array(0);
