/** @module What a text is found by, and what is looked for. */
import { describe, expect, test } from "bun:test";
import { encodedConversation, encodedTerm } from "../../src/domain/search/encoded.ts";
import { folded } from "../../src/domain/search/fold.ts";
import { matches } from "../../src/domain/search/matches.ts";
import { clausesOf } from "../../src/domain/search/query.ts";
import { termsOf } from "../../src/domain/search/terms.ts";

describe("terms", () => {
  test("case, width and diacritics do not count; what is written out of one letter neither", () => {
    for (const [one, other] of [
      ["Ärger", "arger"],
      ["CRÈME brûlée", "creme brulee"],
      ["ＦＵＬＬ　ｗｉｄｔｈ", "full width"],
      ["Straße", "STRASSE"],
      ["ΟΔΟΣ οδός", "οδος ΟΔΟΣ"],
      ["ﬁne", "fine"],
      ["I\u0307stanbul", "istanbul"],
      ["ёлка", "елка"],
      ["שָׁלוֹם", "שלום"],
      ["ｶﾞ", "ガ"],
    ] as const)
      expect(termsOf(one)).toEqual(termsOf(other));
    expect(termsOf("か")).not.toEqual(termsOf("が"));
    for (const text of ["Ärger ß Σς ｶﾞ 각 שָׁ", "I\u0307İı"]) expect(folded(folded(text))).toBe(folded(text));
  });

  test("words, numbers, emoji; what is between them is nothing", () => {
    expect(termsOf("it's 3.14, a_b; e-mail 👍🏽👨‍👩‍👧 🇩🇪!")).toEqual([
      ...["it", "s", "3", "14", "a", "b", "e", "mail", "👍", "👨", "👩", "👧", "🇩🇪"],
    ]);
    for (const text of ["", " ", '"', "*", "%", "'; --", "\0", "\ud83c"]) expect(termsOf(text)).toEqual([]);
  });

  test("scripts without spaces by each two characters, and the last one", () => {
    expect(termsOf("東京都へ")).toEqual(["東京", "京都", "都へ", "へ"]);
    expect(termsOf("ラーメン")).toEqual(["ラー", "ーメ", "メン", "ン"]);
    expect(termsOf("Go言語2")).toEqual(["go", "言語", "語", "2"]);
    expect(termsOf("ไทย").length).toBe(3);
  });

  test("what is very long is cut, alike in a text and in a search", () => {
    expect(termsOf("x".repeat(10_000))).toEqual(["x".repeat(40)]);
    expect(termsOf("я".repeat(41))).toEqual(["я".repeat(40)]);
  });
});

describe("encoded terms", () => {
  test("are words of ASCII, each another", () => {
    const terms = ["a", "to", "the", "z", "zz", "é", "日本", "👍", "я", "яя", "z1", "z2aa", "0"];
    const words = terms.map(encodedTerm);
    for (const word of [...words, encodedConversation(1)]) expect(word).toMatch(/^[a-z0-9]+$/);
    expect(new Set(words).size).toBe(terms.length);
  });

  test("begin as their terms do, and only then", () => {
    const terms = ["a", "az", "azb", "日", "日本", "日曜", "зима", "зим", "z", "zz", "👍", "👍a"];
    for (const one of terms)
      for (const other of terms)
        expect([one, other, encodedTerm(other).startsWith(encodedTerm(one))]).toEqual([
          ...[one, other, other.startsWith(one)],
        ]);
  });
});

test("a text has what is looked for, or not", () => {
  const has = (text: string, wanted: string) => matches(text, clausesOf(wanted));
  expect(has("The quick brown fox", "fox quick ")).toBe(true);
  expect(has("The quick brown fox", '"quick fox"')).toBe(false);
  expect(has("The quick brown fox", '"QUICK Brown" fo')).toBe(true);
  expect(has("The quick brown fox", "fo ")).toBe(false);
  expect(has("東京都へ", "京都")).toBe(true);
  expect(has("東京と京都", '"東京都"')).toBe(false);
  expect(has("東京へ", "へ")).toBe(true);
});

describe("what is looked for", () => {
  const clause = (prefix: boolean, ...terms: string[]) => ({ terms, prefix });

  test("words, phrases and beginnings", () => {
    expect(clausesOf("hello World ")).toEqual([clause(false, "hello"), clause(false, "world")]);
    expect(clausesOf("hello wor")).toEqual([clause(false, "hello"), clause(true, "wor")]);
    expect(clausesOf("hel* world ")).toEqual([clause(true, "hel"), clause(false, "world")]);
    expect(clausesOf('"Hello, world" more ')).toEqual([
      clause(false, "hello", "world"),
      clause(false, "more"),
    ]);
    expect(clausesOf("“hello world”")).toEqual([clause(false, "hello", "world")]);
    expect(clausesOf('un"closed')).toEqual([clause(false, "un"), clause(true, "closed")]);
    expect(clausesOf("e-mail ")).toEqual([clause(false, "e"), clause(false, "mail")]);
  });

  test("scripts without spaces: a character begins its pair, several are the pairs in this order", () => {
    expect(clausesOf("京")).toEqual([clause(true, "京")]);
    expect(clausesOf("東京")).toEqual([clause(false, "東京")]);
    expect(clausesOf("東京都")).toEqual([clause(false, "東京", "京都")]);
    expect(clausesOf('"東京都"')).toEqual([clause(false, "東京", "京都")]);
    expect(clausesOf('"go 語"')).toEqual([clause(true, "go", "語")]);
  });

  test("nothing to look for is no clause; too much is cut", () => {
    for (const text of ["", '"', '""', '" "', "*", "%", "' OR 1=1 --".replace(/\w/g, ""), "***"])
      expect(clausesOf(text)).toEqual([]);
    expect(clausesOf("word ".repeat(2_000)).length).toBe(16);
    expect(clausesOf(`"${"word ".repeat(2_000)}"`)[0]?.terms.length).toBe(32);
    expect(clausesOf("東".repeat(10_000))[0]?.terms.length).toBe(32);
    expect(clausesOf("👍")).toEqual([clause(false, "👍")]);
    expect(clausesOf("a")).toEqual([clause(false, "a")]);
  });
});
