/**
 * @module fuzz/bodies
 * Every body of the wire against its own schema, with something wrong in any field: what passes has the declared
 * shape and nothing beside it, what does not is named, and no body reaches an object's prototype.
 */
import { expect, test } from "bun:test";
import { BodyError, SchemaError } from "../../src/wire/bad-input.ts";
import { decodeBody } from "../../src/wire/body.ts";
import { httpCalls } from "../../src/wire/http.ts";
import { type FrameSpec, frames } from "../../src/wire/messages.ts";
import type { ObjectSchema } from "../../src/wire/schema.ts";
import { mutatedBody, valid } from "./bodies.ts";
import { Dice, seedOf } from "./dice.ts";

type JsonSchema = Readonly<Record<string, unknown>>;

const seed = seedOf("bodies");
const rounds = Number(process.env.FUZZ_ROUNDS ?? 400);
const schemas: readonly (readonly [string, ObjectSchema<unknown>])[] = [
  ...Object.entries(frames as Record<string, FrameSpec>).flatMap(([name, { request }]) =>
    request === undefined ? [] : [[name, request] as const],
  ),
  ...Object.entries(httpCalls).map(([path, { request }]) => [path, request] as const),
];
const utf8 = new TextEncoder();

/** What a checked value has that its schema does not declare, in words. */
function strange(value: unknown, schema: JsonSchema, path: string): string[] {
  if (schema.type === "array")
    return (value as unknown[]).flatMap((item, i) =>
      strange(item, schema.items as JsonSchema, `${path}[${i}]`),
    );
  if (schema.type !== "object") {
    const type = schema.type === "integer" ? "number" : schema.type;
    return type === undefined || typeof value === type ? [] : [`${path} is a ${typeof value}`];
  }
  if (Object.getPrototypeOf(value) !== Object.prototype) return [`${path} has another prototype`];
  const properties = schema.properties as Record<string, JsonSchema>;
  return Object.entries(value as object).flatMap(([name, inner]) => {
    const declared = Object.hasOwn(properties, name) ? properties[name] : undefined;
    return declared === undefined
      ? [`${path}.${name} is not declared`]
      : strange(inner, declared, `${path}.${name}`);
  });
}

test.each(schemas)("%s: valid bodies pass", (_, schema) => {
  const dice = new Dice(seed);
  for (let round = 0; round < rounds / 4; round++) {
    const body = valid(schema.json, dice);
    // What is well-formed text stays as it is; a lone surrogate is mended.
    expect(strange(schema.check(body, ""), schema.json, "")).toEqual([]);
  }
});

test.each(schemas)("%s: whatever is wrong is named, and nothing else comes through", (_, schema) => {
  const dice = new Dice(seed + 1);
  for (let round = 0; round < rounds; round++) {
    const json = mutatedBody(schema.json, dice);
    try {
      expect(strange(schema.check(decodeBody(utf8.encode(json)), ""), schema.json, "")).toEqual([]);
    } catch (error) {
      if (!(error instanceof BodyError) && !(error instanceof SchemaError)) throw error;
    }
  }
  expect(Object.keys(Object.prototype)).toEqual([]);
  expect(({} as Record<string, unknown>).a).toBeUndefined();
});
