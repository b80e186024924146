/**
 * @module client/client
 * A chat account that stays connected. `connect()` is the one call after any absence: it logs in, fetches
 * what was missed and keeps the connection up by itself from then on. Messages come as events, each once and
 * in the order of the conversation; texts are sent until they are committed.
 */
import { OwnAccount } from "./account.ts";
import type { Address, MessageAddress } from "./addresses.ts";
import { edit, reaction, recall } from "./changes.ts";
import { Engine } from "./engine.ts";
import type { ChatEvents, StateChange } from "./events.ts";
import { Groups } from "./groups.ts";
import type { HistoryPage, HistoryRange } from "./history.ts";
import { textId } from "./id.ts";
import type { ChatClientOptions } from "./options.ts";
import type { Content, OutgoingText, SendReceipt } from "./outgoing.ts";
import { People } from "./people.ts";
import { type Readers, readersOf } from "./readers.ts";
import { type SearchOptions, type SearchPage, searchMessages } from "./search.ts";
import { changeSettings, type Settings } from "./settings.ts";

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
  readonly #engine: Engine;

  constructor(options: ChatClientOptions) {
    this.#engine = new Engine(options);
    const { connection, intake } = this.#engine;
    this.people = new People(connection, intake.known.inbox);
    this.account = new OwnAccount(connection, intake.known);
    this.groups = new Groups(connection);
    this.on("state", ({ state }) => {
      if (state === "online") this.groups.sayOpen();
    });
  }

  /** Listens to an event. @returns the function that stops it. */
  on<K extends keyof ChatEvents>(event: K, listener: (value: ChatEvents[K]) => void): () => void {
    return this.#engine.emitter.on(event, listener);
  }

  /**
   * Logs in and catches up; from then on the client reconnects by itself. Tries until it succeeds.
   * @returns when every message that was missed has come out as an event.
   * @throws ChatError when it has ended: the credentials were refused, the server or the app ended it.
   */
  connect(): Promise<void> {
    return this.#engine.connection.connect();
  }

  get uuid(): string {
    return this.#engine.connection.uuid;
  }

  get state(): StateChange["state"] {
    return this.#engine.connection.state;
  }

  /** This session's id and node, as `sessions()` lists them; undefined before the first login. */
  get session(): { readonly id: string; readonly node: string } | undefined {
    const { session } = this.#engine.connection;
    return session && { id: session.session ?? "", node: session.node ?? "" };
  }

  /** What the account's list of sessions knows this installation by; `device` of a later client. */
  get device(): string {
    return this.#engine.connection.device;
  }

  /** Lets a later client log in without the password; undefined before the first login, and once it is void. */
  get resumeToken(): string | undefined {
    return this.#engine.connection.resumeToken;
  }

  /** How far each conversation has come out; `known` of a later client. */
  cursors(): Map<string, number> {
    return this.#engine.intake.cursors();
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
    return this.#engine.outbox.add({ to, id, ...message });
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
    return this.#engine.outbox.pending();
  }

  /** Everything up to `seq` is safe with the app. Called by itself unless `autoAck` is false. */
  markDelivered(conversation: Address, seq: number): void {
    this.#engine.intake.delivered(conversation, seq);
  }

  /** Everything up to `seq`, as far as it has come out here, was read; the other side gets a receipt. */
  markRead(conversation: Address, seq: number): void {
    this.#engine.intake.read(conversation, seq);
  }

  /** A part of a conversation, ascending, as the server has it. */
  history(conversation: Address, range?: HistoryRange): Promise<HistoryPage> {
    return this.#engine.history.page(conversation, range);
  }

  /** Finds messages by what they say, newest first. */
  search(text: string, options: SearchOptions = {}): Promise<SearchPage> {
    return searchMessages(this.#engine, text, options);
  }

  /** How far a message of one's own got, and who has it. */
  readers(message: MessageAddress): Promise<Readers> {
    return readersOf(this.#engine, message);
  }

  /** Mutes, pins or archives a conversation on all devices of this account; what is not given stays. */
  changeSettings(conversation: Address, settings: Partial<Settings>): Promise<void> {
    return changeSettings(this.#engine, conversation, settings);
  }

  /** Tells the others that one is writing. Forgotten when there is no connection. */
  typing(conversation: Address): void {
    this.#engine.connection.send("TYPING", this.#engine.addresses.targetOf(conversation));
  }

  /** Ends this session at the server, and the client. The resume token is void afterwards. */
  async logout(): Promise<void> {
    this.#engine.intake.flush();
    await this.#engine.connection.request("LOGOUTSERVER", {});
    this.#engine.connection.end("logout");
  }

  /** Ends the client; the session may be resumed by another. Texts that wait are rejected. */
  close(): void {
    this.#engine.intake.flush();
    this.#engine.connection.end("closed");
  }
}
