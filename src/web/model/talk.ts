/**
 * @module web/model/talk
 * What the user does in a conversation: reads, writes, answers, changes what was said. It shows at once, and as it was
 * again if the server refuses it.
 */
import {
  type Change,
  type ChatClient,
  type ChatMessage,
  edit,
  type Readers,
  reaction,
  recall,
  type SearchPage,
  type Settings,
  textId,
} from "../../client/index.ts";
import type { Conversation } from "./conversation.ts";
import type { Model } from "./model.ts";
import { explain } from "./words.ts";

/** Messages fetched at a time when scrolling back. */
const PAGE = 40;
/** The wait after messages could not be fetched, milliseconds. */
const RETRY_MS = 2_000;
/** The others are told at most this often that one is typing, milliseconds. */
const TYPING_EVERY_MS = 3_000;

export class Talk {
  readonly #client: ChatClient;
  readonly #model: Model;
  readonly #now: () => number;
  #typedAt = 0;

  constructor(client: ChatClient, model: Model, now: () => number) {
    this.#client = client;
    this.#model = model;
    this.#now = now;
  }

  /** Opens a conversation, or none. */
  select(conversation: Conversation | undefined): void {
    const { selected: before } = this.#model;
    if (before !== conversation) {
      this.#show(before, false);
      this.#show(conversation, true);
    }
    this.#model.selected = conversation;
    this.#typedAt = 0;
    this.#model.changed();
  }

  /** What is of a moment is told of the group that is looked at. */
  #show(conversation: Conversation | undefined, isOpen: boolean): void {
    if (conversation?.peer === undefined && conversation?.id !== undefined)
      this.#client.groups.setOpen({ conversation: conversation.id }, isOpen);
  }

  /** Fetches the messages before those that are known. Without a connection nothing happens. */
  async earlier(conversation: Conversation): Promise<void> {
    if (conversation.loading || !conversation.hasEarlier || !this.#model.online) return;
    conversation.loading = true;
    this.#model.changed();
    try {
      const before = conversation.log.firstSeq;
      const range = { limit: PAGE, ...(before !== undefined && { before }) };
      const { messages } = await this.#client.history(conversation.address, range);
      if (messages.length === 0) conversation.beginsHere();
      else conversation.take(messages);
    } catch {
      // The connection was lost, or it was too much at once: not again right away.
      await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
    }
    conversation.loading = false;
    this.#model.changed();
  }

  /** The user looks at the open conversation: it is read. */
  seen(): void {
    const { selected } = this.#model;
    if (selected === undefined || selected.unread === 0) return;
    selected.read(selected.lastSeq);
    this.#client.markRead(selected.address, selected.lastSeq);
    this.#model.changed();
  }

  /** Sends a text; it shows as on its way until it is committed, and with the reason if it is refused. */
  send(conversation: Conversation, content: string, { replyTo }: SendOptions = {}): void {
    const text = { content, ...(replyTo !== undefined && { replyTo }) };
    const id = textId();
    conversation.pending = [...conversation.pending, { ...text, id, at: this.#now() }];
    this.#model.changed();
    this.#typedAt = 0;
    this.#client.send(conversation.address, text, id).catch((error) => {
      conversation.refuse(id, explain(error));
      this.#model.changed();
    });
  }

  /** Sends a text that was refused once more. It is another one by then: the server remembers what it refused. */
  again(conversation: Conversation, id: string): void {
    const text = conversation.pending.find((one) => one.id === id);
    if (text === undefined) return;
    conversation.discard(id);
    this.send(conversation, text.content, text);
  }

  /** Drops a text that was refused. */
  discard(conversation: Conversation, id: string): void {
    conversation.discard(id);
    this.#model.changed();
  }

  /** Gives one of one's own messages another text. @throws ChatError as all changes when it is refused. */
  edit(conversation: Conversation, { seq }: ChatMessage, content: string): Promise<void> {
    return this.#change(conversation, edit(seq, content));
  }

  /** Takes a message back. */
  recall(conversation: Conversation, { seq }: ChatMessage): Promise<void> {
    return this.#change(conversation, recall(seq));
  }

  /** Gives a reaction, or takes it away where it is given. */
  react(conversation: Conversation, { seq, reactions = [] }: ChatMessage, emoji: string): Promise<void> {
    const given = reactions.some((one) => one.emoji === emoji && one.mine);
    return this.#change(conversation, reaction(seq, emoji, !given));
  }

  /** Mutes, pins or archives a conversation, or lifts that. */
  async set(conversation: Conversation, settings: Partial<Settings>): Promise<void> {
    await this.#client.changeSettings(conversation.address, settings);
    conversation.settings = { ...conversation.settings, ...settings };
    this.#model.changed();
  }

  /** Finds messages in all conversations, newest first. `before` is the `next` of the page before. */
  search(text: string, before?: string): Promise<SearchPage> {
    return this.#client.search(text, before === undefined ? {} : { before });
  }

  /** How far a message of one's own got. */
  readers(message: ChatMessage): Promise<Readers> {
    return this.#client.readers(message);
  }

  typing(conversation: Conversation): void {
    const now = this.#now();
    if (now - this.#typedAt < TYPING_EVERY_MS) return;
    this.#typedAt = now;
    this.#client.typing(conversation.address);
  }

  /** Shows a change at once, and no more if it is refused. */
  async #change(conversation: Conversation, change: Change): Promise<void> {
    const id = textId();
    conversation.log.wish({ ...change, id });
    this.#model.changed();
    try {
      await this.#client.send(conversation.address, change, id);
    } finally {
      conversation.log.forget(id);
      this.#model.changed();
    }
  }
}

export interface SendOptions {
  /** The seq of the message that it answers. */
  readonly replyTo?: number;
}
