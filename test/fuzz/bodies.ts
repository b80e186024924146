/**
 * @module fuzz/bodies
 * JSON bodies from the wire's own schemas: valid ones, and ones with something wrong in any field.
 */
import { utf8Length } from "../../src/wire/sizes.ts";
import { type Dice, PROTOTYPE_NAMES } from "./dice.ts";

type JsonSchema = Readonly<Record<string, unknown>>;
type Fields = Record<string, unknown>;

/** What fields may say that means something: ids of users, a session, a token. By the field's name. */
export type Known = (field: string, dice: Dice) => unknown;

/** A value that has the schema's shape; `known` wins where it has something to say. */
export function valid(schema: JsonSchema, dice: Dice, known: Known = () => undefined, field = ""): unknown {
  const meant = known(field, dice);
  if (meant !== undefined) return meant;
  switch (schema.type) {
    case "object": {
      const required = new Set(schema.required as readonly string[]);
      const properties = Object.entries(schema.properties as Record<string, JsonSchema>);
      return Object.fromEntries(
        properties
          .filter(([name]) => required.has(name) || dice.chance(0.6))
          .map(([name, inner]) => [name, valid(inner, dice, known, name)]),
      );
    }
    case "array": {
      const most = Math.min(Number(schema.maxItems ?? 5), dice.chance(0.05) ? 100 : 4);
      const length = dice.int(Number(schema.minItems ?? 0), most);
      return Array.from({ length }, () => valid(schema.items as JsonSchema, dice, known));
    }
    case "string":
      if (Array.isArray(schema.enum)) return dice.pick(schema.enum);
      if (schema.pattern !== undefined) return String(dice.int(1, 2_147_483_647));
      return withinLength(dice.text(), Number(schema.minLength ?? 0), Number(schema.maxLength ?? 65_000));
    case "integer":
      return dice.int(Number(schema.minimum ?? 0), Math.min(Number(schema.maximum ?? 1_000), 1_000));
    case "boolean":
      return dice.chance(0.5);
    default:
      return dice.json();
  }
}

/** Cut to so many characters, and so that no rule of bytes, escaped or not, is met before that one. */
function withinLength(text: string, min: number, max: number): string {
  const characters = [...text, ..."x".repeat(min)].slice(0, max);
  return (
    utf8Length(JSON.stringify(characters.join(""))) <= max ? characters : characters.slice(0, max >> 3)
  ).join("");
}

/** JSON text of a body of the schema: half of them right, the others with up to three things wrong. */
export function mutatedBody(schema: JsonSchema, dice: Dice, known?: Known): string {
  let body = valid(schema, dice, known);
  if (dice.chance(0.5)) return JSON.stringify(body);
  for (let left = dice.below(4); left > 0; left--) body = mutate(body, dice);
  return mutateText(JSON.stringify(body) ?? "null", dice);
}

/** The value with one thing about it changed, at any depth. */
function mutate(value: unknown, dice: Dice): unknown {
  if (dice.chance(0.05)) return dice.json();
  if (Array.isArray(value)) {
    const items = [...value];
    if (items.length === 0 || dice.chance(0.3)) items.push(dice.json());
    else if (dice.chance(0.2)) items.push(...Array.from({ length: dice.below(300) }, () => items[0]));
    else {
      const at = dice.below(items.length);
      items[at] = mutate(items[at], dice);
    }
    return items;
  }
  if (typeof value !== "object" || value === null) return dice.json();
  const fields: Fields = { ...value };
  const names = Object.keys(fields);
  const name = names.length === 0 ? "x" : dice.pick(names);
  switch (dice.below(5)) {
    case 0:
      delete fields[name];
      break;
    case 1:
      // As an own field, which a literal's __proto__ is not.
      Object.defineProperty(fields, dice.pick(PROTOTYPE_NAMES), { value: dice.json(), enumerable: true });
      break;
    case 2:
      fields[dice.text(30)] = dice.json();
      break;
    default:
      fields[name] = mutate(fields[name], dice);
  }
  return fields;
}

/** What only text can say: numbers beyond numbers, doubled fields, half of it, something behind it. */
function mutateText(json: string, dice: Dice): string {
  if (dice.chance(0.8)) return json;
  const at = dice.below(json.length + 1);
  switch (dice.below(6)) {
    case 0:
      return json.slice(0, at);
    case 1:
      return (
        json.slice(0, at) + dice.pick(["1e999", "\\ud800", "\0", "[[[[", "/**/", "'", ","]) + json.slice(at)
      );
    case 2:
      return json.replace(
        /:"[^"]*"/,
        `:${dice.pick(["1e400", "-", "01", "0x1", "NaN", "1E", "9".repeat(400)])}`,
      );
    case 3:
      return json.replace("{", '{"a":1,"a":{"a":[]},');
    case 4:
      return `${dice.pick(["\ufeff", " \n\t", "[", '{"__proto__":'])}${json}`;
    default:
      return "[".repeat(dice.below(60_000));
  }
}
