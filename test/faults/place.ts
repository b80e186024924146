/**
 * @module faults/place
 * One chat node's place: its process, over all its lives, and a proxy on every way to and from it, so that each
 * can be broken alone: its clients (TCP and WebSocket), the other nodes, its database, its Redis.
 */
import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Chatsrv } from "../support/chatsrv-process.ts";
import type { Cluster } from "../support/cluster-process.ts";
import { freePort } from "../support/port.ts";
import { tempDir } from "../support/tempdir.ts";
import { TcpProxy } from "./proxy.ts";

const HOST = "127.0.0.1";
/** Debian's libfaketime: the wall clock of a process as a file says; the monotonic clock stays true. */
const FAKETIME = "/usr/lib/x86_64-linux-gnu/faketime/libfaketime.so.1";
export const CLOCKS_CAN_STEP = existsSync(FAKETIME);

/** What a place needs of the world around it. */
export interface Around {
  readonly cluster: Cluster;
  readonly database: () => { readonly host: string; readonly port: number };
  readonly redis: () => { readonly host: string; readonly port: number };
}

export class Place {
  readonly clients: TcpProxy;
  readonly web: TcpProxy;
  /** In front of its gRPC port, where the other nodes and the gateways reach it. */
  readonly link: TcpProxy;
  readonly database: TcpProxy;
  readonly redis: TcpProxy;
  readonly #clock = join(tempDir("clock"), "offset");
  readonly #env: Record<string, string>;
  readonly #around: Around;
  process: Chatsrv;
  /** Its name was taken by another process while it was paused. */
  zombie = false;

  constructor(
    readonly name: string,
    around: Around,
    command?: readonly string[],
  ) {
    this.#around = around;
    const [chat, ws, grpc] = [freePort(), freePort(), freePort()];
    const at = (port: number) => () => ({ host: HOST, port });
    this.clients = new TcpProxy(at(chat));
    this.web = new TcpProxy(at(ws));
    this.link = new TcpProxy(at(grpc));
    this.database = new TcpProxy(around.database);
    // What it registers as its gRPC port is its proxy's: everybody else goes through that.
    this.redis = new TcpProxy(around.redis, { rewrite: replacing(grpc, this.link.port) });
    this.setClock(0);
    this.#env = {
      CHATSRV_GRPCSERVER_SERVER_NAME: name,
      CHATSRV_GRPCSERVER_PORT: String(grpc),
      CHATSRV_CHATTINGSERVER_PORT: String(chat),
      CHATSRV_CHATTINGSERVER_WS_PORT: String(ws),
      // The pace that the real desktop client needs grows with its transcript, and would be taken for lateness here.
      CHATSRV_CHATTINGSERVER_LEGACY_FRAME_GAP: "0",
      CHATSRV_MYSQL_PORT: String(this.database.port),
      CHATSRV_REDIS_PORT: String(this.redis.port),
      ...(CLOCKS_CAN_STEP && {
        LD_PRELOAD: FAKETIME,
        FAKETIME_TIMESTAMP_FILE: this.#clock,
        FAKETIME_CACHE_DURATION: "1",
        FAKETIME_DONT_FAKE_MONOTONIC: "1",
      }),
    };
    this.ports = { chat, ws };
    this.process = this.#make(command);
  }

  /** Where its clients are told to go; `clients` and `web` are in front. */
  readonly ports: { readonly chat: number; readonly ws: number };

  get proxies(): readonly TcpProxy[] {
    return [this.clients, this.web, this.link, this.database, this.redis];
  }

  /** From its next start on it runs another build. */
  become(command: readonly string[] | undefined): void {
    this.process = this.#make(command);
  }

  /** Sets its wall clock to so many seconds beside the true time. */
  setClock(offsetSeconds: number): void {
    writeFileSync(this.#clock, `${offsetSeconds < 0 ? "" : "+"}${offsetSeconds}`);
  }

  /** Everything whole again: connections, time, the process itself. */
  async heal(): Promise<void> {
    this.setClock(0);
    for (const proxy of this.proxies) {
      proxy.delayMs = 0;
      proxy.release();
      proxy.accept();
    }
    this.process.signal("SIGCONT");
    if (!this.zombie && !this.process.running) await this.process.start();
  }

  close(): void {
    for (const proxy of this.proxies) proxy.close();
  }

  #make(command?: readonly string[]): Chatsrv {
    return this.#around.cluster.make("chat", this.name, this.#env, command);
  }
}

/** Has a port number replaced by another of as many digits where a node's registration names it. */
function replacing(port: number, by: number): (bytes: Uint8Array) => Uint8Array {
  const forms = [`"grpcPort":${port}`, `${HOST}:${port}`].map((form) => Buffer.from(form));
  const digits = Buffer.from(String(by));
  return (bytes) => {
    const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    for (const form of forms)
      for (let at = buffer.indexOf(form); at >= 0; at = buffer.indexOf(form, at + 1))
        digits.copy(buffer, at + form.length - digits.length);
    return buffer;
  };
}
