/**
 * @module test/unit/config-ini
 * The syntax of config.ini, and the kinds of value.
 */
import { describe, expect, test } from "bun:test";
import { parseIni, quoteIni } from "../../src/config/ini.ts";
import * as is from "../../src/config/kinds.ts";

const read = (line: string) => parseIni(`[S]\n${line}`).entries[0]?.value;

describe("lines", () => {
  test("spaces around = do not matter, a comment may follow", () => {
    for (const line of ["port=8080", "port = 8080", "  port =8080  ", "port = 8080 # note", "port=8080#note"])
      expect(read(line)).toBe("8080");
  });

  test('quotes keep # and spaces; \\" and \\\\ are escapes, nothing else is', () => {
    expect(read('p = "a#b" # note')).toBe("a#b");
    expect(read('p = " x "')).toBe(" x ");
    expect(read('p = "a\\"b\\\\c\\d"')).toBe('a"b\\c\\d');
    expect(read('p = ""')).toBe("");
  });

  test("a value may hold = and brackets", () => {
    expect(read("u = smtp://a:b@c?x=1")).toBe("smtp://a:b@c?x=1");
    expect(read("u = [::1]:1")).toBe("[::1]:1");
  });

  test("byte order mark, CRLF, comments, blank lines and a section twice are tolerated", () => {
    const file = parseIni("\ufeff[A] # first\r\nx = 1\r\n\r\n# note\r\n; note\r\n[B]\r\n[ A ]\r\ny=2");
    expect(file.problems).toEqual([]);
    expect(file.entries.map(({ section, key, value, line }) => [section, key, value, line])).toEqual([
      ["A", "x", "1", 2],
      ["A", "y", "2", 8],
    ]);
  });

  test("what cannot be read is told with its line, and the rest is read", () => {
    const file = parseIni('[A\n[B]\nx = "open\n= 1\ny = 2');
    expect(file.problems.map((p) => p.line)).toEqual([1, 3, 4]);
    expect(file.entries.map((e) => e.key)).toEqual(["y"]);
  });

  test("every value survives being written and read", () => {
    for (const value of ["", "plain", "a # b", "a#b", ' "q" \\', "x=y"])
      expect(read(`k = ${quoteIni(value)}`)).toBe(value);
  });
});

describe("kinds", () => {
  test.each([
    [is.int(1, 10), ["1", "10"], ["0", "11", "1.5", "1e1", "", "x", " 1"]],
    [is.port, ["0", "65535"], ["-1", "65536", ""]],
    [is.bool, ["true", "FALSE", "yes", "0"], ["", "2", "y"]],
    [is.host, ["localhost", "10.0.0.1", "::1", "db-1.example.org"], ["", "a:1", "http://a", "a b", "[::1]"]],
    [is.hostPorts, ["", "a:1", "a:1, b:2", "[::1]:6379"], ["a", "a:b", "a:70000", "a:1;b:2"]],
    [is.rate, ["1/1", "30/60"], ["0/1", "30", "30/0", "a/b", "-1/1"]],
    [is.url("smtp", "smtps"), ["", "smtp://u:p@h:587"], ["http://h", "smtp:", "h:25"]],
  ] as const)("%#", (kind, good, bad) => {
    for (const text of good) expect(kind.parse(text)).toBeDefined();
    for (const text of bad) expect(kind.parse(text)).toBeUndefined();
  });
});
