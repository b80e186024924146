/**
 * @module support/protocol-docs
 * The tables of proto/README.md, rendered from src/wire. A test holds the file equal to them;
 * `bun test/support/protocol-docs.ts --write` rewrites it after a change.
 */
import { join } from "node:path";
import { Code, type CodeName, codeTable } from "../../src/wire/codes.ts";
import { httpCalls } from "../../src/wire/http.ts";
import { ServiceId, type ServiceName } from "../../src/wire/ids.ts";
import { type FrameSpec, frames } from "../../src/wire/messages.ts";
import type { Schema } from "../../src/wire/schema.ts";

export const PROTOCOL_PAGE = join(import.meta.dir, "../../proto/README.md");

type Json = Readonly<Record<string, unknown>>;
const specs = Object.entries(frames) as [ServiceName, FrameSpec][];

/** The name of each table and what stands between its markers. */
const tables: Readonly<Record<string, () => string>> = {
  frames: () =>
    table(
      ["id", "name", "from", "protocol", "answered by", "meaning"],
      specs.map(([name, { from, proto, reply, meaning }]) => [
        `${ServiceId[name]}`,
        name,
        from,
        `${proto}`,
        reply === undefined ? "" : `${reply}`,
        meaning,
      ]),
    ),
  bodies: () =>
    table(
      ["id", "a client sends", "the server sends"],
      specs.map(([name, { request, body }]) => [`${ServiceId[name]}`, shape(request), shape(body)]),
    ),
  http: () =>
    table(
      ["POST", "request", "answer", "meaning"],
      Object.entries(httpCalls).map(([path, { request, answer, meaning }]) => [
        path,
        shape(request),
        shape(answer),
        meaning,
      ]),
    ),
  codes: () =>
    table(
      ["error", "name", "the original's name", "again later?", "meaning"],
      (Object.entries(Code) as [CodeName, Code][]).map(([name, code]) => [
        `${code}`,
        name,
        codeTable[name].original ?? "",
        codeTable[name].retryable ? "yes" : "",
        codeTable[name].meaning,
      ]),
    ),
};

/** The page with every table rendered anew. @throws Error when a table's markers are not there exactly once. */
export function renderProtocolPage(page: string): string {
  let rendered = page;
  for (const [name, render] of Object.entries(tables)) {
    const [before, rest, ...more] = rendered.split(`<!-- begin:${name} -->\n`);
    const [, after, ...still] = (rest ?? "").split(`<!-- end:${name} -->\n`);
    if (after === undefined || more.length > 0 || still.length > 0)
      throw new Error(`proto/README.md needs the markers of ${name} once`);
    rendered = `${before}<!-- begin:${name} -->\n${render()}<!-- end:${name} -->\n${after}`;
  }
  return rendered;
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |\n`;
  return line(head) + line(head.map(() => "---")) + rows.map(line).join("");
}

const shape = (schema: Schema<unknown> | undefined): string =>
  schema === undefined ? "" : `\`${notation(schema.json)}\``;

/** A JSON Schema in short: `{a: string, b?: [int]}`. */
function notation(json: Json): string {
  switch (json.type) {
    case "object": {
      const required = new Set(json.required as readonly string[]);
      const fields = Object.entries(json.properties as Record<string, Json>);
      const parts = fields.map(([key, value]) => `${key}${required.has(key) ? "" : "?"}: ${notation(value)}`);
      return `{${parts.join(", ")}}`;
    }
    case "array":
      return `[${notation(json.items as Json)}]${json.maxItems === undefined ? "" : ` ≤${json.maxItems}`}`;
    case "string":
      if (json.pattern !== undefined) return "id";
      return json.maxLength === undefined ? "string" : `string ≤${json.maxLength}`;
    case "integer":
      return Number(json.maximum) >= 255 ? "int" : `${json.minimum}..${json.maximum}`;
    case "boolean":
      return "bool";
    default:
      return "any";
  }
}

if (import.meta.main) {
  if (!process.argv.includes("--write")) throw new Error("run it with --write");
  await Bun.write(PROTOCOL_PAGE, renderProtocolPage(await Bun.file(PROTOCOL_PAGE).text()));
}
