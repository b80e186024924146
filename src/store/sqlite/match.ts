/**
 * @module store/sqlite/match
 * Messages and what is looked for in the words of FTS5, whose own rules find nothing in them to change: each is letters
 * and digits.
 */
import type { ConversationId } from "../../domain/ids.ts";
import { encodedConversation, encodedTerm } from "../../domain/search/encoded.ts";
import { type Clause, clausesOf } from "../../domain/search/query.ts";
import { termsOf } from "../../domain/search/terms.ts";
import type { Findable } from "../search.ts";

/** The words of a message, its conversation's among them; undefined where nothing is to be found. */
export function wordsOf({ conversation, body, editedBody, recalledSeq }: Findable): string | undefined {
  if (recalledSeq !== null) return undefined;
  const terms = termsOf(editedBody ?? body);
  return terms.length === 0
    ? undefined
    : `${encodedConversation(conversation)} ${terms.map(encodedTerm).join(" ")}`;
}

/**
 * What finds those messages.
 * @param conversations of which one is to be the message's; not narrowed by any where there is none.
 * @returns undefined when there is nothing to look for.
 */
export function matchOf(text: string, conversations: readonly ConversationId[]): string | undefined {
  const clauses = clausesOf(text);
  if (clauses.length === 0) return undefined;
  const wanted = clauses.map(written).join(" AND ");
  return conversations.length === 0
    ? wanted
    : `(${conversations.map(encodedConversation).join(" OR ")}) AND ${wanted}`;
}

const written = ({ terms, prefix }: Clause) => `"${terms.map(encodedTerm).join(" ")}"${prefix ? " *" : ""}`;
