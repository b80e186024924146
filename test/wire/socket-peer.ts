/**
 * @module wire/socket-peer
 * The other end of a connection under test: a bare socket that splits, stalls, stops reading and resets as it
 * is told, over TCP or WebSocket, with or without TLS. It knows the wire and nothing of src/net.
 */

import { FrameDecoder } from "../../src/wire/frame.ts";
import { until } from "../support/until.ts";

export type Transport = "tcp" | "tcp+tls" | "ws" | "ws+tls";

export interface ReceivedFrame {
  readonly id: number;
  readonly text: string;
}

const text = new TextDecoder();

/** A TCP peer; bytes are frames. */
export class Peer {
  /** Whole frames, in the order they came. */
  readonly frames: ReceivedFrame[] = [];
  /** Size of each read. */
  readonly reads: number[] = [];
  closed = false;
  /** The server has sent its last byte. */
  ended = false;
  #socket: Bun.Socket | undefined;
  #unsent: Uint8Array[] = [];
  readonly #decoder = new FrameDecoder();

  async connect(port: number, tls: boolean, { allowHalfOpen = false } = {}): Promise<this> {
    this.#socket = await Bun.connect({
      hostname: "127.0.0.1",
      port,
      allowHalfOpen,
      ...(tls && { tls: { rejectUnauthorized: false } }),
      socket: {
        binaryType: "uint8array",
        handshake() {},
        data: (_, bytes) => {
          this.reads.push(bytes.length);
          this.received(bytes);
        },
        drain: () => this.#write(),
        end: () => {
          this.ended = true;
        },
        error() {},
        close: () => {
          this.closed = true;
        },
      },
    });
    return this;
  }

  protected get socket(): Bun.Socket {
    if (this.#socket === undefined) throw new Error("not connected");
    return this.#socket;
  }

  protected received(bytes: Uint8Array): void {
    this.#decoder.push(bytes, (id, body) => this.frames.push({ id, text: text.decode(body) }));
  }

  /** Sends bytes as they are. */
  write(bytes: Uint8Array): void {
    this.#unsent.push(bytes);
    this.#write();
  }

  /** Sends frames in as few writes as possible. */
  send(...frames: readonly Uint8Array[]): void {
    this.write(Buffer.concat(frames));
  }

  get unsentBytes(): number {
    return this.#unsent.reduce((sum, bytes) => sum + bytes.length, 0);
  }

  #write(): void {
    for (let bytes = this.#unsent[0]; bytes !== undefined; bytes = this.#unsent[0]) {
      const written = Math.max(this.socket.write(bytes), 0);
      if (written < bytes.length) {
        this.#unsent[0] = bytes.subarray(written);
        return;
      }
      this.#unsent.shift();
    }
  }

  stopReading(): void {
    this.socket.pause();
  }

  readOn(): void {
    this.socket.resume();
  }

  /** Closes in good order. */
  close(): void {
    this.socket.end();
  }

  /** Sends no more, but still reads. */
  finish(): void {
    this.socket.shutdown();
  }

  /** Cuts with a reset. */
  reset(): void {
    this.socket.terminate();
  }
}

/** A WebSocket peer; each binary message is one frame. */
export class WsPeer extends Peer {
  #upgraded = false;
  #bytes = new Uint8Array(0);
  closeCode: number | undefined;
  /** The head of the answer that refused the upgrade. */
  refusal: string | undefined;

  override async connect(port: number, tls: boolean): Promise<this> {
    await super.connect(port, tls);
    this.write(
      Buffer.from(
        "GET / HTTP/1.1\r\nHost: test\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n" +
          "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n",
      ),
    );
    await until(() => this.#upgraded || this.refusal !== undefined, { what: "the upgrade" });
    if (this.refusal !== undefined) throw new Error(this.refusal);
    return this;
  }

  protected override received(bytes: Uint8Array): void {
    this.#bytes = this.#bytes.length === 0 ? bytes.slice() : concat(this.#bytes, bytes);
    if (!this.#upgraded) {
      const head = text.decode(this.#bytes);
      const end = head.indexOf("\r\n\r\n");
      if (end < 0) return;
      if (!head.startsWith("HTTP/1.1 101")) {
        this.refusal = head;
        return;
      }
      this.#upgraded = true;
      this.#bytes = this.#bytes.slice(end + 4);
    }
    let at = 0;
    for (;;) {
      const view = new DataView(this.#bytes.buffer, this.#bytes.byteOffset + at, this.#bytes.length - at);
      if (view.byteLength < 2) break;
      const short = view.getUint8(1);
      const header = short < 126 ? 2 : short === 126 ? 4 : 10;
      if (view.byteLength < header) break;
      const length = short < 126 ? short : short === 126 ? view.getUint16(2) : Number(view.getBigUint64(2));
      if (view.byteLength < header + length) break;
      const payload = this.#bytes.subarray(at + header, at + header + length);
      const opcode = view.getUint8(0) & 0x0f;
      if (opcode === 2) super.received(payload);
      if (opcode === 8) this.closeCode = length < 2 ? 1005 : view.getUint16(header);
      at += header + length;
    }
    this.#bytes = this.#bytes.slice(at);
  }

  override send(...frames: readonly Uint8Array[]): void {
    this.write(Buffer.concat(frames.map((frame) => webSocketMessage(2, frame))));
  }

  sendText(message: string): void {
    this.write(webSocketMessage(1, Buffer.from(message)));
  }
}

/** A masked message (with a mask of zeros) of a client. */
export function webSocketMessage(opcode: number, payload: Uint8Array): Uint8Array {
  const long = payload.length > 125;
  const head = new Uint8Array(long ? 8 : 6);
  head[0] = 0x80 | opcode;
  head[1] = 0x80 | (long ? 126 : payload.length);
  if (payload.length > 0xffff) throw new Error("longer than a frame can be");
  if (long) new DataView(head.buffer).setUint16(2, payload.length);
  return concat(head, payload);
}

function concat(a: Uint8Array, b: Uint8Array): Uint8Array<ArrayBuffer> {
  const out = new Uint8Array(a.length + b.length);
  out.set(a);
  out.set(b, a.length);
  return out;
}
