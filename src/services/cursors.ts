/**
 * @module services/cursors
 * How far each user got in each conversation. Moves are coalesced in memory and stored a few times a second;
 * what a crash loses of them is only repeated work (a client that acknowledges again, an original client that
 * is sent its last texts again).
 */
import type { ConversationId, SessionId, UserId } from "../domain/ids.ts";
import type { Clock } from "../lib/clock.ts";
import type { Logger } from "../lib/log.ts";
import type { ConversationStore, CursorMove, CursorState } from "../store/store.ts";
import type { UserEvent } from "./events.ts";

export interface CursorsOptions {
  readonly conversations: Pick<ConversationStore, "advance">;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Time between two stores, milliseconds. */
  readonly intervalMs: number;
  /** Tells the other side, and other sessions of the same user, of a move that changed something. */
  readonly post: (events: readonly UserEvent[]) => void;
}

/** Wait after a failed store, milliseconds. */
const RETRY_MS = 1_000;

interface NotedMove extends CursorMove {
  /** Whose session made it; undefined when several did. */
  readonly session: SessionId | undefined;
}

export class Cursors {
  readonly #options: CursorsOptions;
  #moves = new Map<string, NotedMove>();
  #timer: ReturnType<typeof setTimeout> | undefined;
  #flushing: Promise<boolean> | undefined;

  constructor(options: CursorsOptions) {
    this.#options = options;
  }

  /** Notes that `user` has got (or read) everything of a conversation up to a seq, in `session`. */
  move(
    conversation: ConversationId,
    user: UserId,
    marks: { delivered?: number | undefined; read?: number | undefined },
    session: SessionId,
  ): void {
    this.#merge({ conversation, user, session, ...marks });
    this.#schedule(this.#options.intervalMs);
  }

  /** Stores what is noted now. Resolves when it is stored, or has failed and will be tried again. */
  async flush(): Promise<void> {
    // A flush under way may have started before the latest move: the second round takes it along.
    if (this.#flushing !== undefined) await this.#flushing;
    if (this.#moves.size > 0) await this.#start();
  }

  #schedule(delayMs: number): void {
    if (this.#timer !== undefined) return;
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      void this.#start();
    }, delayMs);
    this.#timer.unref();
  }

  #start(): Promise<boolean> {
    this.#flushing ??= this.#store().finally(() => {
      this.#flushing = undefined;
    });
    return this.#flushing;
  }

  async #store(): Promise<boolean> {
    const moves = [...this.#moves.values()];
    this.#moves = new Map();
    if (moves.length === 0) return true;
    try {
      const states = await this.#options.conversations.advance(moves, this.#options.clock.now());
      this.#options.post(states.flatMap((state, index) => told(state, moves[index]?.session)));
    } catch (error) {
      this.#options.logger.log("warn", "cursors.retry", { moves: moves.length, error });
      for (const move of moves) this.#merge(move);
      this.#schedule(RETRY_MS);
      return false;
    }
    if (this.#moves.size > 0) this.#schedule(this.#options.intervalMs);
    return true;
  }

  #merge(move: NotedMove): void {
    const { conversation, user, session } = move;
    const key = `${conversation}:${user}`;
    const noted = this.#moves.get(key);
    this.#moves.set(key, {
      conversation,
      user,
      session: noted === undefined || noted.session === session ? session : undefined,
      delivered: later(noted?.delivered, move.delivered),
      read: later(noted?.read, move.read),
    });
  }
}

/** Who hears of a move: the other side, unless there is a block, and the other sessions of who moved. */
function told(state: CursorState, session: SessionId | undefined): UserEvent[] {
  const { conversation, user, peer, delivered: deliveredSeq, read: readSeq } = state;
  if (!state.moved || peer === undefined) return [];
  const marks = { conversation, deliveredSeq, readSeq };
  const own: UserEvent = { type: "cursor_moved", to: user, peer, ...marks, except: session };
  return state.shown ? [{ type: "receipt", to: peer, peer: user, ...marks }, own] : [own];
}

function later(a: number | undefined, b: number | undefined): number | undefined {
  if (a === undefined) return b;
  return b === undefined ? a : Math.max(a, b);
}
