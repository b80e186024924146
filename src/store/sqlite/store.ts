/**
 * @module store/sqlite/store
 * The embedded store: one SQLite file, for one server process and tools beside it.
 */
import { sql } from "drizzle-orm";
import type { Logger } from "../../lib/log.ts";
import type { Store } from "../store.ts";
import { accountStore } from "./accounts.ts";
import { appender } from "./append.ts";
import { connect } from "./connection.ts";
import { conversationStore } from "./conversations.ts";
import { cursorStore } from "./cursors.ts";
import { deviceStore } from "./devices.ts";
import { friendStore } from "./friends.ts";
import { groupStore } from "./groups.ts";
import { historyStore } from "./history.ts";
import { indexer } from "./indexer.ts";
import { membershipStore } from "./membership.ts";
import { migrate, pendingMigrations } from "./migrate.ts";
import { profileStore } from "./profiles.ts";
import { recentStore } from "./recent.ts";
import { searchStore } from "./search.ts";

export interface SqliteOptions {
  /** The file; it and its directory are made where they are missing. */
  readonly path: string;
}

/** @throws AppError UNAVAILABLE when the file cannot be opened for writing. */
export async function openSqliteStore({ path }: SqliteOptions, logger: Logger): Promise<Store> {
  const connection = await connect(path);
  logger.log("debug", "store.opened", { engine: "sqlite", path });
  return {
    engine: "sqlite",
    accounts: accountStore(connection),
    profiles: profileStore(connection),
    friends: friendStore(connection),
    conversations: {
      ...conversationStore(connection),
      ...cursorStore(connection),
      ...recentStore(connection),
      ...groupStore(connection),
      ...membershipStore(connection),
    },
    messages: { append: appender(connection), ...historyStore(connection) },
    devices: deviceStore(connection),
    search: { ...searchStore(connection), ...indexer(connection) },
    migrate: () => migrate(connection),
    pendingMigrations: () => pendingMigrations(connection),
    ping: () => connection.read(() => void connection.db.get(sql`select 1`)),
    close: async () => connection.close(),
  };
}
