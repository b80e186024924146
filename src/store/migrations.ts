/**
 * @module store/migrations
 * What a migration is, for both engines. The files in drizzle/ are made by drizzle-kit and imported as text,
 * so that they are inside the binary; what was applied is recorded by name in `__chatsrv_migrations`.
 */
export interface Migration {
  /** The file's name without its ending. Never changes once released. */
  readonly name: string;
  /** Run in this order. */
  readonly statements: readonly string[];
}

/** The table of applied migrations: `name` (primary key) and `applied_at` (milliseconds since 1970). */
export const MIGRATIONS_TABLE = "__chatsrv_migrations";

/** A migration from a drizzle-kit file, which parts its statements by comment lines. */
export function migration(name: string, file: string): Migration {
  const statements = file.split("--> statement-breakpoint").map((statement) => statement.trim());
  return { name, statements: statements.filter((statement) => statement !== "") };
}

/** Those of `all` that are not among `applied`, in order. */
export function pending<M extends Migration>(all: readonly M[], applied: readonly string[]): M[] {
  return all.filter(({ name }) => !applied.includes(name));
}
