/**
 * @module client/marks
 * How far both sides of each conversation got, as this client knows. The server tells by several ways, and one may be
 * late: nothing that the app is told goes back. Pure; knows no connection.
 */
import type { ConversationHead, CursorMark } from "./events.ts";

/** How far one side got. */
interface Mark {
  readonly deliveredSeq: number;
  readonly readSeq: number;
}

const NONE: Mark = { deliveredSeq: 0, readSeq: 0 };

export class Marks {
  /** By conversation. */
  readonly #own = new Map<string, Mark>();
  readonly #peers = new Map<string, Mark>();

  /** A head as the app is to be told it. */
  head(head: ConversationHead): ConversationHead {
    const { conversation, peerDeliveredSeq: deliveredSeq, peerReadSeq: readSeq } = head;
    const own = raise(this.#own, head);
    const theirs = raise(this.#peers, { conversation, deliveredSeq, readSeq });
    return {
      ...head,
      ...own.mark,
      peerDeliveredSeq: theirs.mark.deliveredSeq,
      peerReadSeq: theirs.mark.readSeq,
    };
  }

  /** The peer got that far. @returns what the app is to be told; undefined when it is no news. */
  receipt(told: CursorMark): CursorMark | undefined {
    const { news, mark } = raise(this.#peers, told);
    return news ? { ...told, ...mark } : undefined;
  }

  /** As `receipt`, for this account: another session of it got that far, or this one. */
  cursor(told: CursorMark): CursorMark | undefined {
    const { news, mark } = raise(this.#own, told);
    return news ? { ...told, ...mark } : undefined;
  }
}

function raise(marks: Map<string, Mark>, { conversation, deliveredSeq, readSeq }: CursorMark) {
  const known = marks.get(conversation) ?? NONE;
  const mark = {
    deliveredSeq: Math.max(known.deliveredSeq, deliveredSeq, readSeq),
    readSeq: Math.max(known.readSeq, readSeq),
  };
  marks.set(conversation, mark);
  return { mark, news: mark.deliveredSeq > known.deliveredSeq || mark.readSeq > known.readSeq };
}
