/** @module test/wire/schema: what passes has exactly the declared type; what does not names its field. */
import { describe, expect, test } from "bun:test";
import { SchemaError } from "../../src/wire/bad-input.ts";
import { decodeBody } from "../../src/wire/body.ts";
import { httpCalls } from "../../src/wire/http.ts";
import { ServiceId, type ServiceName } from "../../src/wire/ids.ts";
import { type FrameSpec, failure, frames, type Request } from "../../src/wire/messages.ts";
import {
  any,
  bool,
  content,
  type Infer,
  int,
  list,
  object,
  optional,
  type Schema,
  text,
  userId,
} from "../../src/wire/schema.ts";
import { MAX_CONTENT_BYTES, MAX_CONTENT_JSON_BYTES, MAX_TEXTS } from "../../src/wire/sizes.ts";
import { vectors } from "./vectors.ts";

/** The error of a check, which must fail. */
function refusal(schema: Schema<unknown>, value: unknown): SchemaError {
  try {
    schema.check(value, "");
  } catch (error) {
    if (error instanceof SchemaError) return error;
    throw error;
  }
  throw new Error(`accepted ${JSON.stringify(value)}`);
}

/** Fails to compile unless the two types are the same. */
type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
const typed = <_ extends true>(): void => {};

describe("inference", () => {
  test("fields, optional fields, lists and nesting", () => {
    const schema = object({ a: text(), b: optional(int()), c: list(object({ d: bool() })), e: any() });
    typed<Same<Infer<typeof schema>, { a: string; c: { d: boolean }[]; b?: number; e?: unknown }>>();
    typed<Same<Request<"FRIENDREMOVE">, { uuid: string }>>();
    const value = { a: "x", c: [{ d: true }], e: null };
    expect(schema.check(value, "")).toEqual(value);
    expect(schema.json.required).toEqual(["a", "c", "e"]);
  });
});

describe("checks", () => {
  test("text: type and length", () => {
    const name = text({ min: 1, max: 3 });
    expect(name.check("abc", "n")).toBe("abc");
    expect(name.check("😀😀😀", "n")).toBe("😀😀😀");
    for (const long of ["😀😀😀😀", "a😀bc", "x".repeat(70_000)]) expect(refusal(name, long).field).toBe("");
    for (const bad of ["", "abcd", 1, null, undefined, ["a"], { length: 2 }])
      expect(refusal(name, bad).tooLarge).toBe(false);
    expect(refusal(text({ max: 3, large: true }), "abcd").tooLarge).toBe(true);
  });

  test("a lone surrogate reads as U+FFFD, the rest stays", () => {
    expect(text().check("a\ud800b\0👋", "")).toBe("a\ufffdb\0👋");
    expect(content().check("\udc00", "")).toBe("\ufffd");
  });

  test("content: bytes, and over them too large", () => {
    const largest = ["👋".repeat(MAX_CONTENT_BYTES / 4), "é".repeat(MAX_CONTENT_BYTES / 2)];
    for (const text of [...largest, "x".repeat(MAX_CONTENT_BYTES)]) {
      expect(content().check(text, "")).toBe(text);
      expect(refusal(content(), `${text}a`).tooLarge).toBe(true);
    }
    expect(refusal(content(), 1234).tooLarge).toBe(false);
  });

  test("content: what escapes to more than a frame carries is too large, to the byte", () => {
    const escaped = (bytes: number) => `${"\u0001".repeat(9_999)}${"x".repeat(bytes)}`;
    expect(JSON.stringify(escaped(4))).toHaveLength(MAX_CONTENT_JSON_BYTES);
    expect(content().check(escaped(4), "")).toBe(escaped(4));
    expect(refusal(content(), escaped(5)).tooLarge).toBe(true);
  });

  test("numbers are whole, safe and in range", () => {
    const sex = int(0, 1);
    expect(sex.check(1, "")).toBe(1);
    for (const bad of [2, -1, 0.5, "0", true, null, Number.NaN, 2 ** 60]) refusal(sex, bad);
    refusal(int(), 2 ** 53);
  });

  test("user ids are positive 32-bit numbers in decimal", () => {
    for (const good of ["1", "2147483647"]) expect(userId().check(good, "")).toBe(good);
    for (const bad of ["0", "-1", "01", "2147483648", "9999999999", "1e3", " 1", "1\n", "", "१", 1, null])
      refusal(userId(), bad);
  });

  test("lists: size and the path of the wrong entry", () => {
    const ids = object({ ids: list(userId(), { min: 1, max: 2 }) });
    expect(refusal(ids, { ids: [] }).tooLarge).toBe(false);
    expect(refusal(ids, { ids: ["1", "2", "3"] }).tooLarge).toBe(true);
    expect(refusal(ids, { ids: ["1", 2] }).field).toBe("ids[1]");
    expect(refusal(ids, { ids: { 0: "1", length: 1 } }).field).toBe("ids");
  });

  test("objects: absent, null and unknown fields", () => {
    const schema = object({ a: text(), b: optional(int()) });
    expect(refusal(schema, {}).field).toBe("a");
    expect(refusal(schema, { a: null }).field).toBe("a");
    expect(refusal(schema, { a: "x", b: "1" }).field).toBe("b");
    expect(schema.check({ a: "x", b: null, c: 1 }, "")).toEqual({ a: "x" });
    for (const bad of [null, undefined, [], "x", 1, true]) expect(refusal(schema, bad).field).toBe("");
  });

  test("__proto__, constructor and inherited fields are no fields", () => {
    const schema = object({ a: text(), toString: optional(any()) });
    const checked = schema.check(JSON.parse('{"a":"x","__proto__":{"b":1},"constructor":2}'), "");
    expect(checked).toEqual({ a: "x" });
    expect(Object.getPrototypeOf(checked)).toBe(Object.prototype);
    expect(refusal(schema, JSON.parse('{"__proto__":{"a":"x"}}')).field).toBe("a");
  });

  test("deep nesting harms no check", () => {
    let deep: unknown = [];
    for (let i = 0; i < 10_000; i++) deep = [deep];
    expect(refusal(frames.TEXTCHATMSGREQUEST.request, deep).field).toBe("");
    const nested = { text_sender: "1", text_receiver: "2", text_msg: deep };
    expect(refusal(frames.TEXTCHATMSGREQUEST.request, nested).field).toBe("text_msg[0]");
  });
});

describe("messages", () => {
  for (const { name, from, json } of vectors)
    test(`the vector of ${name} from the ${from} passes unchanged`, () => {
      const spec: { request?: Schema<unknown>; body?: Schema<unknown> } = frames[name];
      const schema = from === "client" ? spec.request : spec.body;
      expect(schema?.check(JSON.parse(json), "")).toEqual(JSON.parse(json));
    });

  test("every required field of every request is missed, and named", () => {
    for (const { name, json } of vectors.filter(({ from }) => from === "client")) {
      const { request }: FrameSpec = frames[name];
      if (request === undefined) throw new Error(`${name} is sent by clients`);
      for (const field of request.json.required as readonly string[]) {
        const { [field]: _, ...rest } = JSON.parse(json);
        expect(refusal(request, rest).field).toBe(field);
      }
    }
  });

  test("the desktop client's odd texts are refused, not fatal", () => {
    const check = (json: string) => refusal(frames.TEXTCHATMSGREQUEST.request, JSON.parse(json));
    expect(check('{"msg_receiver":"2","msg_sender":"1"}').field).toBe("text_msg");
    expect(check('{"text_msg":[],"text_receiver":null,"text_sender":null}').field).toBe("text_msg");
  });

  test("texts: too many or too long is too large", () => {
    const entry = (msg_content: string) => ({ msg_sender: "1", msg_receiver: "2", msg_id: "m", msg_content });
    const body = (entries: object[]) => ({ text_sender: "1", text_receiver: "2", text_msg: entries });
    const schema = frames.TEXTCHATMSGREQUEST.request;
    const long = "é".repeat(MAX_CONTENT_BYTES / 2);
    schema.check(body([entry(long)]), "");
    const refused = refusal(schema, body([entry(`${long}é`)]));
    expect(refused).toMatchObject({ field: "text_msg[0].msg_content", tooLarge: true });
    const many = Array.from({ length: MAX_TEXTS + 1 }, () => entry("x"));
    expect(refusal(schema, body(many))).toMatchObject({ field: "text_msg", tooLarge: true });
  });

  test("a login token of any shape reaches the check of the token", () => {
    for (const token of ["", "x".repeat(60_000)])
      expect(frames.LOGINSERVER.request.check({ uuid: "1", token }, "").token).toBe(token);
  });

  test("a signal is kept as it is", () => {
    const signal = decodeBody(new TextEncoder().encode('{"__proto__":1,"x":[null,{"y":"\\ud83d\\udc4b"}]}'));
    const checked = frames.VOICECHATMSGREQUEST.request.check({ src_uuid: "1", dst_uuid: "2", signal }, "");
    expect(JSON.stringify(checked.signal)).toBe('{"__proto__":1,"x":[null,{"y":"👋"}]}');
  });

  test("every request but ACK and TYPING has an answer, and the server sends it", () => {
    const unanswered: string[] = [];
    for (const [name, spec] of Object.entries<FrameSpec>(frames)) {
      if (spec.request === undefined) continue;
      const answer = Object.entries<FrameSpec>(frames).find(
        ([other]) => ServiceId[other as ServiceName] === spec.reply,
      );
      if (answer?.[1].body === undefined) unanswered.push(name);
    }
    expect(unanswered).toEqual(["ACK", "TYPING"]);
  });

  test("a failure needs no more than its number", () => {
    expect(failure.check({ error: 64, retry_after_ms: 5 }, "")).toEqual({ error: 64, retry_after_ms: 5 });
    expect(failure.check({ error: 14 }, "")).toEqual({ error: 14 });
  });

  test("the HTTP calls take and give strings", () => {
    const login = httpCalls["/trylogin_server"];
    expect(refusal(login.request, { username: "a", password: 1 }).field).toBe("password");
    const answer = { error: 0, uuid: "7", host: "h", port: "60000", token: "t", ws_url: "ws://h" };
    expect(login.answer.check(answer, "")).toEqual(answer);
    expect(refusal(login.answer, { ...answer, port: 60000 }).field).toBe("port");
  });
});
