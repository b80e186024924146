/**
 * @module fuzz/chat-session
 * A session on the chat port whose every frame from the server is held against the wire's own tables.
 */
import { HttpApi } from "../../src/client/index.ts";
import { Code } from "../../src/wire/codes.ts";
import { encodeFrame, FrameDecoder } from "../../src/wire/frame.ts";
import { ServiceId, type ServiceName } from "../../src/wire/ids.ts";
import { type FrameSpec, failure, frames } from "../../src/wire/messages.ts";
import { strangeToOriginal } from "../support/desktop-peer.ts";
import { RawSocket } from "../support/raw-socket.ts";
import type { User } from "../support/users.ts";
import type { Tally, Target } from "./tally.ts";

type Json = Record<string, unknown>;

const specs = new Map<number, [ServiceName, FrameSpec]>(
  (Object.entries(frames) as [ServiceName, FrameSpec][]).map(([name, spec]) => [
    ServiceId[name],
    [name, spec],
  ]),
);
const codes: ReadonlySet<unknown> = new Set(Object.values(Code));
const utf8 = new TextDecoder("utf-8", { fatal: true });

/** An account that logs in as often as it is thrown out; after the first time without its password. */
export class Account {
  #ticket: string | undefined;
  constructor(
    readonly user: User,
    readonly proto: 1 | 2,
  ) {}

  /** Where to log in and with what. */
  async admission(url: string): Promise<{ uuid: string; token: string; address: string }> {
    const api = new HttpApi(url);
    const { username, password, uuid } = this.user;
    const ticket = this.#ticket;
    const at =
      ticket === undefined
        ? await api.login(username, password)
        : await api.resume(uuid, ticket).catch(() => api.login(username, password));
    return { uuid, token: at.token, address: `${at.host}:${at.port}` };
  }

  remember(ticket: unknown): void {
    if (typeof ticket === "string") this.#ticket = ticket;
  }
}

export class ChatSession {
  readonly #decoder = new FrameDecoder();
  readonly #tally: Tally;
  /** Which protocol it speaks; before the login none. */
  #proto: 0 | 1 | 2 = 0;
  #socket: RawSocket | undefined;
  readonly #answered = new Set<string>();
  #entered = false;
  #onLogin: (body: Json) => void = () => {};
  /** What was sent last, for the report of a violation. */
  lastSent = "";

  private constructor(tally: Tally) {
    this.#tally = tally;
  }

  static async connect(address: string, tally: Tally): Promise<ChatSession> {
    const session = new ChatSession(tally);
    session.#socket = await RawSocket.connect(address, (bytes) => session.#read(bytes));
    return session;
  }

  static async login({ at }: Target, account: Account, tally: Tally): Promise<ChatSession> {
    const { uuid, token, address } = await account.admission(`http://${at.http}`);
    const session = await ChatSession.connect(address, tally);
    const { proto } = account;
    session.#proto = proto;
    session.#onLogin = (body) => account.remember(body.resume_token);
    session.write(
      encodeFrame(ServiceId.LOGINSERVER, {
        uuid,
        token,
        ...(proto === 2 && { proto, device: `fuzz-${uuid}` }),
      }),
    );
    await session.#socket?.until(() => session.#entered);
    if (!session.#entered) tally.count("login failed");
    return session;
  }

  get closed(): boolean {
    return this.#socket?.closed ?? true;
  }

  write(bytes: Uint8Array): void {
    this.#socket?.write(bytes);
  }

  end(): void {
    this.#socket?.end();
  }

  terminate(): void {
    this.#socket?.terminate();
  }

  /** Waits until everything sent so far was handled, or the connection is closed. */
  async settle(username: string): Promise<void> {
    const mark = crypto.randomUUID();
    // Frames are handled in order; a session of the original's protocol has only its own frames to ask with.
    if (this.#proto === 1) this.write(encodeFrame(ServiceId.SEARCHUSERNAME, { username }));
    else this.write(encodeFrame(ServiceId.PING, { t: mark }));
    const answer = this.#proto === 1 ? username : mark;
    if (!(await this.#socket?.until(() => this.#answered.has(answer))))
      this.#tally.violation(`no answer any more; last sent: ${this.lastSent}`);
    this.#answered.clear();
  }

  closedWithin(timeoutMs: number): Promise<boolean> {
    return this.#socket?.until(() => false, timeoutMs) ?? Promise.resolve(true);
  }

  #read(bytes: Uint8Array): void {
    try {
      this.#decoder.push(bytes, (id, body) => this.#frame(id, body));
    } catch (error) {
      this.#tally.violation(`the server's bytes are no frames: ${error}`);
    }
  }

  #frame(id: number, bytes: Uint8Array): void {
    const wrong = this.#judge(id, bytes);
    if (wrong === undefined) return;
    const shown = new TextDecoder().decode(bytes).slice(0, 200);
    this.#tally.violation(`${wrong}: ${id} ${shown}; sent: ${this.lastSent}`);
  }

  /** @returns what is wrong with a frame of the server's, if anything */
  #judge(id: number, bytes: Uint8Array): string | undefined {
    const [name, spec] = specs.get(id) ?? [];
    if (name === undefined || spec?.body === undefined) return "no frame of the server's";
    let body: Json;
    try {
      body = JSON.parse(utf8.decode(bytes)) as Json;
    } catch {
      return "no JSON in UTF-8";
    }
    const { error = 0 } = body;
    this.#tally.count(error === 0 ? name : `error ${error}`);
    if (!codes.has(error)) return "no code of the table";
    if (error === Code.UNAVAILABLE) return "UNAVAILABLE, which is also what a bug is answered with";
    try {
      (error === 0 || name === "GOAWAY" ? spec.body : failure).check(body, "");
    } catch (mismatch) {
      return `not as the table has it (${mismatch})`;
    }
    if (name === "LOGINRESPONSE" && error === 0) {
      this.#entered = true;
      this.#onLogin(body);
    }
    if (name === "PONG" && typeof body.t === "string") this.#answered.add(body.t);
    if (name === "SEARCHUSERNAMERESPONSE" && typeof body.username === "string")
      this.#answered.add(body.username);
    return this.#proto === 1 ? strangeToOriginal(id, body)[0] : undefined;
  }
}
