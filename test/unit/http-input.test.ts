/**
 * @module unit/http-input
 * What no client should send: every call answers each of it with a number and status 200, and nothing else happens.
 */
import { describe, expect, test } from "bun:test";
import { type HttpPath, httpCalls, MAX_HTTP_BODY_BYTES } from "../../src/wire/http.ts";
import { openGateway, PASSWORD } from "../support/gateway.ts";
import { post } from "../support/http.ts";

const PATHS = Object.keys(httpCalls) as HttpPath[];

/** A request of the right shape for each call; none of them succeeds on an empty store. */
const SOUND: Record<string, string> = {
  username: "Ada",
  password: PASSWORD,
  email: "ada@example.com",
  cpatcha: "123456",
  uuid: "1",
  resume_token: "x",
};
const soundFor = (path: HttpPath): Record<string, string> =>
  Object.fromEntries(Object.keys(httpCalls[path].request.fields).map((field) => [field, SOUND[field] ?? ""]));

/** A JSON text of exactly so many bytes, sound for the call. */
function padded(path: HttpPath, bytes: number): string {
  const text = JSON.stringify({ ...soundFor(path), padding: "" });
  return text.replace('"padding":""', `"padding":"${"x".repeat(bytes - text.length)}"`);
}

const gateway = await openGateway();

describe.each(PATHS)("%s", (path) => {
  test("what is not JSON is 1", async () => {
    const bodies = [
      "",
      " ",
      "{",
      "hello",
      "username=Ada&password=x",
      "{'username': 'Ada'}",
      '{"username": "Ada",}',
      "NaN",
      "\0",
      JSON.stringify(soundFor(path)).slice(0, -1),
      `${JSON.stringify(soundFor(path))}x`,
      new Blob([new Uint8Array([0x7b, 0x22, 0xff, 0xfe, 0x22, 0x3a, 0x31, 0x7d])]),
      new Blob([new Uint8Array([0xff, 0xfe, 0x7b, 0x00, 0x7d, 0x00])]),
    ];
    for (const body of bodies) {
      const answer = await post(gateway.app, path, body);
      expect({ status: answer.status, body: answer.body }).toEqual({ status: 200, body: { error: 1 } });
    }
  });

  test("JSON that is no object is 67 without a field's name", async () => {
    for (const body of ["null", "1", "true", '"text"', "[]", '[{"username":"Ada"}]']) {
      const answer = await post(gateway.app, path, body);
      expect({ status: answer.status, body: answer.body }).toEqual({
        status: 200,
        body: { error: 67, field: "" },
      });
    }
  });

  test("10,000 nested lists or objects are 1, alone and in a field", async () => {
    const deep = "[".repeat(10_000) + "]".repeat(10_000);
    const objects = `${'{"a":'.repeat(10_000)}1${"}".repeat(10_000)}`;
    for (const body of [deep, objects, `{"username":${deep}}`]) {
      const answer = await post(gateway.app, path, body);
      expect({ status: answer.status, body: answer.body }).toEqual({ status: 200, body: { error: 1 } });
    }
  });

  test("a body of 64 KiB is read, one byte more is 69, announced or not", async () => {
    const fits = await post(gateway.app, path, padded(path, MAX_HTTP_BODY_BYTES));
    expect([fits.status, fits.body.error]).not.toContain(69);
    const over = padded(path, MAX_HTTP_BODY_BYTES + 1);
    for (const headers of [{ "content-length": String(over.length) }, {}]) {
      const answer = await post(gateway.app, path, over, { headers });
      expect({ status: answer.status, body: answer.body }).toEqual({ status: 200, body: { error: 69 } });
      expect(answer.headers.get("connection")).toBe("close");
    }
  });

  test("any Content-Type will do, and none", async () => {
    for (const headers of [
      {},
      { "content-type": "text/plain" },
      { "content-type": "application/x-www-form-urlencoded" },
    ]) {
      const answer = await post(gateway.app, path, soundFor(path), { headers });
      expect([1, 67]).not.toContain(answer.body.error as number);
    }
  });

  test("other methods are 405, and say which one is right", async () => {
    for (const method of ["GET", "PUT", "DELETE", "PATCH", "OPTIONS", "HEAD"]) {
      const response = await gateway.app.request(path, { method }, { peer: "192.0.2.1" });
      expect(response.status).toBe(405);
      expect(response.headers.get("allow")).toBe("POST");
    }
  });

  const { fields } = httpCalls[path].request;
  for (const [field, schema] of Object.entries(fields)) {
    test(`${field}: missing or of a wrong type is 67 with its name`, async () => {
      const { [field]: _, ...missing } = soundFor(path);
      const values: unknown[] = [
        0,
        1.5,
        true,
        [],
        ["x"],
        {},
        { toString: "x" },
        ...(schema.optional ? [] : [null]),
      ];
      const bodies = values.map((value): object => ({ ...soundFor(path), [field]: value }));
      if (!schema.optional) bodies.push(missing);
      for (const body of bodies) {
        const answer = await post(gateway.app, path, body);
        expect({ status: answer.status, body: answer.body }).toEqual({
          status: 200,
          body: { error: 67, field },
        });
      }
    });

    test(`${field}: odd text is answered by a number, never by 70`, async () => {
      const odd = [
        "",
        "\0",
        "a\0b",
        "'\";--",
        "' OR '1'='1",
        "'; DROP TABLE Authentication; --",
        "$(reboot)`reboot`",
        "🐴".repeat(40),
        "\ud800",
        "\u202egnp.exe",
        "ａｄａ",
        "x".repeat(1000),
        "x".repeat(5000),
        "../../etc/passwd",
        "a\r\nSet-Cookie: x=1",
        "-1",
        "__proto__",
        "%00",
      ];
      for (const text of odd) {
        const answer = await post(gateway.app, path, { ...soundFor(path), [field]: text });
        expect(answer.status).toBe(200);
        expect(answer.body.error).toBeNumber();
        expect([0, 70]).not.toContain(answer.body.error as number);
      }
    });
  }
});

test("fields that are not the call's own are nobody's business", async () => {
  const body = '{"__proto__":{"username":"Ada","email":"ada@example.com"},"constructor":1}';
  const answer = await post(gateway.app, "/check_accountexists", body);
  expect(answer.body).toEqual({ error: 67, field: "username" });
});

test("names that differ in case, width or space around them are one account", async () => {
  const own = await openGateway();
  await own.register("Ada", "ada@example.com");
  for (const username of ["ada", "ADA", " Ada", "Ada ", "Ａｄａ", "\tAda\u3000"]) {
    const login = await post(own.app, "/trylogin_server", { username, password: PASSWORD });
    expect(login.body.error).toBe(0);
    const cpatcha = await own.codeFor("eve@example.com");
    const second = { username, password: PASSWORD, email: "eve@example.com", cpatcha };
    expect((await post(own.app, "/post_registration", second)).body).toEqual({
      error: 10,
      field: "username",
    });
  }
});

test("unknown paths are 404 in JSON, however they are spelled", async () => {
  for (const path of [
    "/",
    "/nothing",
    "/GET_VERIFICATION",
    "/get_verification/",
    "/a/../b",
    "/%00",
    "/healthz/x",
  ]) {
    const answer = await post(gateway.app, path, {});
    expect(answer.status).toBe(404);
    expect(answer.body).toEqual({ error: 72 });
  }
});

test("after all that the gateway serves on", async () => {
  expect((await gateway.app.request("/healthz", {}, { peer: "::1" })).status).toBe(200);
  const id = await gateway.register("Ada", "ada@example.com");
  const login = await post(gateway.app, "/trylogin_server", { username: "Ada", password: PASSWORD });
  expect(login.body).toMatchObject({ error: 0, uuid: String(id) });
  expect(gateway.log.filter(({ level }) => level === "error")).toEqual([]);
});
