/**
 * @module client/link
 * One connection to a chat node: frames to bodies and back, requests matched to their answers, keep-alive.
 *
 * The server answers requests of one id in the order in which they came, and an answer carries no request
 * number: waiting requests form one queue per answer id. A request that gets no answer in time therefore
 * ends the link: after it, answers could not be told apart.
 */
import { Code } from "../wire/codes.ts";
import { encodeFrame } from "../wire/frame.ts";
import { ServiceId, type ServiceName } from "../wire/ids.ts";
import {
  type Body,
  type Failure,
  frames,
  type ReplyName,
  type Request,
  type RequestName,
  type ServerName,
} from "../wire/messages.ts";
import { type ChatError, connectionLost, errorOf } from "./errors.ts";
import type { Transport, TransportEvents } from "./transport.ts";

/** What the server sent without being asked: its name and body, as wire/messages declares them. */
export type Push = { [N in ServerName]: { readonly name: N; readonly body: Body<N> & Failure } }[ServerName];

export interface LinkEvents {
  push(push: Push): void;
  /** The link is gone; called once. Every waiting request has failed by then. */
  closed(reason: string): void;
}

interface Waiting {
  readonly since: number;
  resolve(body: unknown): void;
  reject(error: ChatError): void;
}

const nameOf = new Map<number, ServiceName>(
  (Object.entries(ServiceId) as [ServiceName, ServiceId][]).map(([name, id]) => [id, name]),
);

export class Link implements TransportEvents {
  readonly #waiting = new Map<number, Waiting[]>();
  readonly #decoder = new TextDecoder();
  readonly #events: LinkEvents;
  readonly #timeoutMs: number;
  readonly #watch: ReturnType<typeof setInterval>;
  #keepAlive: ReturnType<typeof setInterval> | undefined;
  #transport: Transport | undefined;
  #closed = false;

  /** @param timeoutMs how long an answer may take. */
  constructor(events: LinkEvents, timeoutMs: number) {
    this.#events = events;
    this.#timeoutMs = timeoutMs;
    this.#watch = setInterval(() => this.#expire(), Math.min(1_000, timeoutMs / 4));
  }

  /** Gives the link what it sends on; before that, sending fails. */
  attach(transport: Transport): void {
    this.#transport = transport;
    if (this.#closed) transport.close();
  }

  /** Whether the link can still be used. */
  get open(): boolean {
    return !this.#closed;
  }

  /**
   * Sends a request and waits for its answer.
   * @throws ChatError the answer's `error`; 2 when the link is or gets lost, and then the request may or may
   *   not have been carried out.
   */
  request<N extends RequestName>(name: N, body: Request<N>): Promise<Body<ReplyName<N>>> {
    const reply = frames[name].reply;
    if (reply === undefined) throw new Error(`${name} has no answer`);
    return new Promise((resolve, reject) => {
      this.send(name, body);
      const queue = this.#waiting.get(reply) ?? [];
      this.#waiting.set(reply, queue);
      queue.push({
        since: performance.now(),
        resolve: (answer) => resolve(answer as Body<ReplyName<N>>),
        reject,
      });
    });
  }

  /** Sends a frame that is not answered. @throws ChatError 2 when the link is lost. */
  send<N extends RequestName>(name: N, body: Request<N>): void {
    if (this.#closed || !this.#transport) throw connectionLost("not connected");
    this.#transport.send(encodeFrame(ServiceId[name], body as object));
  }

  /**
   * Sends PING now, which tells the server that its answer to the login has arrived, and every `intervalMs`; one that
   * is not answered in time ends the link, as any request does.
   */
  keepAlive(intervalMs: number): void {
    clearInterval(this.#keepAlive);
    const ping = () => void this.request("PING", { t: Date.now() }).catch(() => {});
    ping();
    this.#keepAlive = setInterval(ping, intervalMs);
  }

  /** Ends the link; waiting requests fail. */
  close(reason: string): void {
    if (this.#closed) return;
    this.closed(reason);
    this.#transport?.close();
  }

  frame(id: number, bytes: Uint8Array): void {
    if (this.#closed) return;
    let body: Failure;
    try {
      body = JSON.parse(this.#decoder.decode(bytes));
    } catch {
      this.close(`the server sent frame ${id} with a body that is not JSON`);
      return;
    }
    const waiting = this.#waiting.get(id)?.shift();
    if (!waiting) {
      const name = nameOf.get(id);
      if (name !== undefined) this.#events.push({ name, body } as Push);
      return;
    }
    if (body.error === undefined || body.error === Code.SUCCESS) waiting.resolve(body);
    else waiting.reject(errorOf(body));
  }

  closed(reason: string): void {
    if (this.#closed) return;
    this.#closed = true;
    clearInterval(this.#watch);
    clearInterval(this.#keepAlive);
    for (const queue of this.#waiting.values())
      for (const { reject } of queue.splice(0)) reject(connectionLost(reason));
    this.#events.closed(reason);
  }

  #expire(): void {
    const limit = performance.now() - this.#timeoutMs;
    const late = [...this.#waiting.values()].some(([oldest]) => oldest !== undefined && oldest.since < limit);
    if (late) this.close("the server does not answer");
  }
}
