/**
 * @module unit/http-calls
 * The contract of the calls as a client sees it: exact fields and types, the number of each failure, status 200
 * throughout.
 */
import { describe, expect, test } from "bun:test";
import { unavailable } from "../../src/domain/error.ts";
import { mailFailure } from "../../src/mail/mail.ts";
import { type HttpPath, httpCalls } from "../../src/wire/http.ts";
import { type Gateway, NODE, openGateway, PASSWORD } from "../support/gateway.ts";
import { post } from "../support/http.ts";

const EMAIL = "ada@example.com";
const NEW_PASSWORD = "Another2Horse";

/** A call's answer, checked for status and, when it succeeded, for the declared shape. */
async function call(gateway: Gateway, path: HttpPath, body: unknown) {
  const answer = await post(gateway.app, path, body);
  expect(answer.status).toBe(200);
  expect(answer.headers.get("content-type")).toStartWith("application/json");
  if (answer.body.error === 0) httpCalls[path].answer.check(answer.body, "");
  return answer.body;
}

/** What a test of one call starts with: an account, and a code for its address. */
async function withAda() {
  const gateway = await openGateway();
  const id = await gateway.register("Ada", EMAIL);
  return { gateway, id, code: await gateway.codeFor(EMAIL) };
}

describe("the way of a new user, as the desktop client goes it", () => {
  test("code, registration, check, reset, login, resumption: exact answers", async () => {
    const gateway = await openGateway();
    // Qt writes JSON indented, keys sorted.
    const qt = (fields: object) => JSON.stringify(fields, Object.keys(fields).sort(), 4);
    expect(await call(gateway, "/get_verification", qt({ email: EMAIL }))).toEqual({
      error: 0,
      email: EMAIL,
    });
    const code = gateway.mails[0]?.code;
    const account = { username: "Ada", password: PASSWORD, email: EMAIL, cpatcha: code };
    const registered = await call(gateway, "/post_registration", qt(account));
    const { uuid } = registered;
    expect(uuid).toMatch(/^[1-9]\d*$/);
    expect(registered).toEqual({ error: 0, username: "Ada", email: EMAIL, uuid });

    const who = { username: "Ada", email: EMAIL };
    expect(await call(gateway, "/check_accountexists", qt(who))).toEqual({ error: 0, ...who });
    const reset = { ...who, password: NEW_PASSWORD, cpatcha: await gateway.codeFor(EMAIL) };
    expect(await call(gateway, "/reset_password", qt(reset))).toEqual({ error: 0 });

    const login = await call(gateway, "/trylogin_server", qt({ username: "Ada", password: NEW_PASSWORD }));
    const { token } = login;
    const where = { host: NODE.host, port: String(NODE.port), ws_url: NODE.wsUrl, node: NODE.name };
    expect(token).toMatch(/^[\w-]{43}\.1$/);
    expect(login).toEqual({ error: 0, uuid, token, ...where });

    const id = (await gateway.store.accounts.findByUsername("Ada"))?.id;
    if (id === undefined) throw new Error("the account is there");
    await gateway.giveTicket(id, "ticket", 1000);
    const resumed = await call(gateway, "/resume_server", { uuid, resume_token: "ticket" });
    expect(resumed).toEqual({ error: 0, uuid, token: resumed.token, ...where });
    expect(resumed.token).not.toBe(token);
  });

  test("no answer and no log line holds a password, a code or a token that was sent", async () => {
    const { gateway, code } = await withAda();
    const secrets = [PASSWORD, NEW_PASSWORD, code, "the-ticket"];
    const reset = { username: "Ada", email: EMAIL, password: NEW_PASSWORD, cpatcha: code };
    const bodies = [
      await call(gateway, "/reset_password", { ...reset, cpatcha: "no-code" }),
      await call(gateway, "/reset_password", { ...reset, extra: PASSWORD }),
      await call(gateway, "/trylogin_server", { username: "Ada", password: NEW_PASSWORD }),
      await call(gateway, "/trylogin_server", { username: "Ada", password: PASSWORD }),
      await call(gateway, "/resume_server", { uuid: "1", resume_token: "the-ticket" }),
    ];
    const seen = JSON.stringify([bodies, gateway.log]);
    for (const secret of secrets) expect(seen).not.toContain(secret);
  });

  test("ws_url is left out where the node has none", async () => {
    const { gateway } = await withAda();
    await gateway.coordination.nodes.register({ ...NODE, wsUrl: "" }, 1e9);
    const login = await call(gateway, "/trylogin_server", { username: "Ada", password: PASSWORD });
    expect(Object.keys(login).sort()).toEqual(["error", "host", "port", "token", "uuid"]);
  });
});

describe("failures give their numbers", () => {
  const register = { username: "Bob", password: PASSWORD, email: "bob@example.com", cpatcha: "000000" };
  const reset = { username: "Ada", email: EMAIL, password: NEW_PASSWORD };

  test("2: the mail could not be sent", async () => {
    const sendMail = async () => {
      throw mailFailure("smtp", "away");
    };
    const gateway = await openGateway({ sendMail });
    expect(await call(gateway, "/get_verification", { email: EMAIL })).toEqual({ error: 2 });
  });

  test("6: no chat node", async () => {
    const { gateway } = await withAda();
    await gateway.coordination.nodes.deregister(NODE.name, NODE.incarnation);
    expect(await call(gateway, "/trylogin_server", { username: "Ada", password: PASSWORD })).toEqual({
      error: 6,
    });
  });

  test("8, 9, 10, 11, 12, 13, 14", async () => {
    const { gateway, code } = await withAda();
    const code2 = await gateway.codeFor("eve@example.com");
    const wrong = code === "000000" ? "111111" : "000000";
    expect(await call(gateway, "/post_registration", register)).toEqual({ error: 8 });
    expect(await call(gateway, "/post_registration", { ...register, email: EMAIL, cpatcha: wrong })).toEqual({
      error: 9,
    });
    const taken = { ...register, email: "eve@example.com", cpatcha: code2 };
    expect(await call(gateway, "/post_registration", { ...taken, username: "ada" })).toEqual({
      error: 10,
      field: "username",
    });
    expect(await call(gateway, "/post_registration", { ...register, email: EMAIL, cpatcha: code })).toEqual({
      error: 10,
      field: "email",
    });
    expect(await call(gateway, "/reset_password", { ...reset, username: "Bob", cpatcha: code })).toEqual({
      error: 11,
    });
    expect(await call(gateway, "/check_accountexists", { username: "Bob", email: EMAIL })).toEqual({
      error: 12,
    });
    expect(await call(gateway, "/trylogin_server", { username: "Ada", password: "x" })).toEqual({
      error: 13,
    });
    expect(await call(gateway, "/resume_server", { uuid: "1", resume_token: "x" })).toEqual({ error: 14 });
  });

  test("64 with the time to wait: a second mail within the minute", async () => {
    const gateway = await openGateway();
    await call(gateway, "/get_verification", { email: EMAIL });
    gateway.pass(1_500);
    expect(await call(gateway, "/get_verification", { email: EMAIL })).toEqual({
      error: 64,
      retry_after_ms: 58_500,
    });
  });

  test("67 with the field: shapes that only the service knows", async () => {
    const gateway = await openGateway();
    for (const [path, body, field] of [
      ["/get_verification", { email: "ada" }, "email"],
      ["/post_registration", { ...register, email: "@" }, "email"],
      ["/post_registration", { ...register, username: " " }, "username"],
      ["/check_accountexists", { username: "Ada", email: "" }, "email"],
      ["/reset_password", reset, "cpatcha"],
    ] as const)
      expect(await call(gateway, path, body)).toEqual({ error: 67, field });
  });

  test("73 and 74", async () => {
    const { gateway, code } = await withAda();
    const weak = await call(gateway, "/reset_password", { ...reset, password: "weak", cpatcha: code });
    expect(weak).toEqual({ error: 73, field: "password" });
    for (let i = 0; i < 6; i++) await call(gateway, "/reset_password", { ...reset, cpatcha: "wrong" });
    expect(await call(gateway, "/reset_password", { ...reset, cpatcha: code })).toEqual({ error: 74 });
  });

  test("70: the store is away, and 70 with an error in the log: a bug", async () => {
    const away = async () => {
      throw unavailable("the store");
    };
    const bug = async () => {
      throw new TypeError("undefined is not a function");
    };
    for (const [findByUsername, events] of [
      [away, ["http.request"]],
      [bug, ["http.unexpected", "http.request"]],
    ] as const) {
      const gateway = await openGateway({
        store: (real) => ({ ...real, accounts: { ...real.accounts, findByUsername } }),
      });
      expect(await call(gateway, "/trylogin_server", { username: "Ada", password: "x" })).toEqual({
        error: 70,
      });
      expect(gateway.log.map(({ event }) => event).filter((event) => event.startsWith("http."))).toEqual([
        ...events,
      ]);
    }
  });
});
