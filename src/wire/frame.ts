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

export const HEADER_BYTES = 4;
/** Largest whole frame the header can tell, header included. */
export const MAX_FRAME_BYTES = 65_535;
/** Largest body, in bytes of UTF-8. */
export const MAX_BODY_BYTES = MAX_FRAME_BYTES - HEADER_BYTES;

export interface Frame {
  readonly id: number;
  /** The body's bytes; valid until the next `push`, copy what must live longer. */
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

/** Bytes that `text` takes in UTF-8; a lone surrogate counts as U+FFFD (3 bytes), as TextEncoder writes it. */
export function utf8Length(text: string): number {
  let bytes = text.length;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (unit < 0x80) continue;
    if (unit < 0x800) bytes += 1;
    else if (unit >= 0xd800 && unit < 0xdc00 && (text.charCodeAt(i + 1) & 0xfc00) === 0xdc00) {
      bytes += 2; // a pair: 2 units, 4 bytes
      i++;
    } else bytes += 2;
  }
  return bytes;
}

/**
 * Stream decoder of one connection. Feed it whatever arrived, in any split; it calls `onFrame` for each whole
 * frame, in order. It keeps at most one incomplete frame (under 64 KiB), and nothing between frames.
 */
export class FrameDecoder {
  #rest: Uint8Array | undefined;

  /** Bytes of an incomplete frame held back. */
  get pending(): number {
    return this.#rest?.length ?? 0;
  }

  /**
   * @param chunk bytes as they came; not kept after the call, so the caller may reuse its buffer.
   * @throws FrameError when a header's length is below 4; frames before it have been handed out.
   */
  push(chunk: Uint8Array, onFrame: (id: number, body: Uint8Array) => void): void {
    let data = chunk;
    if (this.#rest !== undefined) {
      data = new Uint8Array(this.#rest.length + chunk.length);
      data.set(this.#rest);
      data.set(chunk, this.#rest.length);
      this.#rest = undefined;
    }
    let at = 0;
    while (data.length - at >= HEADER_BYTES) {
      const id = (byte(data, at) << 8) | byte(data, at + 1);
      const total = (byte(data, at + 2) << 8) | byte(data, at + 3);
      if (total < HEADER_BYTES) throw new FrameError(`a frame of length ${total} cannot be`);
      if (data.length - at < total) break;
      onFrame(id, data.subarray(at + HEADER_BYTES, at + total));
      at += total;
    }
    if (at < data.length) this.#rest = data.slice(at);
  }
}

const byte = (data: Uint8Array, at: number): number => data[at] ?? 0;
