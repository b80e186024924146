/**
 * @module client/client
 * A chat account that stays connected. `connect()` is the one call after any absence: it logs in, fetches
 * what was missed and keeps the connection up by itself from then on. Messages come as events, each once and
 * in the order of the conversation; texts are sent until they are committed.
 */
import type { Body, HeadBody, ReplyName, Request, RequestName } from "../wire/messages.ts";
import { Acks } from "./acks.ts";
import type { BackoffOptions } from "./backoff.ts";
import { Conversations } from "./conversations.ts";
import { Emitter } from "./emitter.ts";
import { type ChatError, connectionLost, errorOf, toChatError } from "./errors.ts";
import {
  type ChatEvents,
  type ChatMessage,
  eventOf,
  type FriendRequest,
  headOf,
  messageOf,
  type StateChange,
  type UserProfile,
} from "./events.ts";
import { HttpApi } from "./http.ts";
import { textId } from "./id.ts";
import { Known } from "./known.ts";
import type { Push } from "./link.ts";
import { type Credentials, type LoggedIn, Login } from "./login.ts";
import { Outbox, type OutgoingText, type SendReceipt } from "./outbox.ts";
import { type ProfilePatch, Requests } from "./requests.ts";
import { Supervisor } from "./supervisor.ts";
import type { Dialer } from "./transport.ts";
import { wsDialer } from "./ws.ts";

export interface ChatClientOptions {
  /** The gateway: its address, or calls made elsewhere. */
  server: string | HttpApi;
  credentials: Credentials;
  /** WebSocket unless given; `tcpDialer()` of client/tcp in Bun. */
  dial?: Dialer;
  /**
   * A stable id of this installation, made once and kept beside the resume token; a random one unless given. A device
   * has one session at a time: a client that comes with the same one ends this client (`replaced`).
   */
  device?: string;
  /** What the account's session list shows, such as `web/1.0`. */
  name?: string;
  /**
   * The last seq of each conversation that the app has already (`cursors()` of an earlier client): messages
   * beyond it are delivered, and conversations that are not in it from their beginning. Without it, delivery
   * starts where the account got each conversation delivered last, on whatever device, and what is older is there by
   * `history()`: for an app that keeps nothing. One that keeps messages keeps this with them; only it knows what
   * this device has.
   */
  known?: ReadonlyMap<string, number>;
  /** Whether messages count as delivered when their listeners return; true unless given. See `markDelivered`. */
  autoAck?: boolean;
  /** Waits between attempts to connect, and to repeat what failed for the moment. */
  backoff?: BackoffOptions;
  /** How long an answer may take before the connection counts as dead, milliseconds; 15 seconds unless given. */
  requestTimeoutMs?: number;
}

/** ACKs are gathered for this long, milliseconds. */
const ACK_DELAY_MS = 50;
/** A skipped seq is given this long to arrive before it is fetched, milliseconds. */
const GAP_DELAY_MS = 60;
/** The least wait before part of the catching up is tried again, milliseconds. */
const CATCH_UP_RETRY_MS = 200;

/**
 * @example
 * const client = new ChatClient({ server: "http://127.0.0.1:8080", credentials: { username, password } });
 * client.on("message", ({ peer, seq, content }) => show(peer, seq, content));
 * await client.connect();
 * const { seq, at } = await client.sendText(peer, "hello");
 */
export class ChatClient extends Requests {
  readonly #emitter: Emitter<ChatEvents>;
  readonly #login: Login;
  readonly #supervisor: Supervisor;
  readonly #conversations: Conversations;
  readonly #acks = new Acks(ACK_DELAY_MS);
  readonly #known = new Known(this.#acks);
  readonly #outbox: Outbox;
  readonly #autoAck: boolean;
  #state: StateChange = { state: "offline" };
  #session: Body<"LOGINRESPONSE"> | undefined;
  #caughtUp = false;
  #connecting: PromiseWithResolvers<void>[] = [];

  constructor(options: ChatClientOptions) {
    super();
    const { server, credentials, known, autoAck = true, backoff = {}, requestTimeoutMs = 15_000 } = options;
    this.#autoAck = autoAck;
    this.#emitter = new Emitter((error, event) => {
      if (event !== "error") this.#emitter.emit("error", error);
    });
    this.#login = new Login(credentials, {
      api: typeof server === "string" ? new HttpApi(server) : server,
      dial: options.dial ?? wsDialer(),
      device: options.device ?? textId().slice(1, -1),
      name: options.name ?? "sdk/1.0",
      requestTimeoutMs,
    });
    this.#conversations = new Conversations(
      {
        fetch: (peer, after) => this.#patiently(async () => (await this.history(peer, { after })).messages),
        out: (peer, messages) => this.#deliver(peer, messages),
        caughtUp: () => this.#settleConnect(),
        failed: (_peer, error) => this.#emitter.emit("error", error),
      },
      { known, gapDelayMs: GAP_DELAY_MS },
    );
    this.#outbox = new Outbox(
      {
        transmit: (peer, text_msg) => this.#transmit(peer, text_msg),
        self: () => this.uuid,
        committed: (text, receipt) => this.#conversations.take(this.#ownMessage(text, receipt)),
      },
      { backoff, answerTimeoutMs: requestTimeoutMs },
    );
    this.#supervisor = new Supervisor(
      this.#login,
      {
        connecting: () => this.#conversations.begin(),
        online: (session) => void this.#online(session),
        leaving: () => this.#outbox.stop(),
        offline: () => this.#offline(),
        ended: (error) => this.#ended(error),
        push: (push) => this.#push(push),
        state: (change) => this.#changed(change),
      },
      backoff,
    );
  }

  /** Listens to an event. @returns the function that stops it. */
  on<K extends keyof ChatEvents>(event: K, listener: (value: ChatEvents[K]) => void): () => void {
    return this.#emitter.on(event, listener);
  }

  /**
   * Logs in and catches up; from then on the client reconnects by itself. Tries until it succeeds.
   * @returns when every message that was missed has come out as an event.
   * @throws ChatError when it has ended: the credentials were refused, the server or the app ended it.
   */
  connect(): Promise<void> {
    if (this.#caughtUp) return Promise.resolve();
    if (this.#state.state === "ended") return Promise.reject(connectionLost("the client has ended"));
    const connecting = Promise.withResolvers<void>();
    this.#connecting.push(connecting);
    this.#supervisor.start();
    return connecting.promise;
  }

  get uuid(): string {
    return this.#login.uuid;
  }

  get state(): StateChange["state"] {
    return this.#state.state;
  }

  /** One's own profile; undefined before the first login. */
  get profile(): UserProfile | undefined {
    return this.#known.profile;
  }

  /** This session's id and node, as `sessions()` lists them; undefined before the first login. */
  get session(): { readonly id: string; readonly node: string } | undefined {
    return this.#session && { id: this.#session.session ?? "", node: this.#session.node ?? "" };
  }

  /** What the account's list of sessions knows this installation by; `device` of a later client. */
  get device(): string {
    return this.#login.device;
  }

  /** Lets a later client log in without the password; undefined before the first login, and once it is void. */
  get resumeToken(): string | undefined {
    return this.#login.resumeToken;
  }

  /** Friend requests that wait for an answer. */
  get friendRequests(): FriendRequest[] {
    return this.#known.inbox.open;
  }

  /** How far each conversation has come out; `known` of a later client. */
  cursors(): Map<string, number> {
    return this.#conversations.cursors();
  }

  /**
   * Sends a text to a friend, until it is committed: over lost connections and a server that is away. Texts
   * to one peer keep the order of the calls.
   * @param id for a text of an earlier run whose fate is unknown (`unacknowledged`); a new one unless given.
   * @throws ChatError when it is refused for good (65, 66, 67, 68, 69), or the client ends.
   */
  sendText(peer: string, content: string, id = textId()): Promise<SendReceipt> {
    return this.#outbox.add({ peer, id, content });
  }

  /** Sends several texts in order. @returns their receipts; rejects with the first that is refused. */
  sendTexts(peer: string, contents: readonly string[]): Promise<SendReceipt[]> {
    return Promise.all(contents.map((content) => this.sendText(peer, content)));
  }

  /** Texts that wait for their acknowledgement; an app may keep them and send them in its next run. */
  unacknowledged(): OutgoingText[] {
    return this.#outbox.pending();
  }

  /** Everything up to `seq` is safe with the app. Called by itself unless `autoAck` is false. */
  markDelivered(peer: string, seq: number): void {
    this.#acks.delivered(peer, Math.min(seq, this.#conversations.cursorOf(peer)));
  }

  /** Everything up to `seq`, as far as it has come out here, was read; the other side gets a receipt. */
  markRead(peer: string, seq: number): void {
    this.#acks.read(peer, Math.min(seq, this.#conversations.cursorOf(peer)));
  }

  /** Tells a friend that one is writing. Forgotten when there is no connection. */
  typing(peer: string): void {
    if (this.#supervisor.link?.open) this.#supervisor.link.send("TYPING", { peer });
  }

  override async confirmFriend(uuid: string, alternativeName = ""): Promise<void> {
    await super.confirmFriend(uuid, alternativeName);
    this.#known.inbox.added(uuid);
  }

  override async rejectFriend(uuid: string): Promise<void> {
    await super.rejectFriend(uuid);
    this.#known.inbox.gone(uuid);
  }

  override async block(uuid: string, blocked = true): Promise<void> {
    await super.block(uuid, blocked);
    if (blocked) this.#known.inbox.gone(uuid);
  }

  override async updateProfile(patch: ProfilePatch): Promise<void> {
    await super.updateProfile(patch);
    this.#known.changed(patch);
  }

  override async removeFriend(uuid: string): Promise<void> {
    await super.removeFriend(uuid);
    this.#known.inbox.removed(uuid);
  }

  /** Ends this session at the server, and the client. The resume token is void afterwards. */
  async logout(): Promise<void> {
    this.#acks.flush();
    await this.request("LOGOUTSERVER", {});
    this.#supervisor.end({ state: "ended", reason: "logout" });
  }

  /** Ends the client; the session may be resumed by another. Texts that wait are rejected. */
  close(): void {
    this.#acks.flush();
    this.#supervisor.end({ state: "ended", reason: "closed" });
  }

  protected async request<N extends RequestName>(name: N, body: Request<N>): Promise<Body<ReplyName<N>>> {
    const { link } = this.#supervisor;
    if (!link) throw connectionLost("not connected");
    return link.request(name, body);
  }

  /** The session begins: what waited is sent, and what was missed is fetched. */
  async #online({ link, answer }: LoggedIn): Promise<void> {
    this.#session = answer;
    this.#changed({ state: "online" });
    const { requests, friends } = this.#known.login(answer);
    for (const request of requests) this.#emitter.emit("friendRequest", request);
    for (const friend of friends) this.#emitter.emit("friendAdded", friend);
    this.#outbox.start();
    this.#acks.start((ack) => {
      if (link.open) link.send("ACK", ack);
    });
    this.#heads(answer.heads ?? []);
    let next = answer.heads_next;
    try {
      while (next !== undefined) {
        const cursor = next;
        const page = await this.#patiently(() => link.request("HEADSREQUEST", { cursor }));
        if (!link.open) return;
        this.#heads(page.heads);
        next = page.next;
      }
      this.#conversations.headsComplete();
    } catch (error) {
      // Without its heads a session would have gaps: begin again.
      link.close(`heads: ${toChatError(error).message}`);
    }
  }

  #heads(heads: readonly HeadBody[]): void {
    for (const head of heads) {
      this.#acks.known(head);
      this.#emitter.emit("head", this.#known.head(headOf(head)));
    }
    this.#conversations.heads(heads);
  }

  #offline(): void {
    this.#caughtUp = false;
    this.#outbox.stop();
    this.#acks.stop();
    this.#conversations.end();
  }

  #ended(error: ChatError): void {
    this.#offline();
    this.#outbox.end(error);
    for (const { reject } of this.#connecting.splice(0)) reject(error);
  }

  #settleConnect(): void {
    this.#caughtUp = true;
    for (const { resolve } of this.#connecting.splice(0)) resolve();
  }

  #changed(change: StateChange): void {
    this.#state = change;
    this.#emitter.emit("state", change);
  }

  #push(push: Push): void {
    switch (push.name) {
      case "TEXTCHATMSGICOMINGREQUEST":
        for (const entry of push.body.text_msg) {
          const message = messageOf(entry, this.uuid);
          if (message) this.#conversations.take(message);
        }
        break;
      case "TEXTCHATMSGRESPONSE":
        this.#outbox.answer(push.body);
        break;
      case "ERROR": {
        // The answer to what has none of its own: an ACK or TYPING too many, or something misunderstood.
        const error = errorOf(push.body);
        if (error.retryAfterMs !== undefined) this.#acks.refused(error.retryAfterMs);
        this.#emitter.emit("error", error);
        break;
      }
      default:
        this.#tell(push);
    }
  }

  #tell(push: Push): void {
    const event = eventOf(push);
    const news = event && this.#known.take(event);
    if (news) this.#emitter.emit(news.event, news.value);
  }

  #deliver(peer: string, messages: readonly ChatMessage[]): void {
    for (const message of messages) this.#emitter.emit("message", message);
    if (this.#autoAck) this.#acks.delivered(peer, messages.at(-1)?.seq ?? 0);
  }

  #transmit(peer: string, text_msg: Request<"TEXTCHATMSGREQUEST">["text_msg"]): void {
    const { link } = this.#supervisor;
    if (!link?.open) return;
    link.send("TEXTCHATMSGREQUEST", { text_sender: this.uuid, text_receiver: peer, text_msg });
  }

  #ownMessage({ peer, id, content }: OutgoingText, { seq, at }: SendReceipt): ChatMessage {
    return { peer, seq, at, id, sender: this.uuid, kind: "text", content, mine: true };
  }

  /** Repeats a read that fails for the moment, as long as the connection is the same. */
  async #patiently<T>(read: () => Promise<T>): Promise<T> {
    const { link } = this.#supervisor;
    for (;;) {
      try {
        return await read();
      } catch (thrown) {
        const error = toChatError(thrown);
        if (!error.retryable || !link?.open) throw error;
        const wait = Math.max(error.retryAfterMs ?? 0, CATCH_UP_RETRY_MS);
        await new Promise((resolve) => setTimeout(resolve, wait));
        if (!link.open) throw error;
      }
    }
  }
}
