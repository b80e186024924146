/**
 * @module e2e/search
 * Messages are found by what they say: by members only, newest first, in one conversation or in all.
 */
import { afterAll, beforeAll, expect, test } from "bun:test";
import { Code } from "../../src/wire/codes.ts";
import { type Chatsrv, startEmbedded } from "../support/chatsrv-process.ts";
import { until } from "../support/until.ts";
import { befriend, connect, makeUsers } from "../support/users.ts";

let server: Chatsrv;
beforeAll(async () => {
  server = await startEmbedded();
});
afterAll(() => server.stop());

test("what was said is found by who may see it", async () => {
  const [a, b, c] = await Promise.all(
    (await makeUsers(server, server.api, 3, "find")).map((user) => connect(server.api, user)),
  );
  if (!a || !b || !c) throw new Error("three users were asked for");
  await befriend(a, b);
  await befriend(a, c);
  await a.sendText(b.uuid, "The heron stands in the reeds");
  const { conversation } = await a.groups.create({ name: "Birds", members: [b.uuid] });
  await a.sendTexts({ conversation }, ["A heron again", "and a coot", "重い荷物"]);
  const contents = async (...how: Parameters<typeof a.search>) =>
    (await a.search(...how)).hits.map(({ content }) => content);

  await until(async () => (await contents("heron")).length === 2);
  expect(await contents("HERON")).toEqual(["A heron again", "The heron stands in the reeds"]);
  expect(await contents('"heron stands"')).toEqual(["The heron stands in the reeds"]);
  expect(await contents("heron", { in: b.uuid })).toEqual(["The heron stands in the reeds"]);
  expect(await contents("heron", { in: { conversation } })).toEqual(["A heron again"]);
  expect(await contents("荷物")).toEqual(["重い荷物"]);
  const { hits, next } = await a.search("heron", { limit: 1 });
  expect(hits).toMatchObject([{ conversation, content: "A heron again", mine: true }]);
  expect(await contents("heron", { limit: 1, before: next ?? "" })).toEqual([
    "The heron stands in the reeds",
  ]);

  expect((await b.search("heron")).hits).toMatchObject([
    { conversation, mine: false },
    { peer: a.uuid, mine: false },
  ]);
  expect((await c.search("heron")).hits).toEqual([]);
  const code = (promise: Promise<unknown>) =>
    promise.then(
      () => 0,
      (error) => error.code,
    );
  expect(await code(c.search("heron", { in: { conversation } }))).toBe(Code.NOT_A_MEMBER);
  expect(await code(a.search("x".repeat(10_000)))).toBe(Code.INVALID_FIELD);
  for (const odd of ['"', "*", "%", "🙂", "the"]) expect(await code(a.search(odd))).toBe(0);
  for (const client of [a, b, c]) client.close();
}, 60_000);
