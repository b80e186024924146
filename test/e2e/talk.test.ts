/**
 * @module e2e/talk
 * The README's conversation: two people in two terminals, on a server that nobody configured.
 */
import { afterAll, beforeAll, expect, test } from "bun:test";
import { join } from "node:path";
import { type Chatsrv, startEmbedded } from "../support/chatsrv-process.ts";
import { until } from "../support/until.ts";

const TALK = join(import.meta.dir, "../support/talk.ts");

let server: Chatsrv;
beforeAll(async () => {
  server = await startEmbedded();
});
afterAll(() => server.stop());

/** A terminal: what was printed, and typing into it. */
function terminal(user: string) {
  const child = Bun.spawn(
    [
      ...[process.execPath, TALK, `--server=${server.url}`, `--data=${server.dataDir}`],
      ...[`--user=${user}`, "--password=Secret-123"],
    ],
    { stdin: "pipe", stdout: "pipe", stderr: "inherit" },
  );
  const screen = { text: "" };
  const decoder = new TextDecoder();
  void (async () => {
    for await (const chunk of child.stdout) screen.text += decoder.decode(chunk, { stream: true });
  })();
  return {
    shows: (text: string) => until(() => screen.text.includes(text), { what: `${user} to see "${text}"` }),
    type: (line: string) => {
      child.stdin.write(`${line}\n`);
      void child.stdin.flush();
    },
    exited: child.exited,
  };
}

test("two people register, become friends and write to each other", async () => {
  const alice = terminal("alice");
  const bob = terminal("bob");
  await Promise.all([alice.shows("you are alice"), bob.shows("you are bob")]);
  alice.type("/add bob");
  await bob.shows("alice asks to be your friend");
  bob.type("/confirm alice");
  await alice.shows("you and bob are friends now");
  alice.type("hello bob, how are you? 👋");
  await bob.shows("alice: hello bob, how are you? 👋");
  bob.type("fine, and you?");
  await alice.shows("bob: fine, and you?");
  bob.type("/to nobody-of-that-name");
  await bob.shows("Nobody has that username.");
  alice.type("/quit");
  bob.type("/quit");
  expect(await Promise.all([alice.exited, bob.exited])).toEqual([0, 0]);

  const again = terminal("alice");
  await again.shows("writing to bob");
  again.type("/quit");
  expect(await again.exited).toBe(0);
});
