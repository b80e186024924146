/**
 * @module wire/socket-server
 * A listener of src/net on a free port, with a handler that records and a clock that the test moves.
 */

import { afterEach } from "bun:test";
import { readFileSync } from "node:fs";
import type { KeyPair } from "../../src/lib/certificates.ts";
import type { LogFields, Logger } from "../../src/lib/log.ts";
import type { CloseReason, Connection } from "../../src/net/connection.ts";
import type { Listener, ListenOptions } from "../../src/net/listener.ts";
import { listenTcp } from "../../src/net/tcp.ts";
import { listenWs } from "../../src/net/ws.ts";
import { type Certificates, makeCerts } from "../support/tls.ts";
import { until } from "../support/until.ts";
import { Peer, type Transport, WsPeer } from "./socket-peer.ts";

export interface Recorded {
  readonly id: number;
  readonly text: string;
}

/** What the handler under test saw of one connection, and what a test makes it do. */
export class Seen {
  readonly frames: Recorded[] = [];
  /** Why no more frames follow, as told. */
  readonly finished: ("peer" | "protocol")[] = [];
  readonly reasons: CloseReason[] = [];
  constructor(readonly connection: Connection<Seen>) {}
}

export interface Behaviour {
  opened?(seen: Seen): void;
  frame?(seen: Seen, id: number, body: Uint8Array): void;
  /** Ends the connection unless given. */
  finished?(seen: Seen, reason: "peer" | "protocol"): void;
  closed?(seen: Seen, reason: CloseReason): void;
}

const text = new TextDecoder();
const running: TestServer[] = [];
let certs: Certificates | undefined;

export class TestServer {
  readonly all: Seen[] = [];
  readonly logged: { event: string; fields: LogFields | undefined }[] = [];
  now = 1_000_000;
  /** How often the clock was looked at. */
  #looks = 0;
  readonly listener: Listener;
  readonly transport: Transport;

  constructor(transport: Transport, behaviour: Behaviour = {}, options: Partial<ListenOptions<Seen>> = {}) {
    const log: Logger = { log: (_, event, fields) => this.logged.push({ event, fields }) };
    const full: ListenOptions<Seen> = {
      host: "127.0.0.1",
      port: 0,
      limits: { frames: 1_000, bytes: 4 * 1024 * 1024 },
      clock: {
        now: () => {
          throw new Error("nothing in net/ depends on the date");
        },
        monotonic: () => {
          this.#looks++;
          return this.now;
        },
      },
      log,
      sweepIntervalMs: 5,
      handler: {
        opened: (connection) => {
          const seen = new Seen(connection);
          this.all.push(seen);
          behaviour.opened?.(seen);
          return seen;
        },
        frame: ({ state }, id, body) => {
          state.frames.push({ id, text: text.decode(body) });
          behaviour.frame?.(state, id, body);
        },
        finished: (connection, reason) => {
          connection.state.finished.push(reason);
          if (behaviour.finished === undefined) connection.end(reason);
          else behaviour.finished(connection.state, reason);
        },
        closed: ({ state }, reason) => {
          state.reasons.push(reason);
          behaviour.closed?.(state, reason);
        },
      },
      ...(transport.endsWith("+tls") && { tls: tlsFiles() }),
      ...options,
    };
    this.transport = transport;
    this.listener = transport.startsWith("tcp") ? listenTcp(full) : listenWs(full);
    running.push(this);
  }

  /** Connects a peer and waits until the handler has it too. */
  async connect(): Promise<{ peer: Peer; seen: Seen }> {
    const count = this.all.length;
    const peer = await this.newPeer();
    const seen = await until(() => this.all[count], { what: "opened" });
    return { peer, seen };
  }

  /** Resolves when the sweeper has looked at every connection since; nothing else may look at the clock meanwhile. */
  async swept(): Promise<void> {
    const looks = this.#looks + 2;
    await until(() => this.#looks >= looks, { what: "a sweep" });
  }

  newPeer(): Promise<Peer> {
    const peer = this.transport.startsWith("tcp") ? new Peer() : new WsPeer();
    return peer.connect(this.listener.address.port, this.transport.endsWith("+tls"));
  }
}

function tlsFiles(): { current: KeyPair } {
  certs ??= makeCerts();
  return {
    current: { cert: readFileSync(certs.serverCert, "utf8"), key: readFileSync(certs.serverKey, "utf8") },
  };
}

/** Stops what a test started, also if it failed. */
afterEach(async () => {
  for (const server of running.splice(0)) {
    for (const { connection } of server.all) connection.destroy("shutdown");
    await server.listener.stop();
  }
});
