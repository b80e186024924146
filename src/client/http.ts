/**
 * @module client/http
 * The gateway's HTTP calls, typed. A failure is thrown as `ChatError`, whatever it was.
 */
import { Code } from "../wire/codes.ts";
import type { HttpAnswer, HttpPath, HttpRequest } from "../wire/http.ts";
import type { Failure } from "../wire/messages.ts";
import { ChatError, connectionLost, errorOf } from "./errors.ts";

/** Where to log in next and with what, as `/trylogin_server` and `/resume_server` tell. */
export type Placement = Omit<HttpAnswer<"/trylogin_server">, "error">;

/** The part of `fetch` that is used; a test may pass its own. */
export type Fetch = (url: string, init: RequestInit) => Promise<Response>;

/** How long a call may take, in milliseconds. */
const CALL_TIMEOUT_MS = 15_000;

/**
 * The account calls of one gateway. Keeps no state.
 * @example
 * const api = new HttpApi("http://127.0.0.1:8080");
 * await api.getVerification("ann@example.org");
 * const { uuid } = await api.register({ username: "ann", password, email: "ann@example.org", cpatcha: code });
 */
export class HttpApi {
  readonly #base: string;
  readonly #fetch: Fetch;

  /** @param baseUrl of the gateway, without a path; "" in a page that the gateway served. */
  constructor(baseUrl: string, fetch: Fetch = (url, init) => globalThis.fetch(url, init)) {
    this.#base = baseUrl.replace(/\/+$/, "");
    this.#fetch = fetch;
  }

  /** Has a code mailed. One mail a minute per address: 64 with `retryAfterMs` in between. */
  async getVerification(email: string): Promise<void> {
    await this.#call("/get_verification", { email });
  }

  /** Makes an account. 8: no code for that e-mail, 9: wrong code, 10: name or e-mail taken, 73: weak password. */
  register(account: HttpRequest<"/post_registration">): Promise<HttpAnswer<"/post_registration">> {
    return this.#call("/post_registration", account);
  }

  /** Whether an account has that username and e-mail. */
  async accountExists(account: HttpRequest<"/check_accountexists">): Promise<boolean> {
    try {
      await this.#call("/check_accountexists", account);
      return true;
    } catch (error) {
      if (error instanceof ChatError && error.code === Code.NO_SUCH_ACCOUNT) return false;
      throw error;
    }
  }

  /** Sets a new password with a mailed code; ends every session of the account. */
  async resetPassword(reset: HttpRequest<"/reset_password">): Promise<void> {
    await this.#call("/reset_password", reset);
  }

  /** Checks the password and allocates a chat server. 13: wrong username or password, 6: no chat server. */
  login(username: string, password: string): Promise<Placement> {
    return this.#call("/trylogin_server", { username, password });
  }

  /** As `login`, for the holder of a resume token. */
  resume(uuid: string, resumeToken: string): Promise<Placement> {
    return this.#call("/resume_server", { uuid, resume_token: resumeToken });
  }

  async #call<P extends HttpPath>(path: P, body: HttpRequest<P>): Promise<HttpAnswer<P>> {
    let answer: HttpAnswer<P> & Failure;
    try {
      const response = await this.#fetch(`${this.#base}${path}`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify(body),
        signal: AbortSignal.timeout(CALL_TIMEOUT_MS),
      });
      if (!response.ok) throw new Error(`status ${response.status}`);
      answer = (await response.json()) as HttpAnswer<P> & Failure;
    } catch (cause) {
      throw connectionLost(`${path}: ${cause instanceof Error ? cause.message : String(cause)}`, cause);
    }
    if (answer.error !== Code.SUCCESS) throw errorOf(answer);
    return answer;
  }
}
