/**
 * @module arch/protocol-docs
 * proto/README.md says what src/wire and proto/ say.
 */
import { expect, test } from "bun:test";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { Code } from "../../src/wire/codes.ts";
import { httpCalls } from "../../src/wire/http.ts";
import { ServiceId } from "../../src/wire/ids.ts";
import { PROTOCOL_PAGE, renderProtocolPage } from "../support/protocol-docs.ts";

const page = readFileSync(PROTOCOL_PAGE, "utf8");

test("the tables are fresh (else run: bun test/support/protocol-docs.ts --write)", () => {
  expect(page).toBe(renderProtocolPage(page));
});

test("every id, call and number has its row", () => {
  for (const [name, id] of Object.entries(ServiceId)) expect(page).toContain(`\n| ${id} | ${name} |`);
  for (const path of Object.keys(httpCalls)) expect(page).toContain(`\n| ${path} | \``);
  for (const [name, code] of Object.entries(Code)) expect(page).toContain(`\n| ${code} | ${name} |`);
});

test("a page without the markers is no page", () => {
  expect(() => renderProtocolPage(page.replace("<!-- end:codes -->", ""))).toThrow("codes");
  expect(() => renderProtocolPage(page.replace("<!-- begin:http -->\n", ""))).toThrow("http");
});

test("every rpc of proto/ is described", () => {
  const dir = join(PROTOCOL_PAGE, "..");
  for (const name of readdirSync(dir).filter((file) => file.endsWith(".proto")))
    for (const [, rpc = ""] of readFileSync(join(dir, name), "utf8").matchAll(/^ {2}rpc (\w+)\(/gm))
      expect(page).toContain(`\`${rpc}\``);
});
