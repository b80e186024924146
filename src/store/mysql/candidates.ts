/**
 * @module store/mysql/candidates
 * Messages that may have what is looked for, from the newest on, by the table of terms.
 */
import { and, type Column, count, desc, eq, gte, inArray, like, lt, lte, type SQL, sql } from "drizzle-orm";
import { alias, unionAll } from "drizzle-orm/mysql-core";
import type { ConversationId, UserId } from "../../domain/ids.ts";
import type { Clause } from "../../domain/search/query.ts";
import {
  type Below,
  byRecency,
  type Candidate,
  compareNewest,
  isVisible,
  type Place,
} from "../search-order.ts";
import { conversationMember, conversationTable, searchTerm } from "./schema.ts";
import type { Session } from "./session.ts";

/** Rows of a term up to which all are read and put in order; beyond, each conversation is read from its end. */
const FEW = 2_000;
/** Terms that are asked how rare they are, and those by which candidates are found; the texts decide about the others. */
const MAX_ASKED = 8;
const MAX_JOINED = 3;

interface Term {
  readonly text: string;
  readonly prefix: boolean;
}

/** By which terms candidates are found: the rarest first. */
export interface Terms {
  readonly terms: readonly Term[];
  readonly areFew: boolean;
}

/** Where the reader may find something, what grew last first. */
export async function placesOf(
  { db }: Session,
  reader: UserId,
  only: ConversationId | undefined,
): Promise<Place[]> {
  const { conversationId, uuid, visibleFrom, leftSeq, leftAt } = conversationMember;
  const { id, grownAt } = conversationTable;
  const grown = sql<number>`coalesce(${leftAt}, cast(unix_timestamp(${grownAt}) * 1000 as unsigned))`;
  return await db
    .select({ conversation: conversationId, visibleFrom, leftSeq, grownAt: grown })
    .from(conversationMember)
    .innerJoin(conversationTable, eq(id, conversationId))
    .where(and(eq(uuid, reader), only === undefined ? undefined : eq(conversationId, only)))
    .orderBy(desc(grown));
}

/** @returns undefined when one of the terms is nowhere. */
export async function rarest(
  { db }: Session,
  clauses: readonly Clause[],
  places: readonly Place[],
): Promise<Terms | undefined> {
  const ids = places.map(({ conversation }) => conversation);
  const counted: { term: Term; rows: number }[] = [];
  for (const term of termsOf(clauses).slice(0, MAX_ASKED)) {
    const some = db
      .select({ one: sql`1`.as("one") })
      .from(searchTerm)
      .where(and(inArray(searchTerm.conversationId, ids), isTerm(searchTerm.term, term)))
      .limit(FEW + 1)
      .as("some");
    const [{ rows } = { rows: 0 }] = await db.select({ rows: count() }).from(some);
    if (rows === 0) return undefined;
    counted.push({ term, rows });
    if (rows < MAX_JOINED) break;
  }
  counted.sort((a, b) => a.rows - b.rows);
  return {
    terms: counted.slice(0, MAX_JOINED).map(({ term }) => term),
    areFew: (counted[0]?.rows ?? 0) <= FEW,
  };
}

function termsOf(clauses: readonly Clause[]): Term[] {
  const terms = new Map<string, Term>();
  for (const { terms: own, prefix } of clauses)
    for (const [index, text] of own.entries()) {
      const mayGoOn = prefix && index === own.length - 1;
      terms.set(`${text}${mayGoOn ? "*" : ""}`, { text, prefix: mayGoOn });
    }
  return [...terms.values()].sort((a, b) => b.text.length - a.text.length);
}

/** Terms are letters, digits and emoji: nothing in them means anything to LIKE. */
const isTerm = (column: Column, { text, prefix }: Term): SQL =>
  prefix ? like(column, `${text}%`) : eq(column, text);

/** Candidates behind `start`, the newest first, `size` of them at a time. */
export async function* candidatesOf(
  session: Session,
  { terms, areFew }: Terms,
  places: readonly Place[],
  start: Candidate,
  size: number,
): AsyncGenerator<Candidate[]> {
  const read = (wanted: readonly Below<Place>[], limit: number) =>
    readPlaces(session, terms, wanted, start, limit);
  yield* areFew
    ? inPages(await readFew(session, terms, places), places, start, size)
    : byRecency(places, start, size, read);
}

/** Messages of each place that have all the terms, from below a seq down. */
async function readPlaces(
  session: Session,
  terms: readonly Term[],
  wanted: readonly Below<Place>[],
  start: Candidate,
  limit: number,
): Promise<Candidate[]> {
  const [first, second, ...rest] = wanted.map((one) => ofPlace(session, terms, one, start, limit));
  if (first === undefined) return [];
  return await (second === undefined ? first : unionAll(first, second, ...rest));
}

function ofPlace(
  { db }: Session,
  terms: readonly Term[],
  { place: { conversation, visibleFrom }, before }: Below<Place>,
  start: Candidate,
  limit: number,
) {
  const [first = { text: "", prefix: false }, ...others] = terms;
  const { conversationId, seq, at, term } = searchTerm;
  const too = others.map((other, index) => {
    const table = alias(searchTerm, `too_${index}`);
    // Not EXISTS, of which an optimiser may make a join that reads all of the other term first.
    return sql`(select 1 from ${searchTerm} as ${sql.identifier(`too_${index}`)}
      where ${table.conversationId} = ${conversation} and ${isTerm(table.term, other)} and ${table.seq} = ${seq} limit 1) = 1`;
  });
  const rows = db
    .select({ conversation: conversationId, seq, at })
    .from(searchTerm)
    .where(
      and(
        ...[eq(conversationId, conversation), isTerm(term, first), lte(at, start.at)],
        ...[gte(seq, visibleFrom), lt(seq, before), ...too],
      ),
    );
  // Several terms of a message may begin alike. Without them the rows lie in order.
  const grouped = first.prefix ? rows.groupBy(conversationId, seq, at) : rows.$dynamic();
  return grouped.orderBy(desc(seq)).limit(limit);
}

/** All rows of the rarest term, which are few. */
async function readFew(
  { db }: Session,
  [rare = { text: "", prefix: false }]: readonly Term[],
  places: readonly Place[],
): Promise<Candidate[]> {
  const { conversationId, seq, at, term } = searchTerm;
  const ids = places.map(({ conversation }) => conversation);
  return await db
    .selectDistinct({ conversation: conversationId, seq, at })
    .from(searchTerm)
    .where(and(inArray(conversationId, ids), isTerm(term, rare)));
}

function* inPages(
  rows: readonly Candidate[],
  places: readonly Place[],
  start: Candidate,
  size: number,
): Generator<Candidate[]> {
  const windows = new Map<number, Place>(places.map((place) => [place.conversation, place]));
  const ordered = rows
    .filter((one) => compareNewest(start, one) < 0 && isVisible(one, windows.get(one.conversation)))
    .sort(compareNewest);
  for (let from = 0; from < ordered.length; from += size) yield ordered.slice(from, from + size);
}
