/**
 * @module support/raw-peer
 * A connection to the chat port without any manners: it sends whatever bytes a test likes.
 */

import type { HttpApi } from "../../src/client/index.ts";
import { encodeFrame, FrameDecoder } from "../../src/wire/frame.ts";
import { ServiceId, type ServiceName } from "../../src/wire/ids.ts";
import { strangeToOriginal } from "./desktop-peer.ts";
import { until } from "./until.ts";
import type { User } from "./users.ts";

type Json = Record<string, unknown>;

export class RawPeer {
  readonly frames: { readonly id: number; readonly body: Json }[] = [];
  /** What a session without protocol 2 got beyond the original's contract, in words. */
  readonly violations: string[] = [];
  closed = false;
  #original = false;
  #socket: Bun.Socket<undefined> | undefined;
  readonly #decoder = new FrameDecoder();
  /** What the socket did not take yet. */
  #unsent: Uint8Array = new Uint8Array(0);

  /** @param address `host:port` */
  static async connect(address: string): Promise<RawPeer> {
    const peer = new RawPeer();
    const [hostname = "", port] = address.split(":");
    peer.#socket = await Bun.connect({
      hostname,
      port: Number(port),
      allowHalfOpen: true, // so that `finish` says no more than that
      socket: {
        data: (_socket, chunk) =>
          void peer.#decoder.push(chunk, (id, bytes) => {
            const body = JSON.parse(new TextDecoder().decode(bytes)) as Json;
            peer.frames.push({ id, body });
            if (peer.#original) peer.violations.push(...strangeToOriginal(id, body));
          }),
        drain: () => peer.write(new Uint8Array(0)),
        end: (socket) => void socket.end(),
        close: () => {
          peer.closed = true;
        },
        error: () => {},
      },
    });
    return peer;
  }

  /** Connects and logs a user in; `more` is added to the login (`proto`, `device`). */
  static async login(api: HttpApi, user: User, more: Json = {}): Promise<RawPeer> {
    const { uuid, token, host, port } = await api.login(user.username, user.password);
    const peer = await RawPeer.connect(`${host}:${port}`);
    peer.#original = more.proto === undefined;
    peer.send("LOGINSERVER", { uuid, token, ...more });
    await peer.next("LOGINRESPONSE");
    return peer;
  }

  send(name: ServiceName, body: unknown): void {
    this.write(encodeFrame(ServiceId[name], body as object));
  }

  /** Bytes as they are. */
  write(bytes: Uint8Array): void {
    const all = Buffer.concat([this.#unsent, bytes]);
    const written = Math.max(0, this.#socket?.write(all) ?? 0);
    this.#unsent = all.subarray(written);
  }

  /** Bodies of the frames of a name so far. */
  bodies(name: ServiceName): Json[] {
    return this.frames.filter(({ id }) => id === ServiceId[name]).map(({ body }) => body);
  }

  /** The `count`th frame of a name, waited for. */
  async next(name: ServiceName, count = 1): Promise<Json> {
    return until(() => this.bodies(name)[count - 1], { what: `${name} number ${count}` });
  }

  pause(): void {
    this.#socket?.pause();
  }

  resume(): void {
    this.#socket?.resume();
  }

  /** Sends no more, but still reads. */
  finish(): void {
    this.#socket?.shutdown();
  }

  /** Resets the connection. */
  terminate(): void {
    this.#socket?.terminate();
  }
}
