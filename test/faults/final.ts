/**
 * @module faults/final
 * The verdict when all is quiet: the store, read once, and every device.
 */
import type { Message } from "../../src/domain/entities.ts";
import { conversationId, userId } from "../../src/domain/ids.ts";
import { silentLogger } from "../../src/lib/log.ts";
import { openMySqlStore } from "../../src/store/mysql/store.ts";
import type { Store } from "../../src/store/store.ts";
import { Audit } from "./audit.ts";
import type { Cast } from "./cast.ts";
import type { GroupWatch } from "./group-watch.ts";
import { describe } from "./ledger.ts";
import type { Stage } from "./stage.ts";

const PAGE = 1_000;

/** Reads the whole store once, page by page. @returns how many messages it holds */
export async function checkStore({ world, ledger, verdict }: Stage, cast: Cast): Promise<number> {
  const { host, username, password, database } = world.cluster.databaseAddress;
  const address = { host, port: world.database.port, username, password, database };
  const store = openMySqlStore({ ...address, poolSize: 2, heartbeatSeconds: 60, tls: false }, silentLogger);
  const audit = new Audit(ledger, verdict);
  try {
    for (const conversation of [...ledger.conversations]) {
      const [a, b] = conversation.members.map((member) => userId(Number(member))) as [
        ReturnType<typeof userId>,
        ReturnType<typeof userId>,
      ];
      const [id] = await store.conversations.direct([[a, b]]);
      for (let after = 0; id !== undefined; ) {
        const page = await store.messages.history(id, a, { after, limit: PAGE });
        if (page === undefined || page.messages.length === 0) break;
        for (const { seq, sender, body, at } of page.messages)
          audit.message(conversation, { seq, sender: String(sender), content: body, at });
        after = page.messages.at(-1)?.seq ?? 0;
      }
    }
    for (const group of cast.groups) group.conclude(await readGroup(store, group));
  } finally {
    await store.close();
  }
  audit.end();
  return audit.size;
}

/** The whole log of a group. */
async function readGroup(store: Store, { conversation, owner }: GroupWatch): Promise<Message[]> {
  const [id, reader] = [conversationId(Number(conversation)), userId(Number(owner.user))];
  const log: Message[] = [];
  for (;;) {
    const page = await store.messages.history(id, reader, { after: log.at(-1)?.seq ?? 0, limit: PAGE });
    if (page === undefined || page.messages.length === 0) return log;
    log.push(...page.messages);
  }
}

/** Every device has every text of its conversations. */
export function checkDevices({ ledger, verdict }: Stage, cast: Cast): void {
  const byUser = Map.groupBy(cast.watch.devices, ({ user }) => user);
  for (const { members, texts } of ledger.conversations)
    for (const device of members.flatMap((user) => byUser.get(user) ?? []))
      for (const text of texts) {
        if (text === undefined || (!device.showsOwn && text.from === device.user) || device.has(text))
          continue;
        const rule = device.showsOwn ? "never reached a device" : "not shown by the original's client";
        verdict.add(rule, `${device.name}: at the end ${describe(text)}`);
      }
}
