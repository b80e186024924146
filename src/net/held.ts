/**
 * @module net/held
 * Bytes that arrived while nobody wanted them, in one buffer that doubles as it grows: as single pieces, a
 * thousand tiny frames would cost many times their bytes.
 */

export class HeldBytes {
  #buffer = new Uint8Array(0);
  #start = 0;
  #end = 0;

  get length(): number {
    return this.#end - this.#start;
  }

  /** All bytes, in order; valid until the next `append`. */
  bytes(): Uint8Array {
    return this.#buffer.subarray(this.#start, this.#end);
  }

  /** Appends a copy of the chunk. */
  append(chunk: Uint8Array): void {
    if (chunk.length > this.#buffer.length - this.#end) {
      const length = this.length + chunk.length;
      const grown = new Uint8Array(this.length === 0 ? length : 2 * length);
      grown.set(this.bytes());
      this.#end = this.length;
      this.#start = 0;
      this.#buffer = grown;
    }
    this.#buffer.set(chunk, this.#end);
    this.#end += chunk.length;
  }

  /** Takes `count` bytes off the front. */
  take(count: number): void {
    this.#start += count;
  }
}
