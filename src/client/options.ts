/**
 * @module client/options
 * What an app says of the client that it makes.
 */
import type { BackoffOptions } from "./backoff.ts";
import type { HttpApi } from "./http.ts";
import type { Credentials } from "./login.ts";
import type { Dialer } from "./transport.ts";

export interface ChatClientOptions {
  /** The gateway: its address, or calls made elsewhere. */
  server: string | HttpApi;
  credentials: Credentials;
  /** WebSocket unless given; `tcpDialer()` of client/tcp in Bun. */
  dial?: Dialer;
  /**
   * A stable id of this installation, made once and kept beside the resume token; a random one unless given. A device
   * has one session at a time: a client that comes with the same one ends this client (`replaced`).
   */
  device?: string;
  /** What the account's session list shows, such as `web/1.0`. */
  name?: string;
  /**
   * The last seq of each conversation that the app has already (`cursors()` of an earlier client): messages
   * beyond it are delivered, and conversations that are not in it from their beginning. Without it, delivery
   * starts where the account got each conversation delivered last, on whatever device, and what is older is there by
   * `history()`: for an app that keeps nothing. One that keeps messages keeps this with them; only it knows what
   * this device has.
   */
  known?: ReadonlyMap<string, number>;
  /** Whether messages count as delivered when their listeners return; true unless given. See `markDelivered`. */
  autoAck?: boolean;
  /** Waits between attempts to connect, and to repeat what failed for the moment. */
  backoff?: BackoffOptions;
  /** How long an answer may take before the connection counts as dead, milliseconds; 15 seconds unless given. */
  requestTimeoutMs?: number;
}
