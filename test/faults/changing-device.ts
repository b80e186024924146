/**
 * @module faults/changing-device
 * A device that edits, recalls and reacts: it keeps its messages as an app does, and notes what became of its changes.
 */
import { type Change, ChatError, changedSeq } from "../../src/client/index.ts";
import { MessageLog } from "../../src/web/model/log.ts";
import type { User } from "../support/users.ts";
import { GroupDevice } from "./group-device.ts";
import type { Stage } from "./stage.ts";

/** A change that somebody asked for. */
export interface Asked {
  readonly by: string;
  readonly conversation: string;
  /** The seq that it is about. */
  readonly of: number;
  readonly change: Change;
  /** Whether it is of a message of one's own, which edits and recalls have to be. */
  readonly own: boolean;
  /** Its own seq, once it is acknowledged. */
  seq: number | undefined;
}

export class ChangingDevice extends GroupDevice {
  readonly asked: Asked[] = [];
  /** Changes that are not settled yet. */
  waiting = 0;
  readonly #logs = new Map<string, MessageLog>();
  readonly #last = new Map<string, number>();

  constructor(name: string, account: User, transport: "tcp" | "ws", stage: Stage) {
    super(name, account, transport, stage);
    this.client.on("message", (message) => {
      this.#last.set(message.conversation, message.seq);
      this.logOf(message.conversation).take(message);
    });
  }

  get conversations(): readonly string[] {
    return [...this.#logs.keys()];
  }

  /** The messages of a conversation, as it shows them. */
  logOf(conversation: string): MessageLog {
    const log = this.#logs.get(conversation) ?? new MessageLog();
    this.#logs.set(conversation, log);
    return log;
  }

  /** The seq up to which it was handed a conversation. */
  lastOf(conversation: string): number {
    return this.#last.get(conversation) ?? 0;
  }

  /** Scrolls: a page of history goes in beside what was pushed. @throws ChatError */
  async scroll(conversation: string, before: number): Promise<void> {
    const { messages } = await this.client.history({ conversation }, { before, limit: 30 });
    for (const message of messages) this.logOf(conversation).take(message);
  }

  /** Asks for a change. Resolves when it is settled. */
  async change(conversation: string, change: Change, own: boolean): Promise<void> {
    const of = changedSeq(change) ?? 0;
    const asked: Asked = { by: this.user, conversation, of, change, own, seq: undefined };
    this.asked.push(asked);
    this.waiting++;
    try {
      asked.seq = (await this.client.send({ conversation }, change)).seq;
    } catch (error) {
      // Refused, as one of a message that was recalled meanwhile is; nothing else ends a change.
      if (!(error instanceof ChatError)) throw error;
    } finally {
      this.waiting--;
    }
  }
}
