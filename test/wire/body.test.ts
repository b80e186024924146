/** @module test/wire/body: whatever the bytes, a value or a typed error. */
import { describe, expect, test } from "bun:test";
import { BodyError } from "../../src/wire/bad-input.ts";
import { decodeBody, MAX_BODY_DEPTH } from "../../src/wire/body.ts";

const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);

describe("decodeBody", () => {
  test("gives what JSON says", () => {
    expect(decodeBody(utf8('{"a":[1,true,null,"\\u0000👋"]}'))).toEqual({ a: [1, true, null, "\0👋"] });
    expect(decodeBody(utf8('\t{\r\n "b" : 1 }\n'))).toEqual({ b: 1 });
    expect(decodeBody(utf8("3"))).toBe(3);
    expect(decodeBody(utf8('"\\ud800"'))).toBe("\ud800");
  });

  for (const [what, bytes] of [
    ["a stray continuation byte", [0x22, 0x80, 0x22]],
    ["a cut sequence", [0x22, 0xe2, 0x82, 0x22]],
    ["an overlong NUL", [0x22, 0xc0, 0x80, 0x22]],
    ["an encoded surrogate", [0x22, 0xed, 0xa0, 0x80, 0x22]],
    ["a code point past U+10FFFF", [0x22, 0xf4, 0x90, 0x80, 0x80, 0x22]],
    ["0xff", [0x22, 0xff, 0x22]],
  ] as const)
    test(`rejects invalid UTF-8: ${what}`, () => {
      expect(() => decodeBody(Uint8Array.from(bytes))).toThrow(BodyError);
    });

  test("rejects what is not JSON", () => {
    for (const text of ["", " ", "{", "{}{}", "{'a':1}", '{"a":1,}', "NaN", "\0", '"a\0b"', "undefined"])
      expect(() => decodeBody(utf8(text))).toThrow(BodyError);
  });

  test("rejects deep nesting, never crashes", () => {
    const nested = (depth: number) => utf8("[".repeat(depth) + "]".repeat(depth));
    expect(decodeBody(nested(MAX_BODY_DEPTH))).toBeArray();
    for (const depth of [MAX_BODY_DEPTH + 1, 10_000, 32_765])
      expect(() => decodeBody(nested(depth))).toThrow(BodyError);
    expect(() => decodeBody(utf8("[".repeat(65_000)))).toThrow(BodyError);
    expect(() => decodeBody(utf8(`${'{"a":'.repeat(10_000)}1${"}".repeat(10_000)}`))).toThrow(BodyError);
  });

  test("a __proto__ key is a key like any other", () => {
    const value = decodeBody(utf8('{"__proto__":{"polluted":true}}')) as object;
    expect(Object.getPrototypeOf(value)).toBe(Object.prototype);
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
  });
});
