/**
 * @module services/conversations/cursors
 * How far each user got in each conversation. Moves are coalesced in memory and stored a few times a second;
 * what a crash loses of them is only repeated work (a client that acknowledges again, an original client that
 * is sent its last texts again).
 */
import type { ConversationId, SessionId, UserId } from "../../domain/ids.ts";
import type { Clock } from "../../lib/clock.ts";
import { Coalescer } from "../../lib/coalescer.ts";
import type { Logger } from "../../lib/log.ts";
import type { ConversationStore, CursorMove, CursorState } from "../../store/store.ts";
import { only, type UserEvent } from "../delivery/events.ts";

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
  /** Whether the store may have it already, from a call whose answer was lost: then nobody was told of it. */
  readonly untold?: boolean;
}

export class Cursors {
  readonly #options: CursorsOptions;
  readonly #moves: Coalescer<NotedMove>;

  constructor(options: CursorsOptions) {
    this.#options = options;
    this.#moves = new Coalescer<NotedMove>({
      keyOf: ({ conversation, user }) => `${conversation}:${user}`,
      merge: merged,
      again: (move) => ({ ...move, untold: true }),
      work: (moves) => this.#store(moves),
      intervalMs: options.intervalMs,
      retryMs: RETRY_MS,
      onRetry: (error, moves) => options.logger.log("warn", "cursors.retry", { moves, error }),
    });
  }

  /** Notes that `user` has got (or read) everything of a conversation up to a seq, in `session`. */
  move(
    conversation: ConversationId,
    user: UserId,
    marks: { delivered?: number | undefined; read?: number | undefined },
    session: SessionId,
  ): void {
    this.#moves.add({ conversation, user, session, ...marks });
  }

  /** Stores what is noted now. Resolves when it is stored, or has failed and will be tried again. */
  flush(): Promise<void> {
    return this.#moves.flush();
  }

  async #store(moves: readonly NotedMove[]): Promise<void> {
    const { conversations, clock, post } = this.#options;
    const states = await conversations.advance(moves, clock.now());
    post(states.flatMap((state, index) => told(state, moves[index])));
  }
}

function merged(earlier: NotedMove, later: NotedMove): NotedMove {
  const { conversation, user } = later;
  return {
    ...{ conversation, user, session: earlier.session === later.session ? later.session : undefined },
    delivered: furthest(earlier.delivered, later.delivered),
    read: furthest(earlier.read, later.read),
    untold: earlier.untold === true || later.untold === true,
  };
}

/**
 * Who hears of a move: the other sessions of who moved, and the other side of a direct conversation, unless there is a
 * block. Members of a group ask.
 */
function told(state: CursorState, move: NotedMove | undefined): UserEvent[] {
  const { conversation, user, kind, peer, delivered: deliveredSeq, read: readSeq } = state;
  if (kind === undefined || !(state.moved || move?.untold === true)) return [];
  const marks = { conversation, deliveredSeq, readSeq };
  const own: UserEvent = {
    type: "cursor_moved",
    audience: only(user),
    peer,
    ...marks,
    except: move?.session,
  };
  if (peer === undefined || !state.shown) return [own];
  return [{ type: "receipt", audience: only(peer), peer: user, ...marks }, own];
}

function furthest(a: number | undefined, b: number | undefined): number | undefined {
  if (a === undefined) return b;
  return b === undefined ? a : Math.max(a, b);
}
