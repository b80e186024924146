/**
 * @module services/delivery/group-order
 * Puts what is said in groups into order before it is handed to the sessions of this node. Messages of one group come by
 * several ways, each node's stream and this node's own commits, and overtake each other by milliseconds. A session that is
 * handed one too early has to ask the store for what is missing (chat/delivery): here that would be all sessions of the
 * group at once. So what came too early waits for what is missing, for a moment; what is late beyond that, or lost, is
 * read as ever.
 */
import type { ConversationId } from "../../domain/ids.ts";
import type { EventOf, UserEvent } from "./events.ts";

type Texts = EventOf<"texts">;

export interface GroupOrderOptions {
  readonly deliver: (events: readonly UserEvent[]) => void;
  /** How long what came too early waits, milliseconds. */
  readonly graceMs?: number;
}

interface Line {
  /** The seq that continues what was handed on. */
  next: number;
  /** What came too early, by its first seq. */
  readonly held: Map<number, Texts>;
  timer: ReturnType<typeof setTimeout> | undefined;
}

const GRACE_MS = 250;
/** Events of one group that wait at most; beyond it they wait no longer. */
const MAX_HELD = 500;
/** Groups that are remembered; what was forgotten begins anew with its next message. */
const MAX_LINES = 10_000;

export class GroupOrder {
  readonly #options: GroupOrderOptions;
  readonly #lines = new Map<ConversationId, Line>();

  constructor(options: GroupOrderOptions) {
    this.#options = options;
  }

  /** Hands events on: those of groups in the order of their logs, all others as they are. */
  deliver(events: readonly UserEvent[]): void {
    if (!events.some(isOfGroup)) {
      this.#options.deliver(events);
      return;
    }
    for (const event of events) {
      if (isOfGroup(event)) this.#place(event);
      else this.#options.deliver([event]);
    }
  }

  #place(event: Texts): void {
    const [first] = event.messages;
    if (first === undefined) return;
    const line = this.#lineOf(first.conversation, first.seq);
    if (first.seq <= line.next) {
      this.#hand(line, event);
      for (let held = line.held.get(line.next); held !== undefined; held = line.held.get(line.next)) {
        line.held.delete(line.next);
        this.#hand(line, held);
      }
      if (line.held.size === 0) this.#release(line);
      return;
    }
    line.held.set(first.seq, event);
    if (line.held.size > MAX_HELD) this.#release(line);
    else line.timer ??= this.#later(line);
  }

  #hand(line: Line, event: Texts): void {
    line.next = Math.max(line.next, (event.messages.at(-1)?.seq ?? 0) + 1);
    this.#options.deliver([event]);
  }

  /** Nothing waits any more. */
  #release(line: Line): void {
    clearTimeout(line.timer);
    line.timer = undefined;
    const held = [...line.held].sort(([a], [b]) => a - b);
    line.held.clear();
    for (const [, event] of held) this.#hand(line, event);
  }

  #later(line: Line): Line["timer"] {
    const timer = setTimeout(() => this.#release(line), this.#options.graceMs ?? GRACE_MS);
    timer.unref();
    return timer;
  }

  #lineOf(conversation: ConversationId, seq: number): Line {
    const known = this.#lines.get(conversation);
    if (known !== undefined) return known;
    if (this.#lines.size >= MAX_LINES)
      for (const [oldest, line] of [...this.#lines.entries().take(MAX_LINES / 10)]) {
        this.#release(line);
        this.#lines.delete(oldest);
      }
    const line: Line = { next: seq, held: new Map(), timer: undefined };
    this.#lines.set(conversation, line);
    return line;
  }
}

const isOfGroup = (event: UserEvent): event is Texts =>
  event.type === "texts" && "conversation" in event.audience;
