/**
 * @module unit/accounts
 * Registration, reset, login and resumption on SQLite and the memory coordination: what each is allowed by, in
 * which order, and what it costs.
 */
import { describe, expect, spyOn, test } from "bun:test";
import type { Coordination } from "../../src/coordination/coordination.ts";
import { unavailable } from "../../src/domain/error.ts";
import { nodeName, type UserId, userId } from "../../src/domain/ids.ts";
import { PasswordHasher } from "../../src/services/accounts/passwords.ts";
import { failureOf } from "../support/failure.ts";
import { CODE_ATTEMPTS, CODE_TTL, type Gateway, NODE, openGateway, PASSWORD } from "../support/gateway.ts";

const ADA = { username: "Ada", email: "ada@example.com" };
const NEW_PASSWORD = "Another2Horse";

/** Another code of six digits. */
const wrong = (code: string) => (code === "000000" ? "111111" : "000000");
const away = async (): Promise<never> => {
  throw unavailable("redis");
};

/** Coordination whose `part` has these methods instead. */
const failing =
  (part: "codes" | "devices" | "placement", methods: Record<string, () => Promise<never>>) =>
  (real: Coordination): Coordination => ({
    ...real,
    [part]: new Proxy(real[part], {
      get: (target, name) => {
        const own = methods[String(name)] ?? Reflect.get(target, name);
        return typeof own === "function" ? own.bind(target) : own;
      },
    }),
  });

const register = (
  gateway: Gateway,
  entry: { username: string; email: string; password?: string; code: string },
) => gateway.accounts.register({ password: PASSWORD, ...entry });

describe("registration", () => {
  test("makes the account and its profile, spends the code, keeps a hash only", async () => {
    const gateway = await openGateway();
    const code = await gateway.codeFor(ADA.email);
    const { id, ...identity } = await register(gateway, { ...ADA, code });
    expect(identity).toEqual(ADA);
    expect(await gateway.store.profiles.find(id)).toMatchObject({ username: "Ada", nickname: "Ada", sex: 0 });
    expect((await gateway.store.accounts.find(id))?.passwordHash).toStartWith("$argon2id$");
    const again = register(gateway, { username: "Bob", email: ADA.email, code });
    expect(await failureOf(again)).toMatchObject({ code: 8 });
    expect(await gateway.accounts.logIn("Ada", PASSWORD)).toMatchObject({ user: id });
  });

  test("no code 8, wrong code 9, the sixth wrong one 74, then the right one 74 too; a new code is fresh", async () => {
    const gateway = await openGateway();
    expect(await failureOf(register(gateway, { ...ADA, code: "123456" }))).toMatchObject({ code: 8 });
    const code = await gateway.codeFor(ADA.email);
    for (let i = 0; i < CODE_ATTEMPTS; i++)
      expect(await failureOf(register(gateway, { ...ADA, code: wrong(code) }))).toMatchObject({ code: 9 });
    for (const tried of [wrong(code), code])
      expect(await failureOf(register(gateway, { ...ADA, code: tried }))).toMatchObject({ code: 74 });
    await register(gateway, { ...ADA, code: await gateway.codeFor(ADA.email) });
  });

  test("a code ends with its time", async () => {
    const gateway = await openGateway();
    const code = await gateway.codeFor(ADA.email);
    gateway.pass(CODE_TTL);
    expect(await failureOf(register(gateway, { ...ADA, code }))).toMatchObject({ code: 8 });
  });

  test("a code is good for its address only", async () => {
    const gateway = await openGateway();
    const code = await gateway.codeFor(ADA.email);
    await gateway.codeFor("bob@example.com");
    const stolen = register(gateway, { username: "Bob", email: "bob@example.com", code });
    expect([8, 9]).toContain((await failureOf(stolen)).code);
  });

  test("a weak password and a taken name do not spend the code", async () => {
    const gateway = await openGateway();
    await gateway.register("Taken", "taken@example.com");
    const code = await gateway.codeFor(ADA.email);
    for (const password of ["", "short1A", "alllower1", "ALLUPPER1", "NoDigitsHere", `Aa1${"x".repeat(300)}`])
      expect(await failureOf(register(gateway, { ...ADA, password, code }))).toMatchObject({ code: 73 });
    for (const username of ["Taken", "taken", "TAKEN", " Taken ", "Ｔａｋｅｎ"])
      expect(await failureOf(register(gateway, { ...ADA, username, code }))).toMatchObject({
        code: 10,
        field: "username",
      });
    await register(gateway, { ...ADA, code });
  });

  test("what looks like a taken name is taken, and nothing visible is no name", async () => {
    const gateway = await openGateway();
    await gateway.register("victim one", "victim@example.com");
    const code = await gateway.codeFor(ADA.email);
    const hidden = ["\u00ad", "\u034f", "\u200d", "\u3164", "\ufe0f", "\u200b", "\u2060"];
    for (const username of [...hidden.map((it) => `vic${it}tim one`), "victim  one", "VІCTIM ONE"])
      expect(await failureOf(register(gateway, { ...ADA, username, code }))).toMatchObject({
        code: 10,
        field: "username",
      });
    for (const username of [...hidden, "\u2800", " \u3164 "])
      expect(await failureOf(register(gateway, { ...ADA, username, code }))).toMatchObject({ code: 67 });
    await register(gateway, { ...ADA, code });
  });

  test("an account of old whose name nobody could register today logs in, is found and reset", async () => {
    const gateway = await openGateway();
    const victim = await gateway.register("victim", ADA.email);
    for (const [index, username] of ["vic\u00adtim", "a\u200bb", "two  words", "\u1160"].entries()) {
      const id = await gateway.register(`old${index}`, `old${index}@example.com`);
      gateway.rename(id, username);
      const email = `old${index}@example.com`;
      expect(await gateway.accounts.logIn(username, PASSWORD)).toMatchObject({ user: id });
      expect(await gateway.accounts.check({ username, email })).toMatchObject({ email });
      const reset = { username, email, password: NEW_PASSWORD, code: await gateway.codeFor(email) };
      await gateway.accounts.resetPassword(reset);
      expect(await gateway.accounts.logIn(username, NEW_PASSWORD)).toMatchObject({ user: id });
    }
    expect(await gateway.accounts.logIn("vic\u200btim", PASSWORD)).toMatchObject({ user: victim });
  });

  test("the code is checked before the account: a wrong one tells nothing about names", async () => {
    const gateway = await openGateway();
    await gateway.register("Taken", "taken@example.com");
    const code = wrong(await gateway.codeFor(ADA.email));
    const taken = register(gateway, { ...ADA, username: "Taken", password: "weak", code });
    expect(await failureOf(taken)).toMatchObject({ code: 9 });
  });

  test("a taken e-mail in any case is 10, and the victim keeps the account", async () => {
    const gateway = await openGateway();
    const victim = await gateway.register("Ada", ADA.email);
    const code = await gateway.codeFor(ADA.email);
    const second = register(gateway, {
      username: "Eve",
      email: "ADA@Example.COM",
      password: NEW_PASSWORD,
      code,
    });
    expect(await failureOf(second)).toMatchObject({ code: 10, field: "email" });
    expect(await gateway.accounts.logIn("Ada", PASSWORD)).toMatchObject({ user: victim });
  });

  test("one code makes one account, however many use it at once", async () => {
    const gateway = await openGateway();
    const code = await gateway.codeFor(ADA.email);
    const results = await Promise.allSettled(
      Array.from({ length: 10 }, (_, i) =>
        register(gateway, { username: `ada${i}`, email: ADA.email, code }),
      ),
    );
    expect(results.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
    for (const result of results)
      if (result.status === "rejected") expect([8, 10]).toContain(result.reason.code);
  });

  test("one name goes to one, however many want it at once", async () => {
    const gateway = await openGateway();
    const emails = Array.from({ length: 8 }, (_, i) => `user${i}@example.com`);
    const codes: string[] = [];
    for (const email of emails) {
      gateway.pass(-60_000);
      codes.push(await gateway.codeFor(email));
    }
    const results = await Promise.allSettled(
      emails.map((email, i) => register(gateway, { username: "same", email, code: codes[i] ?? "" })),
    );
    expect(results.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
    for (const result of results) if (result.status === "rejected") expect(result.reason.code).toBe(10);
  });

  test.each([
    ["username", "", "ada@example.com"],
    ["username", " \t", "ada@example.com"],
    ["username", "x".repeat(51), "ada@example.com"],
    ["username", "a\0b", "ada@example.com"],
    ["username", "a\u202eb", "ada@example.com"],
    ["username", "a\nb", "ada@example.com"],
    ["username", "\ud800", "ada@example.com"],
    ["email", "Ada", ""],
    ["email", "Ada", "ada"],
    ["email", "Ada", "ada@example.com, eve@example.com"],
    ["email", "Ada", "ada@example.com\0"],
    ["email", "Ada", "ådå@example.com"],
    ["email", "Ada", `${"a".repeat(100)}@example.com`],
  ])("field %s: %p %p is 67", async (field, username, email) => {
    const gateway = await openGateway();
    expect(await failureOf(register(gateway, { username, email, code: "123456" }))).toMatchObject({
      code: 67,
      field,
    });
  });

  test.each(["O'Brien; DROP TABLE Authentication;--", 'quo"te\\', "🐴🎉", "名前", "%s%n$(x)", "a b"])(
    "the name %p is a name like any other",
    async (username) => {
      const gateway = await openGateway();
      const id = await gateway.register(username, ADA.email);
      expect(await gateway.accounts.logIn(username, PASSWORD)).toMatchObject({ user: id });
      expect(await gateway.accounts.check({ ...ADA, username })).toEqual({ ...ADA, username });
    },
  );

  test("coordination away is 8 and makes nothing; lost after the account was made, the account counts", async () => {
    const before = await openGateway({ coordination: failing("codes", { check: away }) });
    expect(await failureOf(register(before, { ...ADA, code: "123456" }))).toMatchObject({ code: 8 });
    expect(await before.store.accounts.findByUsername("Ada")).toBeUndefined();
    const after = await openGateway({ coordination: failing("codes", { spend: away }) });
    expect(await register(after, { ...ADA, code: await after.codeFor(ADA.email) })).toMatchObject(ADA);
    expect(after.log.map(({ event }) => event)).toContain("account.code_not_spent");
  });
});

describe("check", () => {
  test("both must be of one account", async () => {
    const gateway = await openGateway();
    await gateway.register("Ada", ADA.email);
    await gateway.register("Bob", "bob@example.com");
    expect(await gateway.accounts.check({ username: " ada", email: "ADA@example.com" })).toEqual({
      username: "ada",
      email: ADA.email,
    });
    for (const entry of [
      { username: "Ada", email: "bob@example.com" },
      { username: "Bob", email: ADA.email },
      { username: "Nobody", email: ADA.email },
    ])
      expect(await failureOf(gateway.accounts.check(entry))).toMatchObject({ code: 12 });
  });
});

describe("reset", () => {
  const reset = (
    gateway: Gateway,
    entry: { email?: string; username?: string; password?: string; code?: string },
  ) => gateway.accounts.resetPassword({ ...ADA, password: NEW_PASSWORD, code: undefined, ...entry });

  test("voids a login token that the old password got", async () => {
    const gateway = await openGateway();
    const id = await gateway.register("Ada", ADA.email);
    const { token } = await gateway.accounts.logIn("Ada", PASSWORD);
    await reset(gateway, { code: await gateway.codeFor(ADA.email) });
    const [node] = await gateway.coordination.nodes.list();
    expect(await gateway.coordination.placement.redeem(id, token, node?.name ?? nodeName(""))).toBe(false);
  });

  test("sets the password, ends the sessions, voids the tickets, spends the code", async () => {
    const gateway = await openGateway();
    const id = await gateway.register("Ada", ADA.email);
    await gateway.giveTicket(id, "ticket", 1e9);
    const code = await gateway.codeFor(ADA.email);
    await reset(gateway, { code });
    expect(await failureOf(gateway.accounts.logIn("Ada", PASSWORD))).toMatchObject({ code: 13 });
    expect(await gateway.accounts.logIn("Ada", NEW_PASSWORD)).toMatchObject({ user: id });
    expect(gateway.ended).toEqual([id]);
    expect(await failureOf(gateway.accounts.resume(String(id), "ticket"))).toMatchObject({ code: 14 });
    expect(await failureOf(reset(gateway, { code }))).toMatchObject({ code: 8 });
  });

  test("without a code it is 67 cpatcha and changes nothing", async () => {
    const gateway = await openGateway();
    await gateway.register("Ada", ADA.email);
    for (const entry of [{}, { code: "" }])
      expect(await failureOf(reset(gateway, entry))).toMatchObject({ code: 67, field: "cpatcha" });
    await gateway.accounts.logIn("Ada", PASSWORD);
    expect(gateway.ended).toEqual([]);
  });

  test("checks the code first: 8, 9, 74; a weak password and a wrong account do not spend it", async () => {
    const gateway = await openGateway();
    await gateway.register("Ada", ADA.email);
    const nobody = { username: "Nobody" };
    expect(await failureOf(reset(gateway, { ...nobody, code: "123456" }))).toMatchObject({ code: 8 });
    const code = await gateway.codeFor(ADA.email);
    expect(await failureOf(reset(gateway, { ...nobody, code: wrong(code) }))).toMatchObject({ code: 9 });
    expect(await failureOf(reset(gateway, { password: "weak", code }))).toMatchObject({ code: 73 });
    expect(await failureOf(reset(gateway, { ...nobody, code }))).toMatchObject({ code: 11 });
    await reset(gateway, { code });
    const second = await gateway.codeFor(ADA.email);
    for (let i = 0; i < CODE_ATTEMPTS; i++) await failureOf(reset(gateway, { code: wrong(second) }));
    for (const tried of [wrong(second), second])
      expect(await failureOf(reset(gateway, { code: tried }))).toMatchObject({ code: 74 });
  });

  test("one's own code resets nobody else's account", async () => {
    const gateway = await openGateway();
    await gateway.register("Ada", ADA.email);
    const code = await gateway.codeFor("eve@example.com");
    expect(await failureOf(reset(gateway, { email: "eve@example.com", code }))).toMatchObject({ code: 11 });
    expect([8, 9]).toContain((await failureOf(reset(gateway, { code }))).code);
    await gateway.accounts.logIn("Ada", PASSWORD);
  });

  test("one code sets one password, however many use it at once", async () => {
    const gateway = await openGateway();
    await gateway.register("Ada", ADA.email);
    const code = await gateway.codeFor(ADA.email);
    const passwords = Array.from({ length: 8 }, (_, i) => `NewHorse${i}`);
    const results = await Promise.allSettled(passwords.map((password) => reset(gateway, { password, code })));
    const won = passwords.filter((_, i) => results[i]?.status === "fulfilled");
    expect(won).toHaveLength(1);
    await gateway.accounts.logIn("Ada", won[0] ?? "");
  });

  test("not required, a code may be left out; one that is given is checked", async () => {
    const gateway = await openGateway({ resetRequiresCode: false });
    const id = await gateway.register("Ada", ADA.email);
    expect(await failureOf(reset(gateway, { code: "123456" }))).toMatchObject({ code: 8 });
    expect(await failureOf(reset(gateway, { username: "Nobody" }))).toMatchObject({ code: 11 });
    await reset(gateway, {});
    expect(await gateway.accounts.logIn("Ada", NEW_PASSWORD)).toMatchObject({ user: id });
    expect(gateway.ended).toEqual([id]);
  });
});

describe("login", () => {
  test("answers where to go, with a token that is good there once", async () => {
    const gateway = await openGateway();
    const id = await gateway.register("Ada", ADA.email);
    const { token, ...rest } = await gateway.accounts.logIn("ADA ", PASSWORD);
    expect(rest).toEqual({ user: id, host: NODE.host, port: NODE.port, wsUrl: NODE.wsUrl, node: NODE.name });
    expect(await gateway.coordination.placement.redeem(id, token, NODE.name)).toBe(true);
  });

  test("unknown users, names that cannot be and wrong passwords are 13", async () => {
    const gateway = await openGateway();
    await gateway.register("Ada", ADA.email);
    for (const [username, password] of [
      ["Ada", "Wrong1Horse"],
      ["Ada", ""],
      ["Ada", PASSWORD.toLowerCase()],
      ["Nobody", PASSWORD],
      ["", PASSWORD],
      ["a\0b", PASSWORD],
      ["' OR 1=1 --", PASSWORD],
      ["x".repeat(1024), PASSWORD],
    ] as const)
      expect(await failureOf(gateway.accounts.logIn(username, password))).toMatchObject({ code: 13 });
  });

  test("every login that fails costs one hash, whether there is such a user or not", async () => {
    const gateway = await openGateway();
    await gateway.register("Ada", ADA.email);
    using verify = spyOn(PasswordHasher.prototype, "verify");
    for (const username of ["Ada", "Nobody", "a\0b", ""]) {
      verify.mockClear();
      await failureOf(gateway.accounts.logIn(username, "Wrong1Horse"));
      expect(verify).toHaveBeenCalledTimes(1);
    }
  });

  test("no node is 6, coordination away 8, the store away 70", async () => {
    const noNode = await openGateway();
    await noNode.register("Ada", ADA.email);
    await noNode.coordination.nodes.deregister(NODE.name, NODE.incarnation);
    expect(await failureOf(noNode.accounts.logIn("Ada", PASSWORD))).toMatchObject({ code: 6 });
    const noRedis = await openGateway({ coordination: failing("placement", { allocate: away }) });
    await noRedis.register("Ada", ADA.email);
    expect(await failureOf(noRedis.accounts.logIn("Ada", PASSWORD))).toMatchObject({ code: 8 });
    const noStore = await openGateway({
      store: (real) => ({ ...real, accounts: { ...real.accounts, findByUsername: away } }),
    });
    expect(await failureOf(noStore.accounts.logIn("Ada", PASSWORD))).toMatchObject({ code: 70 });
  });
});

describe("resume", () => {
  const ticketed = async (): Promise<{ gateway: Gateway; id: UserId }> => {
    const gateway = await openGateway();
    const id = await gateway.register("Ada", ADA.email);
    await gateway.giveTicket(id, "ticket", 1000);
    return { gateway, id };
  };

  test("a ticket admits as a login does, and stays good until its time", async () => {
    const { gateway, id } = await ticketed();
    for (let i = 0; i < 2; i++) {
      const { token, ...rest } = await gateway.accounts.resume(String(id), "ticket");
      expect(rest).toEqual({
        user: id,
        host: NODE.host,
        port: NODE.port,
        wsUrl: NODE.wsUrl,
        node: NODE.name,
      });
      expect(await gateway.coordination.placement.redeem(id, token, NODE.name)).toBe(true);
    }
    gateway.pass(1000);
    expect(await failureOf(gateway.accounts.resume(String(id), "ticket"))).toMatchObject({ code: 14 });
  });

  test("anybody else's, a wrong one, an id that is none: 14", async () => {
    const { gateway, id } = await ticketed();
    for (const [user, ticket] of [
      [String(id), "other"],
      [String(id), ""],
      [String(userId(id + 1)), "ticket"],
      [`0${id}`, "ticket"],
      ["", "ticket"],
      ["-1", "ticket"],
      ["9999999999", "ticket"],
    ] as const)
      expect(await failureOf(gateway.accounts.resume(user, ticket))).toMatchObject({ code: 14 });
  });

  test("coordination away is 8", async () => {
    const gateway = await openGateway({ coordination: failing("devices", { check: away }) });
    expect(await failureOf(gateway.accounts.resume("1", "ticket"))).toMatchObject({ code: 8 });
  });
});
