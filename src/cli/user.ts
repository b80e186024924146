/**
 * @module cli/user
 * `chatsrv user list`: the accounts.
 */
import type { Account } from "../domain/entities.ts";
import type { Store } from "../store/store.ts";
import type { Command } from "./command.ts";
import { EXIT, printed, UsageError } from "./io.ts";
import { loadSettings, withStore } from "./settings.ts";
import { columns, printable } from "./text.ts";

/** Accounts read at once: the list is printed page by page, however long it is. */
const PAGE = 500;

export const user: Command = {
  name: "user",
  words: ["list"],
  flags: ["config", "data", "json"],
  summary: "the accounts: id, username, e-mail",
  more: "",
  run: async (args, io) => {
    const what = args.words[0];
    if (what !== "list") throw new UsageError(`unknown word ${what}; there is: chatsrv user list`);
    const settings = await loadSettings(args, io);
    const print = args.flags.has("json") ? jsonPages : textPages;
    await withStore(settings, async (store) => {
      for await (const text of print(pages(store))) {
        io.stdout.write(text);
        await printed(io);
      }
    });
    return EXIT.ok;
  },
};

async function* pages({ accounts }: Store): AsyncGenerator<readonly Account[]> {
  let cursor: string | undefined;
  do {
    const { items, next } = await accounts.list({ cursor, limit: PAGE });
    yield items;
    cursor = next;
  } while (cursor !== undefined);
}

async function* textPages(all: AsyncIterable<readonly Account[]>): AsyncGenerator<string> {
  let head = [["ID", "USERNAME", "E-MAIL"]];
  for await (const accounts of all) {
    const rows = accounts.map(({ id, username, email }) => [
      String(id),
      printable(username),
      printable(email),
    ]);
    yield columns([...head, ...rows]);
    head = [];
  }
}

/** One array, an account a line. */
async function* jsonPages(all: AsyncIterable<readonly Account[]>): AsyncGenerator<string> {
  let before = "[";
  for await (const accounts of all) {
    let text = "";
    for (const { id, username, email } of accounts) {
      text += `${before}\n  ${JSON.stringify({ id, username, email })}`;
      before = ",";
    }
    yield text;
  }
  yield before === "[" ? "[]\n" : "\n]\n";
}
