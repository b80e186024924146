/**
 * @module store/mysql/search
 * Finding messages in MySQL and MariaDB. The table of terms gives candidates, by the terms that are rarest among the reader's
 * conversations; the text of each says whether it has what is looked for, phrases included.
 *
 * (A full-text index of InnoDB reads all that has a word, whoever's it is, before it gives the newest: at 200,000
 * messages common words took 200 ms, phrases of them seconds.)
 */

import type { Message } from "../../domain/entities.ts";
import type { UserId } from "../../domain/ids.ts";
import { matches } from "../../domain/search/matches.ts";
import { clausesOf } from "../../domain/search/query.ts";
import type { SearchRequest, SearchStore } from "../contract/search.ts";
import { newestFirst, newestPage } from "../paging.ts";
import type { Candidate } from "../search-order.ts";
import { candidatesOf, placesOf, rarest } from "./candidates.ts";
import type { Pool } from "./pool.ts";
import type { Session } from "./session.ts";
import { messagesAt } from "./texts.ts";

/** Candidates whose texts one page reads at most; a page that has fewer hits than asked for may be followed by another. */
const READ_AT_MOST = 2_000;
/** Texts that are read at once; some of them may not be hits. */
const READ_AT_ONCE = 50;

export function searchStore({ read }: Pool): Pick<SearchStore, "search"> {
  return { search: (reader, request) => read((session) => search(session, reader, request)) };
}

async function search(session: Session, reader: UserId, request: SearchRequest) {
  const nothing = { items: [], next: undefined };
  const clauses = clausesOf(request.text);
  const places = clauses.length > 0 ? await placesOf(session, reader, request.conversation) : [];
  if (places.length === 0) return nothing;
  const terms = await rarest(session, clauses, places);
  if (terms === undefined) return nothing;

  const page = { cursor: request.before, limit: request.limit };
  const start = newestFirst(page);
  const found: Message[] = [];
  let readSoFar = 0;
  let last: Candidate | undefined;
  for await (const some of candidatesOf(session, terms, places, start, READ_AT_ONCE)) {
    const texts = await messagesAt(session, some, places);
    found.push(...texts.filter(({ body }) => matches(body, clauses)));
    last = some.at(-1);
    readSoFar += some.length;
    if (found.length >= start.rows || readSoFar >= READ_AT_MOST) break;
  }
  const { items, next } = newestPage(found, page, (message) => message);
  const isCut = next === undefined && readSoFar >= READ_AT_MOST && last !== undefined;
  return { items, next: isCut ? `${last?.at}:${last?.conversation}:${last?.seq}` : next };
}
