/**
 * @module net/reader
 * The receiving half of a connection: bytes in, whole frames out, in order, and nothing while reading is paused.
 */

import { FrameDecoder, FrameError } from "../wire/frame.ts";
import { HeldBytes } from "./held.ts";

/** Who gets the frames, and has the socket. None of this throws. */
export interface FrameSink {
  /** False once it takes no more. */
  readonly isReceiving: boolean;
  received(id: number, body: Uint8Array): void;
  /** The bytes are no frames. */
  malformed(): void;
  /** The peer has sent its last, and all of it was handed out. */
  finished(): void;
  /** More arrived during a pause than may be held. */
  overflowed(): void;
  /** Makes the socket read or not. */
  setReading(reading: boolean): void;
}

/** Passes decoders around: only a connection in the middle of a frame needs one of its own. */
export class DecoderPool {
  #spare: FrameDecoder | undefined;

  /** A decoder that holds no bytes. */
  take(): FrameDecoder {
    const decoder = this.#spare ?? new FrameDecoder();
    this.#spare = undefined;
    return decoder;
  }

  /** Takes back one that holds no bytes and is not broken. */
  give(decoder: FrameDecoder): void {
    this.#spare = decoder;
  }
}

export class FrameReader {
  readonly #sink: FrameSink;
  readonly #pool: DecoderPool;
  readonly #maxHeldBytes: number;
  /** Holds the beginning of an incomplete frame. */
  #decoder: FrameDecoder | undefined;
  #paused = false;
  /** Whether the socket reads: after a pause not before what is held was handed out. */
  #reading = true;
  /** What arrived during a pause, not decoded yet. */
  #held: HeldBytes | undefined;
  /** The peer sent its last during a pause. */
  #heldEnd = false;

  constructor(sink: FrameSink, pool: DecoderPool, maxHeldBytes: number) {
    this.#sink = sink;
    this.#pool = pool;
    this.#maxHeldBytes = maxHeldBytes;
  }

  get isPaused(): boolean {
    return this.#paused;
  }

  /** Bytes arrived; they are not kept after the call. A socket may deliver some even after it was paused. */
  push(chunk: Uint8Array): void {
    if (!this.#sink.isReceiving) return;
    const taken = this.#paused || this.#held !== undefined ? 0 : this.#decode(chunk);
    if (taken < chunk.length && this.#sink.isReceiving) this.#hold(chunk.subarray(taken));
  }

  /** The peer sends no more. */
  end(): void {
    if (this.#paused || this.#held !== undefined) this.#heldEnd = true;
    else this.#sink.finished();
  }

  pause(): void {
    if (this.#paused) return;
    this.#paused = true;
    this.#setReading(false);
  }

  resume(): void {
    if (!this.#paused) return;
    this.#paused = false;
    if (this.#held === undefined && !this.#heldEnd) this.#setReading(true);
    else queueMicrotask(() => this.#readOn());
  }

  /** Forgets all bytes: nothing more will be handed out. */
  clear(): void {
    this.#decoder = undefined;
    this.#held = undefined;
  }

  /** From here on all bytes are read and dropped, so that the peer's end is seen. */
  drop(): void {
    this.clear();
    this.#setReading(true);
  }

  /** Hands out the frames of a chunk. @returns how many bytes that took: not all when reading was paused. */
  #decode(chunk: Uint8Array): number {
    const decoder = this.#decoder ?? this.#pool.take();
    this.#decoder = undefined;
    try {
      const taken = decoder.push(chunk, (id, body) => {
        this.#sink.received(id, body);
        return this.#sink.isReceiving && !this.#paused;
      });
      if (decoder.pending === 0) this.#pool.give(decoder);
      else if (this.#sink.isReceiving) this.#decoder = decoder;
      return taken;
    } catch (error) {
      if (!(error instanceof FrameError)) throw error;
      this.#sink.malformed();
      return chunk.length;
    }
  }

  #hold(chunk: Uint8Array): void {
    this.#held ??= new HeldBytes();
    this.#held.append(chunk);
    if (this.#held.length > this.#maxHeldBytes) this.#sink.overflowed();
  }

  /** Goes on where reading was paused. */
  #readOn(): void {
    if (!this.#sink.isReceiving || this.#paused) return;
    const held = this.#held;
    if (held !== undefined) {
      held.take(this.#decode(held.bytes()));
      if (held.length === 0) this.#held = undefined;
    }
    if (!this.#sink.isReceiving || this.#paused) return;
    if (this.#heldEnd) this.#sink.finished();
    else this.#setReading(true);
  }

  #setReading(reading: boolean): void {
    if (this.#reading === reading) return;
    this.#reading = reading;
    this.#sink.setReading(reading);
  }
}
