/**
 * @module contract/store.child
 * A process of its own on a SQLite file: appends text after text between two users and prints, a line each, the
 * client id of every one that was acknowledged and the code of every error. Arguments: the file, the two ids, how many.
 */
import { AppError } from "../../src/domain/error.ts";
import { userId } from "../../src/domain/ids.ts";
import { append, openSqlite, text } from "./store.harness.ts";

const [, , path = "", a = "", b = "", count = ""] = process.argv;
const store = await openSqlite({ path });

for (let sent = 0; sent < Number(count); sent += 1) {
  const entry = text(userId(Number(a)), userId(Number(b)), "x".repeat(1000));
  try {
    const [outcome] = await append(store, [entry], sent);
    if (outcome?.status === "stored") process.stdout.write(`${entry.clientId}\n`);
  } catch (thrown) {
    process.stdout.write(`${thrown instanceof AppError ? thrown.codeName : thrown}\n`);
  }
}
await store.close();
