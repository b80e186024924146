/**
 * @module client/connection
 * The account's connection, as the rest of the client sees it: whether it is there, who is logged in, and the way for
 * requests. It is kept up by client/supervisor.
 */
import type { Body, ReplyName, Request, RequestName } from "../wire/messages.ts";
import type { BackoffOptions } from "./backoff.ts";
import type { Calls } from "./calls.ts";
import { type ChatError, connectionLost } from "./errors.ts";
import type { StateChange } from "./events.ts";
import type { Link } from "./link.ts";
import type { Credentials } from "./login.ts";
import { type LoggedIn, Login, type LoginOptions } from "./login.ts";
import { Supervisor, type SupervisorPorts } from "./supervisor.ts";

export class Connection implements Calls {
  readonly #login: Login;
  readonly #supervisor: Supervisor;
  readonly #ports: SupervisorPorts;
  #state: StateChange = { state: "offline" };
  #session: Body<"LOGINRESPONSE"> | undefined;
  #caughtUp = false;
  #connecting: PromiseWithResolvers<void>[] = [];

  constructor(
    credentials: Credentials,
    options: LoginOptions & { readonly backoff: BackoffOptions },
    ports: SupervisorPorts,
  ) {
    this.#ports = ports;
    this.#login = new Login(credentials, options);
    this.#supervisor = new Supervisor(
      this.#login,
      {
        ...ports,
        online: (session) => this.#online(session),
        offline: () => this.#offline(),
        ended: (error) => this.#ended(error),
        state: (change) => this.#changed(change),
      },
      options.backoff,
    );
  }

  /** The first login, and what it brings, or the end. @throws ChatError the client has ended. */
  connect(): Promise<void> {
    if (this.#caughtUp) return Promise.resolve();
    if (this.#state.state === "ended") return Promise.reject(connectionLost("the client has ended"));
    const connecting = Promise.withResolvers<void>();
    this.#connecting.push(connecting);
    this.#supervisor.start();
    return connecting.promise;
  }

  /** What was missed has come out: `connect` is done. */
  caughtUp(): void {
    this.#caughtUp = true;
    for (const { resolve } of this.#connecting.splice(0)) resolve();
  }

  /** Ends it for good. */
  end(reason: string): void {
    this.#supervisor.end({ state: "ended", reason });
  }

  get uuid(): string {
    return this.#login.uuid;
  }

  get device(): string {
    return this.#login.device;
  }

  get resumeToken(): string | undefined {
    return this.#login.resumeToken;
  }

  get state(): StateChange["state"] {
    return this.#state.state;
  }

  /** What the last login was answered with; undefined before the first. */
  get session(): Body<"LOGINRESPONSE"> | undefined {
    return this.#session;
  }

  /** The link to send on; undefined while there is none that is open. */
  get link(): Link | undefined {
    const { link } = this.#supervisor;
    return link?.open ? link : undefined;
  }

  async request<N extends RequestName>(name: N, body: Request<N>): Promise<Body<ReplyName<N>>> {
    const { link } = this;
    if (!link) throw connectionLost("not connected");
    return link.request(name, body);
  }

  /** Sends what has no answer. Forgotten when there is no connection. */
  send<N extends RequestName>(name: N, body: Request<N>): void {
    this.link?.send(name, body);
  }

  #online(session: LoggedIn): void {
    this.#session = session.answer;
    this.#changed({ state: "online" });
    this.#ports.online(session);
  }

  #offline(): void {
    this.#caughtUp = false;
    this.#ports.offline();
  }

  #ended(error: ChatError): void {
    this.#offline();
    this.#ports.ended(error);
    for (const { reject } of this.#connecting.splice(0)) reject(error);
  }

  #changed(change: StateChange): void {
    this.#state = change;
    this.#ports.state(change);
  }
}
