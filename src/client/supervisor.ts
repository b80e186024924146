/**
 * @module client/supervisor
 * Keeps an account connected: logs in, and after every loss again, waiting longer each time, until the app
 * closes, the credentials are refused or the server says that it is over. A server that is about to stop says
 * so (GOAWAY with `resume`) and when to come back; until then the connection is kept for what is under way.
 */
import type { Body } from "../wire/messages.ts";
import { Backoff, type BackoffOptions } from "./backoff.ts";
import { type ChatError, connectionLost, toChatError } from "./errors.ts";
import type { StateChange } from "./events.ts";
import type { Link, Push } from "./link.ts";
import type { LoggedIn, Login } from "./login.ts";

export interface SupervisorPorts {
  /** A connection is being made; pushes may come before `online`. */
  connecting(): void;
  /** Logged in; the one to announce it, once what came with it is in place. */
  online(session: LoggedIn): void;
  /** The connection will be left soon: nothing new should go out on it. */
  leaving(): void;
  /** The connection is gone. */
  offline(): void;
  /** For good. Every request that waits is to fail with `error`. */
  ended(error: ChatError): void;
  push(push: Push): void;
  state(change: StateChange): void;
}

/** A connection that lived this long resets the waits, milliseconds. */
const STABLE_MS = 1_000;

export class Supervisor {
  readonly #login: Login;
  readonly #ports: SupervisorPorts;
  readonly #backoff: Backoff;
  #link: Link | undefined;
  #running = false;
  #ended = false;
  /** What the server said about the end of this connection. */
  #goAway: Body<"GOAWAY"> | undefined;
  /** When it asked to be called again; on the clock of `performance.now`. */
  #comeBackAt = 0;
  #wake: (() => void) | undefined;

  constructor(login: Login, ports: SupervisorPorts, backoff: BackoffOptions) {
    this.#login = login;
    this.#ports = ports;
    this.#backoff = new Backoff(backoff);
  }

  /** The link to send on; undefined while there is none. */
  get link(): Link | undefined {
    return this.#link;
  }

  /** Starts, once; nothing happens when it has been started. */
  start(): void {
    if (this.#running || this.#ended) return;
    this.#running = true;
    void this.#run();
  }

  /** Ends it for good. */
  end(change: StateChange): void {
    if (this.#ended) return;
    this.#ended = true;
    const link = this.#link;
    this.#link = undefined;
    link?.close("the client ended");
    this.#wake?.();
    this.#ports.ended(change.error ?? connectionLost(`the client has ended: ${change.reason}`));
    this.#ports.state(change);
  }

  async #run(): Promise<void> {
    while (!this.#ended) {
      this.#ports.state({ state: "connecting" });
      this.#ports.connecting();
      let wait: number;
      try {
        wait = await this.#session();
      } catch (thrown) {
        const error = toChatError(thrown);
        if (!error.retryable) return this.end({ state: "ended", reason: "refused", error });
        wait = Math.max(this.#backoff.next(), error.retryAfterMs ?? 0);
        if (!this.#ended) this.#ports.state({ state: "offline", reason: error.message, error });
      }
      if (!this.#ended) await this.#pause(wait);
    }
  }

  /** One connection from its beginning to its end. @returns how long to wait before the next. */
  async #session(): Promise<number> {
    const gone = Promise.withResolvers<string>();
    this.#goAway = undefined;
    const session = await this.#login.attempt({
      push: (push) => this.#push(push),
      closed: (reason) => gone.resolve(reason),
    });
    if (this.#ended) {
      session.link.close("the client ended");
      return 0;
    }
    this.#link = session.link;
    const since = performance.now();
    this.#ports.online(session);
    // After the app has had the chance to keep the new ticket: the first PING voids the former one.
    if (session.answer.ping_interval) session.link.keepAlive(session.answer.ping_interval);

    const reason = await gone.promise;
    this.#link = undefined;
    this.#ports.offline();
    if (this.#ended) return 0;
    const goAway = this.#takeGoAway();
    if (goAway?.resume === false) {
      this.#login.forget();
      this.end({ state: "ended", reason: goAway.reason });
      return 0;
    }
    this.#ports.state({ state: "offline", reason: goAway?.reason ?? reason });
    if (performance.now() - since >= STABLE_MS) this.#backoff.reset();
    // After GOAWAY the wait has been spent on the old connection, unless the server closed that before.
    return reason === MOVED ? 0 : Math.max(this.#backoff.next(), this.#comeBackAt - performance.now());
  }

  #push(push: Push): void {
    if (push.name === "GOAWAY") this.#sentAway(push.body);
    else this.#ports.push(push);
  }

  #sentAway(goAway: Body<"GOAWAY">): void {
    const link = this.#link;
    this.#goAway = goAway;
    if (!goAway.resume) {
      link?.close(goAway.reason);
      return;
    }
    this.#ports.leaving();
    this.#comeBackAt = performance.now() + goAway.reconnect_in_ms;
    setTimeout(() => link?.close(MOVED), goAway.reconnect_in_ms);
  }

  #takeGoAway(): Body<"GOAWAY"> | undefined {
    const goAway = this.#goAway;
    this.#goAway = undefined;
    return goAway;
  }

  #pause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, ms);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}

/** Why a link is closed whose server asked to be left. */
const MOVED = "moving to another server";
