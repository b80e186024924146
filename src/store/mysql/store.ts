/**
 * @module store/mysql/store
 * The shared store: MySQL 8 or MariaDB 10.6 and later, for any number of processes.
 */
import type { Logger } from "../../lib/log.ts";
import type { Store } from "../store.ts";
import { accountStore } from "./accounts.ts";
import { appender } from "./append.ts";
import { conversationStore } from "./conversations.ts";
import { cursorStore } from "./cursors.ts";
import { deviceStore } from "./devices.ts";
import { friendStore } from "./friends.ts";
import { groupStore } from "./groups.ts";
import { historyStore } from "./history.ts";
import { indexer } from "./indexer.ts";
import { membershipStore } from "./membership.ts";
import { migrate, pendingNames } from "./migrate.ts";
import type { MySqlOptions } from "./options.ts";
import { openPool } from "./pool.ts";
import { profileStore } from "./profiles.ts";
import { recentStore } from "./recent.ts";
import { searchStore } from "./search.ts";
import { verify } from "./session.ts";

/** Connects at the first call: a server that is away, or a wrong password, shows there as UNAVAILABLE. */
export function openMySqlStore(options: MySqlOptions, logger: Logger): Store {
  const pool = openPool(options, logger);
  return {
    engine: "mysql",
    accounts: accountStore(pool),
    profiles: profileStore(pool),
    friends: friendStore(pool),
    conversations: {
      ...conversationStore(pool),
      ...cursorStore(pool),
      ...recentStore(pool),
      ...groupStore(pool),
      ...membershipStore(pool),
    },
    messages: { append: appender(pool), ...historyStore(pool) },
    devices: deviceStore(pool),
    search: { ...searchStore(pool), ...indexer(pool) },
    migrate: () => migrate(options),
    pendingMigrations: () => pool.use(({ client }) => pendingNames(client)),
    ping: () =>
      pool.use(async ({ client }) => {
        await verify(client);
      }),
    close: () => pool.close(),
  };
}
