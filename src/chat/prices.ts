/**
 * @module chat/prices
 * What each request costs: the one table that the compiler holds complete, so that no frame is without a limit.
 * A price is in tokens of the frame's family (`[Limits] session_…`) and follows what the request costs the others:
 * the bytes that are parsed and passed on, the texts that are stored, the rows that are read.
 */
import type { Request, RequestName } from "../wire/messages.ts";
import { MAX_HISTORY_PAGE, MAX_PAGE } from "../wire/sizes.ts";

/** Frames that share a limit. */
export type FrameFamily =
  | "login"
  | "text"
  | "friend"
  | "search"
  | "signal"
  | "history"
  | "cursor"
  | "typing"
  | "profile"
  | "other";

export interface Price<N extends RequestName> {
  readonly family: FrameFamily;
  /** Tokens beside those for its bytes; of a body that has its shape. */
  readonly more?: (body: Request<N>) => number;
  /** Whether it waits for its turn among all users of the node, as whatever asks the store or Redis does. */
  readonly inTurn: boolean;
}

/** Bytes of a frame that one token pays for. */
const BYTES_PER_TOKEN = 4_096;
/** Rows of a page that one token pays for. */
const ROWS_PER_TOKEN = 20;

/** What a frame costs by its size alone, whatever is in it. */
export const sizePrice = (bytes: number): number => 1 + Math.floor(bytes / BYTES_PER_TOKEN);

const rows = (asked: number | undefined, most: number): number =>
  Math.floor(Math.min(asked ?? most, most) / ROWS_PER_TOKEN);

const quick = (family: FrameFamily) => ({ family, inTurn: false }) as const;
const inTurn = (family: FrameFamily) => ({ family, inTurn: true }) as const;

export const prices: { readonly [N in RequestName]: Price<N> } = {
  LOGINSERVER: inTurn("login"),
  LOGOUTSERVER: quick("login"),
  SEARCHUSERNAME: inTurn("search"),
  FRIENDREQUESTSENDER: inTurn("friend"),
  FRIENDREQUESTCONFIRM: inTurn("friend"),
  FRIENDREMOVE: inTurn("friend"),
  FRIENDREJECT: inTurn("friend"),
  BLOCK: inTurn("friend"),
  BLOCKLIST: { ...inTurn("history"), more: () => rows(undefined, MAX_PAGE) },
  // Texts have an order of their own, in the committer.
  TEXTCHATMSGREQUEST: { ...quick("text"), more: ({ text_msg }) => text_msg.length - 1 },
  VOICECHATMSGREQUEST: quick("signal"),
  VIDEOCHATMSGREQUEST: quick("signal"),
  HISTORYREQUEST: { ...inTurn("history"), more: ({ limit }) => rows(limit, MAX_HISTORY_PAGE) },
  HEADSREQUEST: { ...inTurn("history"), more: () => rows(undefined, MAX_PAGE) },
  FRIENDLISTREQUEST: { ...inTurn("history"), more: ({ limit }) => rows(limit, MAX_PAGE) },
  ACK: quick("cursor"),
  TYPING: quick("typing"),
  PROFILEUPDATE: inTurn("profile"),
  SESSIONLIST: inTurn("other"),
  SESSIONREVOKE: inTurn("other"),
  PING: quick("other"),
};
