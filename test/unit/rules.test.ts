/**
 * @module unit/rules
 * E-mail addresses as people have them, in the one form in which they are stored.
 */
import { expect, test } from "bun:test";
import { emailKey, normalizeEmail } from "../../src/domain/rules.ts";

test.each([
  [" A&B@Example.ORG\t", "a&b@example.org"],
  ["o'brien+news/x=y@example.co", "o'brien+news/x=y@example.co"],
  ["!#$%&'*+-/=?^_`{|}~@example.org", "!#$%&'*+-/=?^_`{|}~@example.org"],
  ["user@Пример.РФ", "user@xn--e1afmkfd.xn--p1ai"],
  ["user@xn--e1afmkfd.xn--p1ai", "user@xn--e1afmkfd.xn--p1ai"],
  ["x@例え.テスト", "x@xn--r8jz45g.xn--zckzah"],
  ["x@ｅｘａｍｐｌｅ．ｃｏｍ", "x@example.com"],
  ["a..b.@docomo.ne.jp", "a..b.@docomo.ne.jp"],
  ["a@mail.example.museum", "a@mail.example.museum"],
])("%j is %j", (raw, stored) => {
  expect(normalizeEmail(raw)).toBe(stored);
  expect(normalizeEmail(stored)).toBe(stored);
  expect(emailKey(stored.toUpperCase())).toBe(stored);
});

test.each([
  ...[
    "",
    "@",
    "a",
    "a@",
    "@example.org",
    "a@localhost",
    "a@127.0.0.1",
    "a@[127.0.0.1]",
    "a@example.org.",
    "a@b.c1",
  ],
  ...[
    '"john doe"@example.org',
    '"victim@example.com"@example.org',
    "Ada <a@example.org>",
    "a@example.org, b@example.org",
  ],
  ...[
    "a b@example.org",
    "a@exa mple.org",
    "a@example.org\0",
    "a\r\nBcc: b@example.org",
    "почта@пример.рф",
    "a@b@c",
  ],
  ...[
    `${"a".repeat(65)}&@example.org`,
    `${"a".repeat(89)}@example.org`,
    `a@${"ö".repeat(100)}.de`,
    "a@\ud800.de",
  ],
])("%j is none", (raw) => {
  expect(() => normalizeEmail(raw)).toThrow("INVALID_FIELD");
});
