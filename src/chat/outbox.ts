/**
 * @module chat/outbox
 * What a session is sent. Protocol 2 and other clients that read frames properly get each frame at once;
 * the original's desktop client gets one frame per write with a gap (dialects/original/paced-outbox).
 */
import type { Message } from "../domain/entities.ts";
import type { ConversationId, UserId } from "../domain/ids.ts";
import type { Connection } from "../net/connection.ts";
import { encodeFrame } from "../wire/frame.ts";
import { ServiceId, type ServiceName } from "../wire/ids.ts";
import { Spared } from "./spared.ts";
import { type TextsFrame, takeOneFrame } from "./texts-frame.ts";

export interface Outbox {
  /** Queues one frame. */
  send(name: ServiceName, body: object): void;
  /**
   * Queues texts of a conversation (of a direct one with `peer`), in order; cut into as many frames as they need. When they are
   * written, the session has everything of the conversation up to `through`: beyond the last of them there may
   * be texts that it is not shown.
   */
  sendTexts(
    conversation: ConversationId,
    peer: UserId | undefined,
    messages: readonly Message[],
    through: number,
  ): void;
  /** Resolves when little enough is queued that a frame of a backlog may follow. */
  room(): Promise<void>;
  /** The client sent a frame: it is alive, and may be busy with that. */
  heard(): void;
  /** The frame brought texts to a friend, which the client shows as its own. */
  heardTexts(peer: UserId, count: number): void;
  /** Sends what is queued, then closes the connection. */
  end(): void;
}

/** Bytes queued on a connection beyond which a backlog waits. */
export const ROOM_BYTES = 256 * 1024;
export class DirectOutbox implements Outbox {
  readonly #connection: Connection<unknown>;
  readonly #user: UserId;
  readonly #frameOf: TextsFrame;
  readonly #spared: Spared;
  readonly #onWritten: ((conversation: ConversationId, seq: number) => void) | undefined;

  /**
   * @param frameOf how texts are written.
   * @param onWritten told of texts that were handed to the socket, for a client that does not acknowledge them.
   */
  constructor(
    connection: Connection<unknown>,
    user: UserId,
    frameOf: TextsFrame,
    onWritten: ((conversation: ConversationId, seq: number) => void) | undefined,
  ) {
    this.#connection = connection;
    this.#user = user;
    this.#frameOf = frameOf;
    this.#onWritten = onWritten;
    this.#spared = new Spared(connection, (name, body) => this.send(name, body));
  }

  send(name: ServiceName, body: object): void {
    if (this.#spared.takes(name, body)) return;
    this.#connection.send(encodeFrame(ServiceId[name], body));
  }

  sendTexts(
    conversation: ConversationId,
    peer: UserId | undefined,
    messages: readonly Message[],
    through: number,
  ): void {
    let rest = messages;
    while (rest.length > 0) {
      const taken = takeOneFrame(rest);
      const frame = this.#frameOf(this.#user, peer, taken);
      rest = taken.length === rest.length ? [] : rest.slice(taken.length);
      if (!this.#connection.send(frame)) return;
    }
    this.#onWritten?.(conversation, through);
  }

  async room(): Promise<void> {
    if (this.#connection.queuedBytes < ROOM_BYTES) return;
    await new Promise<void>((resolve) => this.#connection.whenDrained(resolve));
  }

  heard(): void {}

  heardTexts(): void {}

  end(): void {
    this.#connection.end("ended");
  }
}
