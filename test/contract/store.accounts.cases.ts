/**
 * @module contract/store.accounts.cases
 * Accounts and profiles, on any store.
 */
import { expect, test } from "bun:test";
import type { Store } from "../../src/store/store.ts";
import { failureOf } from "../support/failure.ts";
import { freshName, HOSTILE, nobody, register, type StoreFactory } from "./store.harness.ts";

/** `[one, other]`: to the eye, or to whoever types it, the same. */
const LOOKALIKES: [string, string][] = [
  ...["\u00ad", "\u034f", "\u200d", "\u200c", "\u3164", "\ufe0f", "\u115f", "\u1160", "\u17b4", "\u17b5"],
  ...["\u180b", "\u180e", "\u2060", "\u2066", "\u206f", "\uffa0", "\u{e0061}", "\u{e0100}", "\ufeff"],
].map((invisible): [string, string] => ["victim", `vic${invisible}tim`]);
LOOKALIKES.push(
  ["two words", "two  words"],
  ["two words", "two\u3000words"],
  ["two words", "two\u2800words"],
  ["victim", "v\u0456ctim"],
  ["victim", "V\u0406CTIM"],
  ["victim", "victirn"],
  ["paul", "pauI"],
  ["Ivan", "lvan"],
  ["bob0", "bobO"],
  ["straße", "STRASSE"],
  ["ОЛЕГ", "олег"],
  ["می\u200cخواهم", "میخواهم"],
);

/** Names that only a careless rule takes for one another. */
const DISTINCT: readonly [string, string][] = [
  ["neil", "nell"],
  ["lia", "ila"],
  ["राम", "रमु"],
  ["กิน", "กัน"],
  ["两人", "两个"],
  ["🎉", "🎂"],
  ["one two", "onetwo"],
];

export function accountCases(_: StoreFactory, store: () => Store): void {
  test("an account is found as it was registered, with its profile", async () => {
    const { accounts, profiles } = store();
    const username = freshName("Ann");
    const account = { username, email: `${username.toLowerCase()}@example.com`, passwordHash: "$argon2id$x" };
    const id = await accounts.register(account);
    expect(await accounts.find(id)).toEqual({ id, ...account, version: 0 });
    expect(await accounts.findByUsername(username)).toEqual({ id, ...account, version: 0 });
    const profile = { id, username, nickname: username, avatar: "", description: "", sex: 0 as const };
    expect(await profiles.find(id)).toEqual(profile);
    expect(await profiles.findByUsername(username, nobody)).toEqual(profile);
  });

  test("the case of ASCII letters in a name does not count", async () => {
    const { accounts, profiles } = store();
    const name = freshName("MiXed");
    const id = await register(store(), name);
    expect((await accounts.findByUsername(name.toUpperCase()))?.id).toBe(id);
    expect((await profiles.findByUsername(name.toLowerCase(), nobody))?.username).toBe(name);
    const error = await failureOf(register(store(), name.toLowerCase()));
    expect([error.codeName, error.field]).toEqual(["NAME_TAKEN", "username"]);
  });

  test("a taken e-mail is refused, in any case, and leaves no account behind", async () => {
    const { accounts } = store();
    const email = `${freshName("taken")}@example.com`;
    await accounts.register({ username: freshName(), email, passwordHash: "h" });
    for (const again of [email, email.toUpperCase()]) {
      const username = freshName("for key 'username'");
      const error = await failureOf(accounts.register({ username, email: again, passwordHash: "h" }));
      expect([error.codeName, error.field]).toEqual(["NAME_TAKEN", "email"]);
      expect(await accounts.findByUsername(username)).toBeUndefined();
    }
  });

  test("a hostile taken username is still told from a taken e-mail", async () => {
    const name = freshName("x' for key 'email'");
    await register(store(), name);
    expect((await failureOf(register(store(), name))).field).toBe("username");
  });

  test("a version begins at 0 and is raised by a new password, and by itself; others stay", async () => {
    const { accounts } = store();
    const [id, other] = [await register(store(), freshName()), await register(store(), freshName())];
    expect(await accounts.versions([id, other, nobody])).toEqual(
      new Map([id, other, nobody].map((u) => [u, 0])),
    );
    expect(await accounts.setPassword(id, "new")).toBe(1);
    expect(await accounts.raiseVersion(id)).toBe(2);
    expect(await accounts.find(id)).toMatchObject({ passwordHash: "new", version: 2 });
    expect(await accounts.versions([other, id])).toEqual(
      new Map([
        [id, 2],
        [other, 0],
      ]),
    );
    expect((await accounts.find(other))?.version).toBe(0);
    expect(await accounts.versions([])).toEqual(new Map());
  });

  test("raised by many at once, a version counts each", async () => {
    const { accounts } = store();
    const id = await register(store(), freshName());
    const versions = await Promise.all(Array.from({ length: 10 }, () => accounts.raiseVersion(id)));
    expect(versions.sort((a, b) => a - b)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
  });

  test("names of different emoji are different names", async () => {
    const ids = new Map<string, number>();
    const names = ["🎉", "🎂", "👍", "👎", "𝒳", "四", "五"].map((sign) => `${sign}${freshName("")}`);
    const stem = freshName("emoji");
    for (const name of [...names, `${stem}😀`, `${stem}😁`, stem])
      ids.set(name, await register(store(), name));
    expect(new Set(ids.values()).size).toBe(10);
    for (const [name, id] of ids)
      expect((await store().accounts.findByUsername(name))?.id as number).toBe(id);
  });

  test("finding tells letters with accents from those without", async () => {
    const { accounts, profiles } = store();
    const name = freshName("José");
    const plain = name.replace("é", "e");
    await register(store(), name);
    expect(await accounts.findByUsername(plain)).toBeUndefined();
    expect(await profiles.findByUsername(plain, nobody)).toBeUndefined();
    expect((await failureOf(register(store(), plain))).field).toBe("username");
  });

  test.each(LOOKALIKES)("a name that looks like another one is taken: %j", async (first, second) => {
    const stem = freshName("look");
    const id = await register(store(), stem + first);
    const error = await failureOf(register(store(), stem + second));
    expect([error.codeName, error.field]).toEqual(["NAME_TAKEN", "username"]);
    expect((await store().accounts.findByUsername(stem + first))?.id).toBe(id);
  });

  test.each(DISTINCT)("names that differ to the eye are two: %j %j", async (first, second) => {
    const stem = freshName("look");
    const [a, b] = [await register(store(), stem + first), await register(store(), stem + second)];
    expect((await store().accounts.findByUsername(stem + first))?.id).toBe(a);
    expect((await store().accounts.findByUsername(stem + second))?.id).toBe(b);
  });

  test("a refused name leaves nothing behind, and of many at once one gets it", async () => {
    const stem = freshName("once");
    const shapes = ["victim", "v\u00adictim", "vi\u200dctim", "v\u0456ctim", "VICTIM", "vict\ufe0fim"];
    const results = await Promise.allSettled(shapes.map((shape) => register(store(), stem + shape)));
    expect(results.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
    for (const result of results)
      if (result.status === "rejected") expect(result.reason.codeName).toBe("NAME_TAKEN");
    const email = `${stem}@example.com`;
    expect((await failureOf(register(store(), `${stem}victim`))).field).toBe("username");
    expect(await store().accounts.register({ username: stem, email, passwordHash: "h" })).toBeGreaterThan(0);
  });

  test("text that would break out of a statement is only text", async () => {
    const { accounts, profiles } = store();
    for (const [index, evil] of HOSTILE.entries()) {
      const username = `${index}${evil.slice(0, 30).replaceAll("\0", "0").trim()}`;
      const id = await register(store(), username);
      expect((await accounts.findByUsername(username))?.username).toBe(username);
      await accounts.setPassword(id, evil);
      expect((await accounts.find(id))?.passwordHash).toBe(evil);
      const patch = { nickname: evil.slice(0, 50), avatar: evil, description: evil, sex: 1 as const };
      expect(await profiles.update(id, patch)).toEqual({ id, username, ...patch });
      expect(await profiles.find(id)).toEqual({ id, username, ...patch });
    }
  });

  test("absence is undefined or empty", async () => {
    const { accounts, profiles } = store();
    expect(await accounts.find(nobody)).toBeUndefined();
    expect(await accounts.findByUsername("nobody at all")).toBeUndefined();
    expect(await accounts.findByUsername("")).toBeUndefined();
    expect(await accounts.setPassword(nobody, "x")).toBe(0);
    expect(await accounts.raiseVersion(nobody)).toBe(0);
    expect(await profiles.find(nobody)).toBeUndefined();
    expect(await profiles.findByUsername("nobody at all", nobody)).toBeUndefined();
    expect(await profiles.findMany([])).toEqual([]);
    expect(await profiles.findMany([nobody])).toEqual([]);
    expect(await profiles.update(nobody, { nickname: "x" })).toBeUndefined();
  });

  test("a patch changes what it names and nothing else", async () => {
    const { profiles } = store();
    const id = await register(store());
    const before = await profiles.find(id);
    expect(await profiles.update(id, {})).toEqual(before);
    expect(await profiles.update(id, { description: "new" })).toMatchObject({
      ...before,
      description: "new",
    });
    expect(await profiles.update(id, { sex: 1 })).toMatchObject({ ...before, description: "new", sex: 1 });
    expect(await profiles.update(id, { sex: 0, description: "" })).toEqual(before);
  });

  test("many profiles come in one call, those that exist", async () => {
    const { profiles } = store();
    const ids = [await register(store()), await register(store()), await register(store())];
    const found = await profiles.findMany([...ids, nobody]);
    expect(found.map(({ id }) => id).sort((a, b) => a - b)).toEqual(ids);
  });

  test("accounts are listed in pages, ascending, each once", async () => {
    const { accounts } = store();
    const mine = [await register(store()), await register(store()), await register(store())];
    const seen: number[] = [];
    let cursor: string | undefined;
    do {
      const page = await accounts.list({ cursor, limit: 2 });
      expect(page.items.length).toBeLessThanOrEqual(2);
      seen.push(...page.items.map(({ id }) => id));
      cursor = page.next;
    } while (cursor !== undefined);
    expect(seen).toEqual([...new Set(seen)].sort((a, b) => a - b));
    expect(seen).toEqual(expect.arrayContaining(mine));
    const first = await accounts.list({ limit: 2 });
    for (const junk of ["", "x", "-1", "1e9", "9".repeat(40), "'"])
      expect(await accounts.list({ cursor: junk, limit: 2 })).toEqual(first);
  });
}
