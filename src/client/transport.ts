/**
 * @module client/transport
 * What carries frames: TCP (client/tcp, Bun only) or WebSocket (client/ws, browser and Bun).
 */
import type { Placement } from "./http.ts";

/** What the owner of a transport is told. */
export interface TransportEvents {
  /** One whole frame; `body` is valid during the call only. */
  frame(id: number, body: Uint8Array): void;
  /** The connection is gone; called once, and nothing after it. `reason` is for people. */
  closed(reason: string): void;
}

/** An open connection to a chat node. */
export interface Transport {
  /** Sends whole frames in the order of the calls. Never blocks; what the socket does not take yet is kept. */
  send(frame: Uint8Array): void;
  /** Sends what is kept, then closes. */
  close(): void;
}

/**
 * Opens a connection to the node of a placement.
 * @throws when it cannot be opened; `events` are then never called.
 */
export type Dialer = (placement: Placement, events: TransportEvents) => Promise<Transport>;
