/**
 * @module services/messages/uncertain
 * Commits whose answer was lost: the store may hold messages that nobody was told of. A sender that repeats
 * them has them told then (services/messages/announcement); one that never does must not keep them from a session that is
 * online. So when the store answers again it is asked for them, and those it holds are told as if they had been
 * committed now: each session drops what it was sent already, whatever other devices have got.
 */
import type { Message } from "../../domain/entities.ts";
import type { ConversationId, UserId } from "../../domain/ids.ts";
import type { Logger } from "../../lib/log.ts";
import type { AppendEntry, MessageStore } from "../../store/store.ts";
import type { UserEvent } from "../delivery/events.ts";
import { type TextSubmission, tellingOf } from "./announcement.ts";

export interface UncertainOptions {
  readonly messages: Pick<MessageStore, "history">;
  readonly post: (events: readonly UserEvent[]) => void;
  readonly logger: Logger;
  /** Time to the first look and between looks, milliseconds. */
  readonly retryMs: number;
}

/** What of one sender's is uncertain in one conversation. */
interface Doubt {
  readonly conversation: ConversationId;
  readonly sender: UserId;
  readonly peer: UserId | undefined;
  readonly clientIds: Set<string>;
}

/** What may have been stored: of one sender, in one conversation. */
export interface Noted extends Pick<TextSubmission, "peer"> {
  readonly entries: readonly Pick<AppendEntry, "conversation" | "sender" | "clientId">[];
}

/** Texts remembered; what is forgotten beyond it waits for the conversation's next message. */
const MAX_TEXTS = 50_000;
const PAGE = 200;
/** How far back from the newest they are looked for; dates are no help, nodes' clocks differ. */
const MAX_PAGES = 10;

export class UncertainCommits {
  readonly #options: UncertainOptions;
  readonly #doubts = new Map<string, Doubt>();
  #texts = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(options: UncertainOptions) {
    this.#options = options;
  }

  /** These texts may or may not have been stored. */
  note({ entries, peer }: Noted): void {
    const [first] = entries;
    if (first === undefined || this.#texts + entries.length > MAX_TEXTS) return;
    const { conversation, sender } = first;
    const fresh: Doubt = { conversation, sender, peer, clientIds: new Set() };
    const doubt = this.#doubts.get(keyOf(fresh)) ?? fresh;
    this.#doubts.set(keyOf(fresh), doubt);
    for (const { clientId } of entries) doubt.clientIds.add(clientId);
    this.#texts += entries.length;
    this.#schedule();
  }

  #schedule(): void {
    if (this.#timer !== undefined) return;
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      void this.#look();
    }, this.#options.retryMs);
    this.#timer.unref();
  }

  async #look(): Promise<void> {
    const doubts = [...this.#doubts.values()];
    this.#doubts.clear();
    this.#texts = 0;
    for (const doubt of doubts)
      try {
        this.#tell(doubt, await this.#stored(doubt));
      } catch (error) {
        this.#options.logger.log("debug", "uncertain.retry", { texts: doubt.clientIds.size, error });
        this.#again(doubt);
      }
    if (this.#doubts.size > 0) this.#schedule();
  }

  #again(doubt: Doubt): void {
    const key = keyOf(doubt);
    for (const clientId of this.#doubts.get(key)?.clientIds ?? []) doubt.clientIds.add(clientId);
    this.#doubts.set(key, doubt);
    this.#texts += doubt.clientIds.size;
  }

  /** Those of them that are stored, ascending. */
  async #stored({ conversation, sender, clientIds }: Doubt): Promise<Message[]> {
    const found: Message[] = [];
    let before: number | undefined;
    for (let pages = 0; pages < MAX_PAGES && found.length < clientIds.size; pages++) {
      const page = await this.#options.messages.history(conversation, sender, { before, limit: PAGE });
      const messages = page?.messages ?? [];
      const own = messages.filter((one) => one.sender === sender && clientIds.has(one.clientId));
      // Who gave which reaction is told as the reader has it.
      found.unshift(...own.map(({ reactions: _, ...message }) => message));
      before = messages[0]?.seq;
      if (messages.length < PAGE) break;
    }
    return found;
  }

  /** In runs of them that follow each other. */
  #tell({ conversation, sender, peer }: Doubt, stored: readonly Message[]): void {
    const runs: Message[][] = [];
    for (const message of stored) {
      const run = runs.at(-1);
      if (run?.at(-1)?.seq === message.seq - 1) run.push(message);
      else runs.push([message]);
    }
    this.#options.post(runs.flatMap((run) => tellingOf(conversation, sender, peer, run, undefined)));
  }
}

const keyOf = ({ conversation, sender }: Doubt): string => `${conversation}:${sender}`;
