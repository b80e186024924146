/**
 * @module client/intake
 * What comes in, from the login on: who one is, where every conversation stands, what was missed of it, and what is
 * pushed. Each thing comes out as one event, messages in the order of their conversation.
 */
import type { HeadBody } from "../wire/messages.ts";
import { Acks } from "./acks.ts";
import type { Address, Addresses } from "./addresses.ts";
import type { Connection } from "./connection.ts";
import { Conversations } from "./conversations.ts";
import type { Emitter } from "./emitter.ts";
import { errorOf, toChatError } from "./errors.ts";
import type { ChatEvents, ChatMessage } from "./events.ts";
import type { History } from "./history.ts";
import { Known } from "./known.ts";
import type { Push } from "./link.ts";
import type { LoggedIn } from "./login.ts";
import { headOf, messagesOf } from "./messages.ts";
import { patiently } from "./patiently.ts";
import { eventOf } from "./translate.ts";

/** ACKs are gathered for this long, milliseconds. */
const ACK_DELAY_MS = 50;
/** A skipped seq is given this long to arrive before it is fetched, milliseconds. */
const GAP_DELAY_MS = 60;

export interface IntakePorts {
  readonly connection: Connection;
  readonly emitter: Emitter<ChatEvents>;
  readonly addresses: Addresses;
  readonly history: History;
}

export interface IntakeOptions {
  /** What the app has already, by conversation; see `ChatClientOptions`. */
  readonly known: ReadonlyMap<string, number> | undefined;
  /** Whether what has come out counts as delivered. */
  readonly autoAck: boolean;
}

export class Intake {
  readonly #acks = new Acks(ACK_DELAY_MS);
  readonly known = new Known(this.#acks);
  readonly #ports: IntakePorts;
  readonly #conversations: Conversations;
  readonly #autoAck: boolean;

  constructor(ports: IntakePorts, { known, autoAck }: IntakeOptions) {
    this.#ports = ports;
    this.#autoAck = autoAck;
    this.#conversations = new Conversations(
      {
        fetch: (conversation, after) => this.#fetch(conversation, after),
        out: (conversation, messages) => this.#deliver(conversation, messages),
        caughtUp: () => ports.connection.caughtUp(),
        failed: (_conversation, error) => ports.emitter.emit("error", error),
      },
      { known, gapDelayMs: GAP_DELAY_MS },
    );
  }

  /** A connection is being made. */
  begin(): void {
    this.#conversations.begin();
  }

  /** Logged in. Fetches what was missed; `caughtUp` of the connection says when it is there. */
  async online({ link, answer }: LoggedIn): Promise<void> {
    const { emitter } = this.#ports;
    const { requests, friends } = this.known.login(answer);
    for (const request of requests) emitter.emit("friendRequest", request);
    for (const friend of friends) emitter.emit("friendAdded", friend);
    this.#acks.start(({ conversation, ...marks }) => {
      if (link.open) link.send("ACK", { ...this.#ports.addresses.targetOf({ conversation }), ...marks });
    });
    this.#heads(answer.heads ?? []);
    let next = answer.heads_next;
    try {
      while (next !== undefined) {
        const cursor = next;
        const page = await patiently(link, () => link.request("HEADSREQUEST", { cursor }));
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

  /** The connection is gone. */
  offline(): void {
    this.#acks.stop();
    this.#conversations.end();
  }

  /** A message: pushed, or one's own that is committed. */
  take(message: ChatMessage): void {
    this.#ports.addresses.learn(message);
    this.#conversations.take(message);
  }

  /** What the server sent without being asked, but for the answers to texts. */
  push(push: Push): void {
    const { emitter, connection } = this.#ports;
    if (push.name === "TEXTCHATMSGICOMINGREQUEST") {
      for (const message of messagesOf(push.body, connection.uuid)) this.take(message);
    } else if (push.name === "ERROR") {
      // The answer to what has none of its own: an ACK or TYPING too many, or something misunderstood.
      const error = errorOf(push.body);
      if (error.retryAfterMs !== undefined) this.#acks.refused(error.retryAfterMs);
      emitter.emit("error", error);
    } else {
      const event = eventOf(push);
      const news = event && this.known.take(event);
      if (news) emitter.emit(news.event, news.value);
    }
  }

  /** How far each conversation has come out. */
  cursors(): Map<string, number> {
    return this.#conversations.cursors();
  }

  delivered(address: Address, seq: number): void {
    this.#mark(address, (conversation, cursor) => this.#acks.delivered(conversation, Math.min(seq, cursor)));
  }

  read(address: Address, seq: number): void {
    this.#mark(address, (conversation, cursor) => this.#acks.read(conversation, Math.min(seq, cursor)));
  }

  /** Sends the cursors that wait, now. */
  flush(): void {
    this.#acks.flush();
  }

  /** Of a conversation that is not known yet nothing has come out. */
  #mark(address: Address, mark: (conversation: string, cursor: number) => void): void {
    const conversation = this.#ports.addresses.conversationOf(address);
    if (conversation !== undefined) mark(conversation, this.#conversations.cursorOf(conversation));
  }

  #heads(heads: readonly HeadBody[]): void {
    for (const head of heads) {
      this.#ports.addresses.learn(head);
      this.#acks.known(head);
      this.#ports.emitter.emit("head", this.known.head(headOf(head)));
    }
    this.#conversations.heads(heads);
  }

  async #fetch(conversation: string, after: number): Promise<ChatMessage[]> {
    const { history, connection } = this.#ports;
    const page = await patiently(connection.link, () => history.page({ conversation }, { after }));
    return page.messages;
  }

  #deliver(conversation: string, messages: readonly ChatMessage[]): void {
    for (const message of messages) this.#ports.emitter.emit("message", message);
    if (this.#autoAck) this.#acks.delivered(conversation, messages.at(-1)?.seq ?? 0);
  }
}
