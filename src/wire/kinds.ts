/**
 * @module wire/kinds
 * What messages there are: one row a kind. A new kind is a row here and a view in the clients, and nothing else:
 * the store, the nodes and the cursors pass on what they do not know, and a client that does not know a kind shows
 * what its row calls the fallback.
 */
import { bool, int, list, type ObjectSchema, object, optional, text, userId, word } from "./schema.ts";
import { role } from "./shapes.ts";
import { MAX_EMOJI } from "./sizes.ts";

/** What a message says, as far as its kind is concerned. */
export interface Content {
  readonly body: string;
  /** What its kind has beside that. */
  readonly data?: unknown;
}

export interface KindSpec {
  /** Who makes it. */
  readonly madeBy: "client" | "server";
  /** The schema of `data`; undefined where a kind has none. */
  readonly data: ObjectSchema<unknown> | undefined;
  /** Whether it says something in its text; one that does not has an empty one. */
  readonly hasText: boolean;
  /** What is shown by a client that knows no kinds, the original's: undefined for nothing. */
  readonly fallback: (content: Content) => string | undefined;
  /** Whether it counts as unread until it is read. */
  readonly countsAsUnread: boolean;
  /** The one line that a list of conversations shows of it. */
  readonly preview: (content: Content) => string;
  /** Whether a search finds it by what it says. */
  readonly isSearched: boolean;
  /** Whether it changes another message. */
  readonly changes: boolean;
}

/** Characters of a preview at most. */
const PREVIEW_CHARACTERS = 120;

/** The first line that says something, cut to what a list shows. */
function firstLine(text: string): string {
  const line = text.split("\n").find((one) => one.trim() !== "") ?? "";
  return [...line.trim()].slice(0, PREVIEW_CHARACTERS).join("");
}

export const kinds = {
  text: {
    madeBy: "client",
    data: undefined,
    hasText: true,
    fallback: ({ body }) => body,
    countsAsUnread: true,
    preview: ({ body }) => firstLine(body),
    isSearched: true,
    changes: false,
  },
  // Another text for a message of one's own, the one at `of`.
  edit: {
    madeBy: "client",
    data: object({ of: int(1) }),
    hasText: true,
    fallback: ({ body }) => `* ${body}`,
    countsAsUnread: false,
    preview: ({ body }) => firstLine(body),
    isSearched: false,
    changes: true,
  },
  // Takes a message back, for good.
  recall: {
    madeBy: "client",
    data: object({ of: int(1) }),
    hasText: false,
    fallback: () => undefined,
    countsAsUnread: false,
    preview: () => "",
    isSearched: false,
    changes: true,
  },
  // Gives a message an emoji, or takes it away.
  reaction: {
    madeBy: "client",
    data: object({ of: int(1), emoji: word(MAX_EMOJI), on: bool() }),
    hasText: false,
    fallback: () => undefined,
    countsAsUnread: false,
    preview: () => "",
    isSearched: false,
    changes: true,
  },
  // A change of a group: who came, went or has another role, and what it is called now.
  members: {
    madeBy: "server",
    data: object({
      added: optional(list(userId())),
      removed: optional(list(userId())),
      left: optional(list(userId())),
      roles: optional(list(object({ uuid: userId(), role }))),
      name: optional(text()),
      avatar: optional(text()),
      description: optional(text()),
    }),
    hasText: false,
    fallback: () => undefined,
    countsAsUnread: false,
    preview: () => "",
    isSearched: false,
    changes: false,
  },
} as const satisfies Readonly<Record<string, KindSpec>>;

/** The kinds that this version knows. What is stored or comes from another node may be of others. */
export type KnownKind = keyof typeof kinds;

/** The row of a kind that this version knows. */
export function knownKind(kind: string): KindSpec | undefined {
  return Object.hasOwn(kinds, kind) ? kinds[kind as KnownKind] : undefined;
}

/** The row of a kind, also of one that a later version made: that shows as the text it carries. */
export function kindSpec(kind: string): KindSpec {
  return knownKind(kind) ?? kinds.text;
}
