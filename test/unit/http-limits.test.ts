/**
 * @module unit/http-limits
 * Rate limits per address, account and e-mail of each call.
 */
import { describe, expect, test } from "bun:test";
import type { Coordination } from "../../src/coordination/coordination.ts";
import { unavailable } from "../../src/domain/error.ts";
import type { LimitName } from "../../src/http/limits.ts";
import type { HttpPath } from "../../src/wire/http.ts";
import { type Gateway, openGateway, PASSWORD } from "../support/gateway.ts";
import { post } from "../support/http.ts";

const MINUTE = 60_000;
const two = { burst: 2, perMs: MINUTE };

/** For each bucket a request that takes from it, another that takes from the same one, and one that does not. */
interface Case {
  readonly limit: LimitName;
  readonly path: HttpPath;
  readonly body: Record<string, string>;
  readonly same: Record<string, string>;
  readonly other: Record<string, string>;
}

const ada = { username: "Ada", email: "ada@example.com", password: PASSWORD, cpatcha: "123456" };
const bob = { ...ada, username: "Bob", email: "bob@example.com" };
const perKey: readonly Case[] = [
  {
    limit: "verification_email",
    path: "/get_verification",
    body: { email: "ada@example.com" },
    same: { email: " ADA@example.com" },
    other: { email: "bob@example.com" },
  },
  {
    limit: "registration_email",
    path: "/post_registration",
    body: ada,
    same: { ...bob, email: "Ada@Example.com" },
    other: bob,
  },
  {
    limit: "check_email",
    path: "/check_accountexists",
    body: ada,
    same: { ...bob, email: ada.email },
    other: bob,
  },
  {
    limit: "reset_account",
    path: "/reset_password",
    body: ada,
    same: { ...bob, username: "ＡＤＡ" },
    other: bob,
  },
  {
    limit: "login_account",
    path: "/trylogin_server",
    body: ada,
    same: { ...bob, username: "aDA " },
    other: bob,
  },
];

describe("per account and e-mail", () => {
  test.each(perKey.map((entry) => [entry.limit, entry] as const))(
    "%s",
    async (limit, { path, body, same, other }) => {
      const gateway = await openGateway({ limits: { [limit]: two } });
      const call = async (request: object, peer: string) => {
        const { status, body: answer } = await post(gateway.app, path, request, { peer });
        expect(status).toBe(200);
        return answer;
      };
      await call(body, "192.0.2.1");
      gateway.pass(1);
      await call(same, "192.0.2.2");
      expect(await call(body, "192.0.2.3")).toEqual({ error: 64, retry_after_ms: MINUTE / 2 - 1 });
      expect((await call(other, "192.0.2.1")).error).not.toBe(64);
      gateway.pass(MINUTE / 2);
      if (path !== "/get_verification") expect((await call(same, "192.0.2.1")).error).not.toBe(64);
    },
  );
});

test("resume_account: per account and address, since ids are no secret", async () => {
  const gateway = await openGateway({ limits: { resume_account: two } });
  const resume = async (uuid: string, peer: string) =>
    (await post(gateway.app, "/resume_server", { uuid, resume_token: "x" }, { peer })).body.error;
  expect([await resume("1", "192.0.2.1"), await resume("1", "192.0.2.1")]).toEqual([14, 14]);
  expect(await resume("1", "192.0.2.1")).toBe(64);
  expect(await resume("1", "192.0.2.2")).toBe(14);
  expect(await resume("2", "192.0.2.1")).toBe(14);
});

test("verification_email: a mailbox is one, whatever stands behind its +", async () => {
  const gateway = await openGateway({ limits: { verification_email: two } });
  const ask = async (email: string) => (await post(gateway.app, "/get_verification", { email })).body.error;
  expect([await ask("ada+1@example.com"), await ask("ada+2+x@example.com")]).toEqual([0, 0]);
  expect([await ask("ada@example.com"), await ask("adam@example.com")]).toEqual([64, 0]);
});

describe("who knows a name cannot keep its owner out", () => {
  const limits = { login_account: two, reset_account: two };
  const HOME = "192.0.2.1";
  const logIn = async (gateway: Gateway, password: string, peer: string) =>
    (await post(gateway.app, "/trylogin_server", { username: "Ada", password }, { peer })).body.error;

  test("an address from which the account was opened has a bucket of its own", async () => {
    const gateway = await openGateway({ limits });
    await gateway.register("Ada", "ada@example.com");
    gateway.pass(10 * MINUTE);
    expect(await logIn(gateway, PASSWORD, HOME)).toBe(0);
    for (let i = 0; i < 4; i++) await logIn(gateway, "Wrong1Horse", `198.51.100.${i}`);
    expect(await logIn(gateway, PASSWORD, "198.51.100.9")).toBe(64);
    expect(await logIn(gateway, PASSWORD, HOME)).toBe(0);
    // It is a limit all the same.
    expect(await logIn(gateway, "Wrong1Horse", HOME)).toBe(13);
    expect(await logIn(gateway, PASSWORD, HOME)).toBe(64);
    const reset = { username: "Ada", email: "ada@example.com", password: PASSWORD, cpatcha: "000000" };
    for (let i = 0; i < 3; i++)
      await post(gateway.app, "/reset_password", reset, { peer: `198.51.100.${i}` });
    expect((await post(gateway.app, "/reset_password", reset, { peer: "198.51.100.9" })).body.error).toBe(64);
    expect((await post(gateway.app, "/reset_password", reset, { peer: HOME })).body.error).toBe(8);
  });

  test("whoever registered from there needs no login before", async () => {
    const gateway = await openGateway({ limits });
    const cpatcha = await gateway.codeFor("ada@example.com");
    await post(gateway.app, "/post_registration", { ...ada, cpatcha }, { peer: HOME });
    for (let i = 0; i < 4; i++) await logIn(gateway, "Wrong1Horse", `198.51.100.${i}`);
    expect(await logIn(gateway, PASSWORD, "198.51.100.9")).toBe(64);
    expect(await logIn(gateway, PASSWORD, HOME)).toBe(0);
  });

  test("a wrong password makes no address the account's own, and 60 days end it", async () => {
    const gateway = await openGateway({ limits });
    await gateway.register("Ada", "ada@example.com");
    gateway.pass(10 * MINUTE);
    for (let i = 0; i < 2; i++) expect(await logIn(gateway, "Wrong1Horse", "198.51.100.1")).toBe(13);
    expect(await logIn(gateway, PASSWORD, "198.51.100.1")).toBe(64);
    gateway.pass(MINUTE);
    expect(await logIn(gateway, PASSWORD, HOME)).toBe(0);
    gateway.pass(60 * 24 * 60 * MINUTE);
    for (let i = 0; i < 2; i++) await logIn(gateway, "Wrong1Horse", "198.51.100.1");
    expect(await logIn(gateway, PASSWORD, HOME)).toBe(64);
  });
});

describe("per address", () => {
  const cases: readonly (readonly [LimitName, HttpPath, object, object])[] = [
    ...perKey.map(({ limit, path, body, other }) => {
      const perAddress = limit.replace(/_.*/, "_ip") as LimitName;
      return [perAddress, path, body, other] as const;
    }),
    ["resume_ip", "/resume_server", { uuid: "1", resume_token: "x" }, { uuid: "2", resume_token: "x" }],
  ];

  test.each(cases)("%s", async (limit, path, body, other) => {
    const gateway = await openGateway({ limits: { [limit]: two } });
    const call = async (request: object, peer: string) =>
      (await post(gateway.app, path, request, { peer })).body;
    await call(body, "192.0.2.1");
    await call(other, "192.0.2.1");
    expect(await call(other, "192.0.2.1")).toEqual({ error: 64, retry_after_ms: MINUTE / 2 });
    expect((await call(other, "192.0.2.2")).retry_after_ms).not.toBe(MINUTE / 2);
  });

  test("what is refused for its shape takes nothing", async () => {
    const gateway = await openGateway({ limits: { login_ip: two, registration_ip: two } });
    for (const body of ["not JSON", "[]", { username: 1 }, { ...ada, email: "none" }, { ...ada, email: 5 }])
      for (let i = 0; i < 3; i++) {
        expect([1, 67]).toContain((await post(gateway.app, "/post_registration", body)).body.error as number);
      }
    expect((await post(gateway.app, "/post_registration", ada)).body.error).toBe(8);
  });

  test("who is over the address's limit takes nothing from a victim's account", async () => {
    const gateway = await openGateway({ limits: { login_ip: two, login_account: two } });
    const guess = async (username: string, peer: string) =>
      (await post(gateway.app, "/trylogin_server", { ...ada, username }, { peer })).body.error;
    for (let i = 0; i < 2; i++) expect(await guess("Nobody", "192.0.2.1")).toBe(13);
    for (let i = 0; i < 9; i++) expect(await guess("Ada", "192.0.2.1")).toBe(64);
    expect(await guess("Ada", "192.0.2.2")).toBe(13);
  });

  test("one IPv6 network is one client; behind a trusted proxy the header's last address is", async () => {
    const gateway = await openGateway({ limits: { login_ip: two }, trustProxy: true });
    const call = async (peer: string, headers = {}) =>
      (await post(gateway.app, "/trylogin_server", ada, { peer, headers })).body.error;
    expect([await call("2001:db8::1"), await call("2001:db8::2"), await call("2001:db8::3")]).toEqual([
      13, 13, 64,
    ]);
    const from = (address: string) => call("10.0.0.1", { "x-forwarded-for": `6.6.6.6, ${address}` });
    expect([await from("192.0.2.1"), await from("192.0.2.1"), await from("192.0.2.1")]).toEqual([13, 13, 64]);
    expect(await from("192.0.2.2")).toBe(13);
  });

  test("a client cannot choose its address where no proxy is trusted", async () => {
    const gateway = await openGateway({ limits: { login_ip: two } });
    const call = async (forwardedFor: string) =>
      (await post(gateway.app, "/trylogin_server", ada, { headers: { "x-forwarded-for": forwardedFor } }))
        .body.error;
    expect([await call("1.1.1.1"), await call("2.2.2.2"), await call("3.3.3.3")]).toEqual([13, 13, 64]);
  });
});

test("switched off, nothing is limited", async () => {
  const gateway = await openGateway({ limits: { enabled: false, login_ip: two, login_account: two } });
  for (let i = 0; i < 5; i++) expect((await post(gateway.app, "/trylogin_server", ada)).body.error).toBe(13);
});

test("coordination away lets requests pass, and the log says so once in a while", async () => {
  const take = async () => {
    throw unavailable("redis");
  };
  const coordination = (real: Coordination) => ({ ...real, limits: { take } });
  const gateway = await openGateway({ limits: { login_ip: two }, coordination });
  const complaints = () => gateway.log.filter(({ event }) => event === "http.limits_off").length;
  for (let i = 0; i < 5; i++) expect((await post(gateway.app, "/trylogin_server", ada)).body.error).toBe(13);
  expect(complaints()).toBe(1);
  gateway.pass(10_000);
  await post(gateway.app, "/trylogin_server", ada);
  expect(complaints()).toBe(2);
});
