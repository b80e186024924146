/**
 * @module client/conversations
 * All conversations of the account: where each stands, what of it is missing, and the fetching of that.
 *
 * At each login the server's heads tell how far every conversation goes. What lies between that and what has
 * come out here already is fetched with HISTORY; what is pushed meanwhile is merged by its `seq`
 * (client/timeline), so nothing is missed, doubled or out of order whenever it was sent. A push that skips a
 * seq, because an earlier one is still on its way from another node, waits a moment and is then fetched for.
 */
import type { HeadBody } from "../wire/messages.ts";
import type { ChatMessage } from "./events.ts";
import { Timeline } from "./timeline.ts";

/** Conversations whose history is read at the same time. */
const FETCHES_AT_ONCE = 4;

export interface ConversationPorts {
  /** Messages with a seq beyond `after`, ascending, the first ones; empty when there are none. */
  fetch(conversation: string, after: number): Promise<ChatMessage[]>;
  /** The next messages of a conversation, in order. */
  out(conversation: string, messages: readonly ChatMessage[]): void;
  /** Everything that had been missed at login has come out. Called once per login. */
  caughtUp(): void;
  /** Part of a conversation could not be had, and never will be on this connection. */
  failed(conversation: string, error: unknown): void;
}

export interface ConversationOptions {
  /** What the app has already, by conversation. Given, one that is not in it starts at 0. */
  known?: ReadonlyMap<string, number> | undefined;
  /** How long a gap may wait for the push that fills it, milliseconds. */
  gapDelayMs: number;
}

export class Conversations {
  readonly #timelines = new Map<string, Timeline>();
  readonly #ports: ConversationPorts;
  readonly #gapDelayMs: number;
  /** Pushes of conversations whose head has not come yet. */
  readonly #parked = new Map<string, ChatMessage[]>();
  readonly #queued = new Set<string>();
  readonly #fetching = new Set<string>();
  readonly #gaps = new Map<string, ReturnType<typeof setTimeout>>();
  /** All there was before is accounted for: a conversation that is new from here on starts at 0. */
  #startAtZero: boolean;
  #headsComplete = false;
  #announced = false;
  /** Counts logins, so that a fetch of an earlier one is told apart. */
  #login = 0;

  constructor(ports: ConversationPorts, { known, gapDelayMs }: ConversationOptions) {
    this.#ports = ports;
    this.#gapDelayMs = gapDelayMs;
    this.#startAtZero = known !== undefined;
    for (const [conversation, seq] of known ?? []) this.#timelines.set(conversation, new Timeline(seq));
  }

  /** How far each conversation has come out; `known` of a later client. */
  cursors(): Map<string, number> {
    return new Map([...this.#timelines].map(([conversation, timeline]) => [conversation, timeline.cursor]));
  }

  /** How far a conversation has come out; 0 for one that is not known. */
  cursorOf(conversation: string): number {
    return this.#timelines.get(conversation)?.cursor ?? 0;
  }

  /** A connection is being made: until its heads are in, pushes of unknown conversations are parked. */
  begin(): void {
    this.end();
    this.#headsComplete = false;
    this.#announced = false;
  }

  /** The connection is gone. */
  end(): void {
    this.#login += 1;
    this.#queued.clear();
    this.#fetching.clear();
    this.#parked.clear();
    for (const timer of this.#gaps.values()) clearTimeout(timer);
    this.#gaps.clear();
  }

  /** One page of heads. A conversation not known here starts where the account got it delivered last. */
  heads(page: readonly HeadBody[]): void {
    for (const { conversation, last_seq, delivered_seq } of page) {
      const parked = this.#parked.get(conversation) ?? [];
      const start = Math.min(delivered_seq, ...parked.map(({ seq }) => seq - 1));
      const timeline = this.#timelineOf(conversation, this.#startAtZero ? 0 : start);
      timeline.knows(last_seq);
      this.#parked.delete(conversation);
      for (const message of parked) this.#merge(message, timeline);
      if (timeline.behind) this.#enqueue(conversation);
    }
  }

  /** That was the last page. */
  headsComplete(): void {
    this.#headsComplete = true;
    this.#startAtZero = true;
    for (const message of [...this.#parked.values()].flat()) this.take(message);
    this.#parked.clear();
    this.#announce();
  }

  /** A message that was pushed, or that the server acknowledged to have got from here. */
  take(message: ChatMessage): void {
    let timeline = this.#timelines.get(message.conversation);
    if (!timeline) {
      if (!this.#headsComplete) {
        this.#parked.set(message.conversation, [...(this.#parked.get(message.conversation) ?? []), message]);
        return;
      }
      timeline = this.#timelineOf(message.conversation, 0);
    }
    this.#merge(message, timeline);
    if (timeline.behind && !this.#gaps.has(message.conversation))
      this.#awaitGap(message.conversation, timeline);
  }

  #merge(message: ChatMessage, timeline: Timeline): void {
    const out = timeline.take(message);
    if (out.length > 0) this.#ports.out(message.conversation, out);
  }

  #awaitGap(conversation: string, timeline: Timeline): void {
    const timer = setTimeout(() => {
      this.#gaps.delete(conversation);
      if (timeline.behind) this.#enqueue(conversation);
    }, this.#gapDelayMs);
    this.#gaps.set(conversation, timer);
  }

  #enqueue(conversation: string): void {
    if (!this.#fetching.has(conversation)) this.#queued.add(conversation);
    this.#next();
  }

  #next(): void {
    for (const conversation of this.#queued) {
      if (this.#fetching.size >= FETCHES_AT_ONCE) return;
      this.#queued.delete(conversation);
      this.#fetching.add(conversation);
      const login = this.#login;
      void this.#catchUp(conversation, login).finally(() => {
        if (login !== this.#login) return;
        this.#fetching.delete(conversation);
        this.#next();
      });
    }
    this.#announce();
  }

  /** Reads history until nothing that is known to exist is missing. */
  async #catchUp(conversation: string, login: number): Promise<void> {
    const timeline = this.#timelineOf(conversation, 0);
    while (timeline.behind) {
      const before = timeline.cursor;
      let problem: unknown;
      try {
        const page = await this.#ports.fetch(conversation, before);
        if (login !== this.#login) return;
        // A page begins with the first there is; what it leaves out is not for this account.
        const [first] = page;
        if (first) timeline.skip(first.seq - 1);
        for (const message of page) this.#merge(message, timeline);
        if (timeline.cursor === before) problem = new Error(`history ends at ${before}`);
      } catch (error) {
        if (login !== this.#login) return;
        problem = error;
      }
      if (problem === undefined) continue;
      const rest = timeline.settle();
      if (rest.length > 0) this.#ports.out(conversation, rest);
      this.#ports.failed(conversation, problem);
    }
  }

  #announce(): void {
    if (!this.#headsComplete || this.#announced || this.#fetching.size + this.#queued.size > 0) return;
    this.#announced = true;
    this.#ports.caughtUp();
  }

  #timelineOf(conversation: string, start: number): Timeline {
    const timeline = this.#timelines.get(conversation) ?? new Timeline(start);
    this.#timelines.set(conversation, timeline);
    return timeline;
  }
}
