/**
 * @module support/scripted-server
 * A chat node that does what a test tells it, for testing the SDK without a server. It speaks frames over TCP
 * and stands in for the gateway's HTTP calls as well.
 */
import { HttpApi, type Placement } from "../../src/client/index.ts";
import { encodeFrame, FrameDecoder } from "../../src/wire/frame.ts";
import { ServiceId, type ServiceName } from "../../src/wire/ids.ts";

/** A frame that a client sent. */
export interface Received {
  readonly name: ServiceName | undefined;
  readonly body: Record<string, unknown>;
}

/** One client's connection, as the script sees it. */
export interface Peer {
  /** How many connections came before it. */
  readonly index: number;
  send(name: ServiceName, body: object): void;
  /** Several frames in one write. */
  sendAll(frames: readonly (readonly [ServiceName, object])[]): void;
  close(): void;
}

export type Script = (peer: Peer, frame: Received) => void;

const nameOf = new Map(Object.entries(ServiceId).map(([name, id]) => [id as number, name as ServiceName]));

/** Listens on a free port; `script` is called with every frame. */
export class ScriptedServer {
  /** Everything that arrived, over all connections. */
  readonly received: Received[] = [];
  readonly peers: Peer[] = [];
  /** What the next HTTP calls answer before the usual placement; taken one by one. */
  readonly httpErrors: object[] = [];
  readonly httpCalls: string[] = [];
  readonly #listener: Bun.TCPSocketListener<{ decoder: FrameDecoder; peer: Peer }>;

  constructor(script: Script) {
    this.#listener = Bun.listen<{ decoder: FrameDecoder; peer: Peer }>({
      hostname: "127.0.0.1",
      port: 0,
      socket: {
        open: (socket) => {
          const peer: Peer = {
            index: this.peers.length,
            send: (name, body) => void socket.write(encodeFrame(ServiceId[name], body)),
            sendAll: (frames) =>
              void socket.write(
                Buffer.concat(frames.map(([name, body]) => encodeFrame(ServiceId[name], body))),
              ),
            close: () => void socket.end(),
          };
          this.peers.push(peer);
          socket.data = { decoder: new FrameDecoder(), peer };
        },
        data: ({ data: { decoder, peer } }, chunk) =>
          void decoder.push(chunk, (id, bytes) => {
            const frame = { name: nameOf.get(id), body: JSON.parse(new TextDecoder().decode(bytes)) };
            this.received.push(frame);
            script(peer, frame);
          }),
      },
    });
  }

  get placement(): Placement {
    return { uuid: "1", host: "127.0.0.1", port: String(this.#listener.port), token: "token" };
  }

  /** The gateway: every call is answered with this server's placement. */
  get api(): HttpApi {
    return new HttpApi("http://gateway", async (url) => {
      this.httpCalls.push(new URL(url).pathname);
      return Response.json(this.httpErrors.shift() ?? { error: 0, ...this.placement });
    });
  }

  /** Bodies of the frames of a name that arrived, in order. */
  bodies(name: ServiceName): Record<string, unknown>[] {
    return this.received.filter((frame) => frame.name === name).map(({ body }) => body);
  }

  stop(): void {
    this.#listener.stop(true);
  }
}

/** A login answer of protocol 2; the account is 1. */
export function loginAnswer(more: object = {}): object {
  return {
    error: 0,
    uuid: "1",
    username: "ann",
    nickname: "ann",
    avator: "",
    description: "",
    sex: 0,
    proto: 2,
    session: "s",
    node: "n",
    resume_token: "ticket",
    ping_interval: 30_000,
    server_time: 0,
    heads: [],
    ...more,
  };
}
