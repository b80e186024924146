/**
 * @module client/login
 * From credentials to a link that is logged in: the gateway tells where to go (client/http), the chat node
 * takes the token. What the next login needs (the resume token) is remembered here.
 */
import { Code } from "../wire/codes.ts";
import type { Body } from "../wire/messages.ts";
import { ChatError, connectionLost } from "./errors.ts";
import type { HttpApi, Placement } from "./http.ts";
import { Link, type LinkEvents } from "./link.ts";
import type { Dialer } from "./transport.ts";

/**
 * How to log in. A resume token is tried first where there is one, the password where there is none or it is
 * refused. A placement is for an app that called the gateway itself; its token is good once.
 */
export interface Credentials {
  readonly username?: string;
  readonly password?: string;
  readonly uuid?: string;
  readonly resumeToken?: string;
  readonly placement?: Placement;
}

export interface LoginOptions {
  readonly api: HttpApi;
  readonly dial: Dialer;
  /** A stable id of this installation. */
  readonly device: string;
  /** What the account's session list shows. */
  readonly name: string;
  readonly requestTimeoutMs: number;
}

/** A link that is logged in, and the answer to the login. */
export interface LoggedIn {
  readonly link: Link;
  readonly answer: Body<"LOGINRESPONSE">;
}

export class Login {
  readonly #options: LoginOptions;
  #credentials: Credentials;
  #uuid: string;

  constructor(credentials: Credentials, options: LoginOptions) {
    this.#credentials = credentials;
    this.#options = options;
    this.#uuid = credentials.placement?.uuid ?? credentials.uuid ?? "";
  }

  /** The account's id; "" until the gateway has told it. */
  get uuid(): string {
    return this.#uuid;
  }

  get device(): string {
    return this.#options.device;
  }

  /** Lets this device log in again without the password; undefined before the first login, and once it is void. */
  get resumeToken(): string | undefined {
    return this.#credentials.resumeToken;
  }

  /** The server has ended this device: its resume token is void. */
  forget(): void {
    this.#credentials = withoutKey(this.#credentials, "resumeToken");
  }

  /**
   * One attempt.
   * @throws ChatError: a retryable one may be tried again, any other will not get better.
   */
  async attempt(events: LinkEvents): Promise<LoggedIn> {
    const placement = await this.#place();
    this.#uuid = placement.uuid;
    const link = new Link(events, this.#options.requestTimeoutMs);
    try {
      link.attach(await this.#options.dial(placement, link));
      const { device, name } = this.#options;
      const { uuid, token } = placement;
      const answer = await link.request("LOGINSERVER", { uuid, token, proto: 2, device, name });
      this.#credentials = {
        ...this.#credentials,
        uuid,
        ...(answer.resume_token !== undefined && { resumeToken: answer.resume_token }),
      };
      return { link, answer };
    } catch (error) {
      link.close("the login failed");
      throw this.#asRetry(error);
    }
  }

  async #place(): Promise<Placement> {
    const { placement, uuid, resumeToken, username, password } = this.#credentials;
    if (placement) {
      this.#credentials = withoutKey(this.#credentials, "placement");
      return placement;
    }
    if (uuid !== undefined && resumeToken !== undefined) {
      try {
        return await this.#options.api.resume(uuid, resumeToken);
      } catch (error) {
        if (!(error instanceof ChatError) || error.retryable) throw error;
        // The ticket is void: from now on the password, if there is one.
        this.#credentials = withoutKey(this.#credentials, "resumeToken");
        if (password === undefined) throw error;
      }
    }
    if (username === undefined || password === undefined) throw new ChatError(Code.TOKEN_REFUSED);
    return this.#options.api.login(username, password);
  }

  /** A token that was refused (it expired on the way, the node restarted) is replaced by a new one, if it can. */
  #asRetry(error: unknown): ChatError {
    if (!(error instanceof ChatError)) return connectionLost(String(error), error);
    const { resumeToken, password } = this.#credentials;
    const again = resumeToken !== undefined || password !== undefined;
    if (error.code === Code.TOKEN_REFUSED && again) return connectionLost("the token was refused", error);
    return error;
  }
}

function withoutKey<K extends keyof Credentials>(credentials: Credentials, key: K): Omit<Credentials, K> {
  const { [key]: _, ...rest } = credentials;
  return rest;
}
