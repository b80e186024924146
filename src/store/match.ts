/**
 * @module store/match
 * What somebody looks for, in the words of the full-text indexes of both engines.
 */
import type { ConversationId } from "../domain/ids.ts";
import { encodedConversation, encodedTerm } from "../domain/search/encoded.ts";
import { type Clause, clausesOf } from "../domain/search/query.ts";

/** @param conversations of which one is to be the message's; not narrowed by any where there is none. */
type Match = (text: string, conversations: readonly ConversationId[]) => string | undefined;

/** In InnoDB's boolean mode. @returns undefined when there is nothing to look for. */
export const booleanMatch: Match = (text, conversations) =>
  matchOf(text, conversations, {
    among: (words) => `+(${words.join(" ")})`,
    all: (clauses) => clauses.map((clause) => `+${clause}`).join(" "),
    between: " ",
    /** A phrase whose last word goes on: that word by itself beside the others. */
    going: (words) => {
      const [last = "", ...before] = words.toReversed();
      return before.length === 0 ? `${last}*` : `(+"${before.toReversed().join(" ")}" +${last}*)`;
    },
  });

/** In FTS5. @returns undefined when there is nothing to look for. */
export const fts5Match: Match = (text, conversations) =>
  matchOf(text, conversations, {
    among: (words) => `(${words.join(" OR ")})`,
    all: (clauses) => clauses.join(" AND "),
    between: " AND ",
    going: (words) => `"${words.join(" ")}" *`,
  });

interface Syntax {
  /** One of the words is there. */
  readonly among: (words: readonly string[]) => string;
  readonly all: (clauses: readonly string[]) => string;
  readonly between: string;
  /** The words follow each other, and the last may go on. */
  readonly going: (words: readonly string[]) => string;
}

/** The words are letters and digits: nothing in them means anything to the engines. */
function matchOf(text: string, conversations: readonly ConversationId[], syntax: Syntax): string | undefined {
  const clauses = clausesOf(text);
  if (clauses.length === 0) return undefined;
  const written = ({ terms, prefix }: Clause) => {
    const words = terms.map(encodedTerm);
    return prefix ? syntax.going(words) : `"${words.join(" ")}"`;
  };
  const all = syntax.all(clauses.map(written));
  return conversations.length === 0
    ? all
    : syntax.among(conversations.map(encodedConversation)) + syntax.between + all;
}
