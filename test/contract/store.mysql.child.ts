/**
 * @module contract/store.mysql.child
 * A process of its own that appends to one conversation without end. Arguments: MySQL's options, the two ids.
 */
import { userId } from "../../src/domain/ids.ts";
import { append, openMySql, text } from "./store.harness.ts";

const [, , options = "", a = "", b = ""] = process.argv;
const store = await openMySql(JSON.parse(options));
for (;;) await append(store, [text(userId(Number(a)), userId(Number(b)))], 1).catch(() => {});
