/**
 * @module arch/config-example
 * config.ini.example is the rendering of the table, and true: it loads, to the defaults, and every value it
 * shows is legal.
 */
import { expect, test } from "bun:test";
import { join } from "node:path";
import { loadConfig, sections } from "../../src/config/load.ts";
import { renderExample } from "../../src/config/render.ts";

const PATH = join(import.meta.dir, "../../config.ini.example");

test("config.ini.example is fresh (else run: bun src/config/write-example.ts)", async () => {
  expect(await Bun.file(PATH).text()).toBe(renderExample());
});

test("copied as it is, it gives the defaults", () => {
  const { config } = loadConfig({ file: { path: "config.ini.example", text: renderExample() } });
  expect(config).toEqual(loadConfig().config);
});

test("every setting that it shows is one of the table, with a legal value", () => {
  const shown = [...renderExample().matchAll(/^#?(\w+) =(?: (.*))?$/gm)];
  const keys = Object.values(sections).flatMap(({ keys }) => Object.entries(keys));
  expect(shown.map((match) => match[1])).toEqual(keys.map(([name]) => name));
  for (const [index, [name, key]] of keys.entries()) {
    const text = shown[index]?.[2] ?? "";
    expect([name, text, key.parse(text) !== undefined]).toEqual([name, text, true]);
  }
});

test("every meaning is a sentence, and every default survives being written and read", () => {
  for (const { about, keys } of Object.values(sections)) {
    expect(about).toMatch(/^[A-Za-z].*\.$|[)]\.$/s);
    for (const [name, key] of Object.entries(keys)) {
      expect([name, key.meaning]).toEqual([name, expect.stringMatching(/^\S.*\.$/s)]);
      expect(key.parse(key.format(key.default))).toEqual({ value: key.default });
    }
  }
});
