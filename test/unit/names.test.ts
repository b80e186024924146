/**
 * @module unit/names
 * What a username may be, how it is stored and looked up, and what it looks like.
 */
import { describe, expect, test } from "bun:test";
import { normalizeUsername, requireShowable, usernameKey, usernamesToFind } from "../../src/domain/names.ts";
import { skeletonsOf } from "../../src/domain/skeleton.ts";

const NOTHING_VISIBLE = [
  "",
  " ",
  "\u3164",
  "\u00ad\u034f",
  "\u2800",
  "\u3000 \u2003",
  "\u0301",
  "\ufe0f",
  "\u{e0061}",
];

describe("a username", () => {
  test.each([
    [" Ada ", "Ada"],
    ["Ｔａｋｅｎ", "Taken"],
    ["two \u00a0\u3000 words", "two words"],
    ["vic\u00adt\u200dim\ufe0f", "victim"],
    ["a\u2066b\u2069", "ab"],
    ["می\u200cخواهم", "می\u200cخواهم"],
    ["क्\u200dष", "क्\u200dष"],
    ["👩\u200d❤\ufe0f\u200d👨", "👩\u200d❤\ufe0f\u200d👨"],
    ["👍🏽\u200d", "👍🏽"],
    ["\u200cمی", "می"],
  ])("%j is stored as %j", (raw, stored) => {
    expect(normalizeUsername(raw)).toBe(stored);
    expect(normalizeUsername(stored)).toBe(stored);
  });

  test.each([...NOTHING_VISIBLE, "a\u0007b", "a\u2028b", "a\ud800", "a\u202eb", "x".repeat(51)])(
    "%j is refused",
    (raw) => {
      expect(() => normalizeUsername(raw)).toThrow("INVALID_FIELD");
    },
  );

  test("is looked up as it was typed, then as it is stored today", () => {
    expect(usernamesToFind("Ada ")).toEqual(["Ada"]);
    expect(usernamesToFind("vic\u00adtim")).toEqual(["vic\u00adtim", "victim"]);
    expect(usernamesToFind("\u3164")).toEqual(["\u1160"]);
    expect(usernamesToFind("a\u0000")).toEqual([]);
    expect(usernameKey("Vic\u200btim")).toBe("victim");
    expect(usernameKey("\u0007")).toBeUndefined();
  });
});

describe("skeletons", () => {
  test("of every letter meet those of the same letter in another case", () => {
    const sole: string[] = [];
    for (let code = 0; code < 0x20000; code += 1) {
      const character = String.fromCodePoint(code);
      if (!/[\p{Lu}\p{Ll}\p{Lt}]/u.test(character)) continue;
      const skeletons = new Set(skeletonsOf(character));
      for (const other of [character.toUpperCase(), character.toLowerCase()])
        if (skeletonsOf(other).every((skeleton) => !skeletons.has(skeleton))) sole.push(character);
    }
    expect(sole).toEqual([]);
  });

  test("of the longest name fit their column", () => {
    for (const wide of ["꽦", "m", "ﷺ", "𝒳"])
      for (const skeleton of skeletonsOf(wide.repeat(50)))
        expect([...skeleton].length).toBeLessThanOrEqual(255);
  });

  test("there is always one", () => {
    for (const name of [...NOTHING_VISIBLE, "ada"]) expect(skeletonsOf(name).length).toBeGreaterThan(0);
    expect(skeletonsOf("Ivan")).toEqual(["ivan", "lvan"]);
  });
});

describe("a name that is only shown", () => {
  test.each([
    "",
    "Ada",
    "عدا",
    "\u202bعدا\u202c",
    "\u2067\u202aa\u202c\u2069!",
    "a\u200fb",
    "🎉",
    "no\u00adbreak",
  ])("may be %j", (name) => {
    requireShowable(name, "nickname");
  });

  const reaching = [
    "\u202eevil",
    "evil\u202c",
    "a\u2069",
    "\u2067a",
    "\u2067\u202ea\u2069\u202c",
    "\u202aa\u2069",
  ];
  test.each([...NOTHING_VISIBLE.filter((name) => name !== ""), ...reaching])("may not be %j", (name) => {
    expect(() => requireShowable(name, "nickname")).toThrow("INVALID_FIELD");
  });
});
