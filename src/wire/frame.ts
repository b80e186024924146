/**
 * @module wire/frame
 * Cuts the byte stream of the chat wire into frames and makes frames of bodies.
 *
 * ```
 * offset 0  u16 big-endian  service id
 * offset 2  u16 big-endian  TOTAL length, these 4 header bytes included
 * offset 4  JSON object, UTF-8, (length - 4) bytes
 * ```
 *
 * The length field makes 65,535 bytes the largest frame there can be; a length below 4 cannot be followed
 * by anything meaningful, so the stream is broken for good from there on.
 */
import { utf8Length } from "./sizes.ts";

export const HEADER_BYTES = 4;
/** Largest whole frame the header can tell, header included. */
export const MAX_FRAME_BYTES = 65_535;
/** Largest body, in bytes of UTF-8. */
export const MAX_BODY_BYTES = MAX_FRAME_BYTES - HEADER_BYTES;

export interface Frame {
  readonly id: number;
  /** The body's bytes; copy what must outlive the call that handed them out. */
  readonly body: Uint8Array;
}

/** The stream cannot be understood any more (a length below 4); the connection must be closed. */
export class FrameError extends Error {
  override readonly name = "FrameError";
}

/** The body does not fit one frame. The caller cuts lists or refuses content before it comes to this. */
export class FrameTooLargeError extends Error {
  override readonly name = "FrameTooLargeError";
}

const encoder = new TextEncoder();

/**
 * One whole frame of an id and a body that is JSON text already.
 * @throws FrameTooLargeError when the body is over MAX_BODY_BYTES.
 */
export function encodeFrameText(id: number, json: string): Uint8Array {
  // A UTF-16 code unit takes at most 3 bytes of UTF-8; short texts are encoded in place without measuring.
  const room = json.length * 3 + HEADER_BYTES;
  const buffer = new Uint8Array(room <= 4096 ? room : HEADER_BYTES + utf8Length(json));
  const { written } = encoder.encodeInto(json, buffer.subarray(HEADER_BYTES));
  const total = written + HEADER_BYTES;
  if (total > MAX_FRAME_BYTES) throw new FrameTooLargeError(`frame ${id} would take ${total} bytes`);
  buffer[0] = id >>> 8;
  buffer[1] = id & 0xff;
  buffer[2] = total >>> 8;
  buffer[3] = total & 0xff;
  return buffer.subarray(0, total);
}

/** One whole frame of an id and a body object. @throws FrameTooLargeError */
export function encodeFrame(id: number, body: object): Uint8Array {
  return encodeFrameText(id, JSON.stringify(body));
}

/** The first buffer of an incomplete frame; it doubles up to the frame's length. */
const FIRST_BUFFER_BYTES = 64;

/**
 * Stream decoder of one connection. Feed it whatever arrived, in any split; it calls `onFrame` for each whole
 * frame, in order. Frames that lie whole in a chunk are not copied. It keeps at most one incomplete frame
 * (under 64 KiB, in a buffer that grows with what arrived, not with what the header promises) and nothing
 * between frames, so an idle connection costs next to nothing. Every byte is copied a bounded number of times.
 */
export class FrameDecoder {
  /** Its first `#length` bytes are the incomplete frame's bytes so far. */
  #buffer: Uint8Array | undefined;
  #length = 0;
  #broken = false;

  /** Bytes of an incomplete frame held back. */
  get pending(): number {
    return this.#length;
  }

  /**
   * @param chunk bytes as they came; not kept after the call, so the caller may reuse its buffer. The body given
   *   to `onFrame` is valid during that call only.
   * @param onFrame returns false to stop behind this frame.
   * @returns how many of the chunk's bytes were taken: all, unless `onFrame` stopped. The rest is the caller's to
   *   push again.
   * @throws FrameError when a header's length is below 4; frames before it have been handed out. So does every
   *   later push: the stream is broken for good.
   */
  push(chunk: Uint8Array, onFrame: (id: number, body: Uint8Array) => unknown): number {
    if (this.#broken) throw new FrameError("the stream is broken");
    let at = 0;
    if (this.#buffer !== undefined) {
      at = this.#fill(chunk);
      const whole = this.#takeWhole();
      if (whole !== undefined && onFrame(serviceId(whole, 0), whole.subarray(HEADER_BYTES)) === false)
        return at;
    }
    while (chunk.length - at >= HEADER_BYTES) {
      const total = this.#totalLength(chunk, at);
      if (chunk.length - at < total) break;
      const start = at;
      at += total;
      if (onFrame(serviceId(chunk, start), chunk.subarray(start + HEADER_BYTES, at)) === false) return at;
    }
    if (at < chunk.length) this.#keep(chunk, at, chunk.length);
    return chunk.length;
  }

  /** Continues the incomplete frame with the chunk's first bytes. @returns how many of them it took. */
  #fill(chunk: Uint8Array): number {
    const at = Math.min(Math.max(HEADER_BYTES - this.#length, 0), chunk.length);
    const header = this.#keep(chunk, 0, at);
    if (this.#length < HEADER_BYTES) return at;
    const end = Math.min(at + this.#totalLength(header, 0) - this.#length, chunk.length);
    this.#keep(chunk, at, end);
    return end;
  }

  /** Gives the incomplete frame away if it is complete now. */
  #takeWhole(): Uint8Array | undefined {
    const buffer = this.#buffer;
    if (buffer === undefined || this.#length < HEADER_BYTES) return undefined;
    const total = this.#totalLength(buffer, 0);
    if (this.#length < total) return undefined;
    this.#buffer = undefined;
    this.#length = 0;
    return buffer.subarray(0, total);
  }

  /** Appends the chunk's bytes from `from` to `to` to the incomplete frame. @returns its buffer. */
  #keep(chunk: Uint8Array, from: number, to: number): Uint8Array {
    const length = this.#length + to - from;
    let buffer = this.#buffer;
    if (buffer === undefined || buffer.length < length) {
      const doubled = Math.max(FIRST_BUFFER_BYTES, length, 2 * (buffer?.length ?? 0));
      const grown = new Uint8Array(Math.min(doubled, MAX_FRAME_BYTES));
      if (buffer !== undefined) grown.set(buffer.subarray(0, this.#length));
      buffer = grown;
    }
    buffer.set(chunk.subarray(from, to), this.#length);
    this.#buffer = buffer;
    this.#length = length;
    return buffer;
  }

  #totalLength(data: Uint8Array, at: number): number {
    const total = (byte(data, at + 2) << 8) | byte(data, at + 3);
    if (total >= HEADER_BYTES) return total;
    this.#broken = true;
    this.#buffer = undefined;
    this.#length = 0;
    throw new FrameError(`a frame of length ${total} cannot be`);
  }
}

const byte = (data: Uint8Array, at: number): number => data[at] ?? 0;
const serviceId = (data: Uint8Array, at: number): number => (byte(data, at) << 8) | byte(data, at + 1);
