/**
 * @module contract/store.mysql.child
 * A process of its own that freezes inside a transaction of the pool's, holding the locks of all conversations.
 * Arguments: MySQL's options.
 */
import { silentLogger } from "../../src/lib/log.ts";
import { openPool } from "../../src/store/mysql/pool.ts";

const [, , options = ""] = process.argv;
const pool = openPool(JSON.parse(options), silentLogger);
await pool.transaction(async ({ client }) => {
  await client.query("SELECT id FROM Conversation FOR UPDATE");
  process.kill(process.pid, "SIGSTOP");
});
