/**
 * @module contract/store.former
 * A database of a former schema is brought over while processes of that schema go on serving, as in a rolling restart.
 */
import { expect } from "bun:test";
import { userId } from "../../src/domain/ids.ts";
import type { Migration } from "../../src/store/migrations.ts";
import type { Store } from "../../src/store/store.ts";
import { change, LIMITS, post, seen } from "./store.groups.harness.ts";
import { append, everything, headOf, text } from "./store.harness.ts";

export interface Former {
  /** The adapter of today on the database. */
  open(): Promise<Store>;
  /** Runs statements as one transaction, on a connection of its own. */
  run(statements: readonly string[]): unknown;
  /** All migrations, and how many of them the former schema had. */
  readonly migrations: readonly Migration[];
  readonly had: number;
  /** What makes a read of the engine's wait for others. */
  readonly forUpdate: string;
}

const ADA = userId(1);
const BOB = userId(2);

export async function formerSchemaGoesOn({ open, run, migrations, had, forUpdate }: Former): Promise<void> {
  for (const { name, statements } of migrations.slice(0, had))
    await run([...statements, `INSERT INTO __chatsrv_migrations (name, applied_at) VALUES ('${name}', 1)`]);
  await run([
    ...["ada", "bob"].flatMap((name, index) => [
      `INSERT INTO Authentication (username, password, email) VALUES ('${name}', 'h', '${name}@example.com')`,
      `INSERT INTO UserProfile (uuid, nickname) VALUES (${index + 1}, '${name}')`,
    ]),
    "INSERT INTO AuthFriend (self_uuid, friend_uuid) VALUES (1, 2), (2, 1)",
    "INSERT INTO Conversation (lo, hi) VALUES (1, 2)",
    "INSERT INTO ConversationMember (conversation_id, uuid) VALUES (1, 1), (1, 2)",
  ]);
  /** As the former release appends: it names the columns it knows. */
  let written = 0;
  const write = async () => {
    written += 1;
    await run([
      `INSERT INTO Message (conversation_id, seq, sender, client_id, kind, body, at)
        SELECT id, last_seq + 1, 2, 'old ${written}', 'text', 'of old', 1 FROM Conversation WHERE id = 1${forUpdate}`,
      "UPDATE Conversation SET last_seq = last_seq + 1 WHERE id = 1",
      `UPDATE ConversationMember SET delivered_seq = ${written} WHERE conversation_id = 1 AND uuid = 1 AND delivered_seq < ${written}`,
    ]);
  };
  await write();

  const store = await open();
  let over = false;
  const old = (async () => {
    while (!over) {
      await write();
      await Bun.sleep(1);
    }
  })();
  expect((await store.migrate()).applied).toEqual(migrations.slice(had).map(({ name }) => name));
  for (let count = 0; count < 10; count += 1) await append(store, [text(ADA, BOB)], 1);
  const made = await store.conversations.createGroup(
    { creator: ADA, clientId: "{g}", name: "crew", members: [BOB] },
    1,
    LIMITS,
  );
  await change(store, { conversation: made.conversation, actor: ADA, name: "renamed" });
  await store.messages.append([post(made.conversation, BOB)], 1);
  over = true;
  await old;

  const log = await everything(store, BOB, ADA);
  expect(log.map(({ seq }) => seq)).toEqual(Array.from({ length: written + 10 }, (_, index) => index + 1));
  expect(await headOf(store, ADA, BOB)).toMatchObject({
    kind: "direct",
    lastSeq: written + 10,
    pinned: false,
  });
  expect((await seen(store, made.conversation, BOB)).length).toBe(3);
  await store.close();
}
