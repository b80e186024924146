/**
 * @module client/client
 * A chat account that stays connected. `connect()` is the one call after any absence: it logs in, fetches
 * what was missed and keeps the connection up by itself from then on. Messages come as events, each once and
 * in the order of the conversation; texts are sent until they are committed.
 */
import { OwnAccount } from "./account.ts";
import { type Address, Addresses, type MessageAddress } from "./addresses.ts";
import { edit, reaction, recall } from "./changes.ts";
import { Connection } from "./connection.ts";
import { Emitter } from "./emitter.ts";
import type { ChatEvents, StateChange } from "./events.ts";
import { Groups } from "./groups.ts";
import { History, type HistoryPage, type HistoryRange } from "./history.ts";
import { HttpApi } from "./http.ts";
import { textId } from "./id.ts";
import { Intake } from "./intake.ts";
import type { ChatClientOptions } from "./options.ts";
import type { Outbox } from "./outbox.ts";
import type { Content, OutgoingText, SendReceipt } from "./outgoing.ts";
import { People } from "./people.ts";
import { openOutbox } from "./sending.ts";
import { wsDialer } from "./ws.ts";

/**
 * What one does in a conversation is here; what concerns other people and one's own account is at `people` and
 * `account`, and groups are made and changed at `groups`.
 *
 * @example
 * const client = new ChatClient({ server: "http://127.0.0.1:8080", credentials: { username, password } });
 * client.on("message", (message) => show(message));
 * await client.connect();
 * const friend = await client.people.search("bob");
 * const { seq, at } = await client.sendText(friend.uuid, "hello");
 */
export class ChatClient {
  readonly people: People;
  readonly account: OwnAccount;
  readonly groups: Groups;
  readonly #emitter: Emitter<ChatEvents>;
  readonly #addresses = new Addresses();
  readonly #connection: Connection;
  readonly #history: History;
  readonly #intake: Intake;
  readonly #outbox: Outbox;

  constructor(options: ChatClientOptions) {
    const { server, credentials, known, autoAck = true, backoff = {}, requestTimeoutMs = 15_000 } = options;
    this.#emitter = new Emitter((error, event) => {
      if (event !== "error") this.#emitter.emit("error", error);
    });
    this.#connection = new Connection(
      credentials,
      {
        api: typeof server === "string" ? new HttpApi(server) : server,
        dial: options.dial ?? wsDialer(),
        device: options.device ?? textId().slice(1, -1),
        name: options.name ?? "sdk/1.0",
        requestTimeoutMs,
        backoff,
      },
      {
        connecting: () => this.#intake.begin(),
        online: (session) => {
          this.#outbox.start();
          void this.#intake.online(session);
        },
        leaving: () => this.#outbox.stop(),
        offline: () => {
          this.#outbox.stop();
          this.#intake.offline();
        },
        ended: (error) => this.#outbox.end(error),
        push: (push) => {
          if (push.name === "TEXTCHATMSGRESPONSE") this.#outbox.answer(push.body);
          else this.#intake.push(push);
        },
        state: (change) => this.#emitter.emit("state", change),
      },
    );
    this.#history = new History(this.#connection, this.#addresses);
    const ports = { connection: this.#connection, addresses: this.#addresses };
    this.#intake = new Intake(
      { ...ports, emitter: this.#emitter, history: this.#history },
      { known, autoAck },
    );
    const sending = { backoff, answerTimeoutMs: requestTimeoutMs };
    this.#outbox = openOutbox({ ...ports, intake: this.#intake }, sending);
    this.people = new People(this.#connection, this.#intake.known.inbox);
    this.account = new OwnAccount(this.#connection, this.#intake.known);
    this.groups = new Groups(this.#connection);
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
    return this.#connection.connect();
  }

  get uuid(): string {
    return this.#connection.uuid;
  }

  get state(): StateChange["state"] {
    return this.#connection.state;
  }

  /** This session's id and node, as `sessions()` lists them; undefined before the first login. */
  get session(): { readonly id: string; readonly node: string } | undefined {
    const { session } = this.#connection;
    return session && { id: session.session ?? "", node: session.node ?? "" };
  }

  /** What the account's list of sessions knows this installation by; `device` of a later client. */
  get device(): string {
    return this.#connection.device;
  }

  /** Lets a later client log in without the password; undefined before the first login, and once it is void. */
  get resumeToken(): string | undefined {
    return this.#connection.resumeToken;
  }

  /** How far each conversation has come out; `known` of a later client. */
  cursors(): Map<string, number> {
    return this.#intake.cursors();
  }

  /**
   * Sends a text, until it is committed: over lost connections and a server that is away. Texts
   * to one conversation keep the order of the calls.
   * @param id for a text of an earlier run whose fate is unknown (`unacknowledged`); a new one unless given.
   * @throws ChatError when it is refused for good (65, 66, 67, 68, 69), or the client ends.
   */
  sendText(to: Address, content: string, id = textId()): Promise<SendReceipt> {
    return this.send(to, { content }, id);
  }

  /**
   * Sends a message of any kind, as `sendText` does; an answer to another has its seq as `replyTo`.
   * @throws ChatError also when the kind refuses it: 76 it is not yours, 78 there is no such message, 79 too late.
   */
  send(to: Address, message: Content, id = textId()): Promise<SendReceipt> {
    return this.#outbox.add({ to, id, ...message });
  }

  /** Gives one of one's own messages another text. */
  edit(message: MessageAddress, content: string): Promise<SendReceipt> {
    return this.send(message, edit(message.seq, content));
  }

  /** Takes a message back: its content is gone for everybody. */
  recall(message: MessageAddress): Promise<SendReceipt> {
    return this.send(message, recall(message.seq));
  }

  /** Gives a reaction to a message, or takes it away. */
  react(message: MessageAddress, emoji: string, on = true): Promise<SendReceipt> {
    return this.send(message, reaction(message.seq, emoji, on));
  }

  /** Sends several texts in order. @returns their receipts; rejects with the first that is refused. */
  sendTexts(to: Address, contents: readonly string[]): Promise<SendReceipt[]> {
    return Promise.all(contents.map((content) => this.sendText(to, content)));
  }

  /** Texts that wait for their acknowledgement; an app may keep them and send them in its next run. */
  unacknowledged(): OutgoingText[] {
    return this.#outbox.pending();
  }

  /** Everything up to `seq` is safe with the app. Called by itself unless `autoAck` is false. */
  markDelivered(conversation: Address, seq: number): void {
    this.#intake.delivered(conversation, seq);
  }

  /** Everything up to `seq`, as far as it has come out here, was read; the other side gets a receipt. */
  markRead(conversation: Address, seq: number): void {
    this.#intake.read(conversation, seq);
  }

  /** A part of a conversation, ascending, as the server has it. */
  history(conversation: Address, range?: HistoryRange): Promise<HistoryPage> {
    return this.#history.page(conversation, range);
  }

  /** Tells the others that one is writing. Forgotten when there is no connection. */
  typing(conversation: Address): void {
    this.#connection.send("TYPING", this.#addresses.targetOf(conversation));
  }

  /** Ends this session at the server, and the client. The resume token is void afterwards. */
  async logout(): Promise<void> {
    this.#intake.flush();
    await this.#connection.request("LOGOUTSERVER", {});
    this.#connection.end("logout");
  }

  /** Ends the client; the session may be resumed by another. Texts that wait are rejected. */
  close(): void {
    this.#intake.flush();
    this.#connection.end("closed");
  }
}
