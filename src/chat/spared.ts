/**
 * @module chat/spared
 * What a session is spared that does not keep up, before it would be cut for that: call signals and "is writing", of which
 * nobody needs an old one, and of a friend's presence all but the latest.
 */
import type { Connection } from "../net/connection.ts";
import type { ServiceName } from "../wire/ids.ts";

/** Frames that are worth nothing a moment later. */
export const MOMENTARY: ReadonlySet<ServiceName> = new Set<ServiceName>([
  "VOICECHATMSGREQUEST",
  "VIDEOCHATMSGREQUEST",
  "TYPING",
]);

/** How full the queue of a session may be that keeps up. */
const KEEPS_UP_SHARE = 0.5;

export class Spared {
  readonly #connection: Connection<unknown>;
  readonly #send: (name: ServiceName, body: object) => void;
  /** The latest presence of each friend since the session fell behind, by friend. */
  #presence: Map<unknown, object> | undefined;

  /** @param send is given what was only held back, once the session has caught up. */
  constructor(connection: Connection<unknown>, send: (name: ServiceName, body: object) => void) {
    this.#connection = connection;
    this.#send = send;
  }

  /** Whether the frame is not to be sent now: it is left out, or held back. */
  takes(name: ServiceName, body: object): boolean {
    if (MOMENTARY.has(name)) return this.#isBehind();
    if (name !== "PRESENCE" || !("uuid" in body)) return false;
    // What is held back is older: it must not come after this one.
    if (this.#presence === undefined && !this.#isBehind()) return false;
    this.#hold(body.uuid, body);
    return true;
  }

  #isBehind(): boolean {
    if (this.#connection.queueShare < KEEPS_UP_SHARE) return false;
    // A burst within one turn is not the client's fault: only what the kernel does not take counts.
    this.#connection.flush();
    return this.#connection.queueShare >= KEEPS_UP_SHARE;
  }

  #hold(friend: unknown, body: object): void {
    if (this.#presence === undefined) {
      this.#presence = new Map();
      this.#connection.whenDrained(() => this.#release());
    }
    this.#presence.set(friend, body);
  }

  #release(): void {
    const held = this.#presence ?? [];
    this.#presence = undefined;
    for (const [, body] of held) this.#send("PRESENCE", body);
  }
}
