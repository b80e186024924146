/**
 * @module unit/asyncapi
 * The description of the chat wire for machines, held against AsyncAPI's own schema and the tables.
 */
import { describe, expect, test } from "bun:test";
import asyncApiSchema from "@asyncapi/specs/schemas/3.0.0.json";
import Ajv from "ajv";
import { asyncApi } from "../../src/http/asyncapi.ts";
import { Code } from "../../src/wire/codes.ts";
import { ServiceId, type ServiceName } from "../../src/wire/ids.ts";
import { kinds } from "../../src/wire/kinds.ts";
import { type FrameSpec, frames } from "../../src/wire/messages.ts";
import { openGateway } from "../support/gateway.ts";

interface Message {
  name: ServiceName;
  headers: { properties: { id: { const: number } } };
  payload: Record<string, unknown>;
}
interface Operation {
  action: "send" | "receive";
  messages: { $ref: string }[];
  reply?: { messages: { $ref: string }[] };
}
interface Document {
  asyncapi: string;
  info: { version: string };
  servers: Record<string, Record<string, unknown>>;
  channels: { chat: { messages: Record<string, Message> } };
  operations: Record<string, Operation>;
  components: { schemas: Record<string, Record<string, unknown>> };
}

const table: Readonly<Record<ServiceName, FrameSpec>> = frames;

// The schema brings the meta-schema along, under the name that Ajv's own copy has.
const matchesSchema = new Ajv({
  strict: false,
  meta: false,
  validateSchema: false,
  validateFormats: false,
}).compile(asyncApiSchema);

/** What is wrong with a document: with its shape, and its references that lead nowhere, which a schema cannot see. */
function faultsOf(document: unknown): string[] {
  const faults = matchesSchema(document)
    ? []
    : (matchesSchema.errors ?? []).map(({ message }) => `${message}`);
  JSON.stringify(document, (key, value: unknown) => {
    if (key === "$ref" && resolve(document, String(value)) === undefined) faults.push(`no ${value}`);
    return value;
  });
  return faults;
}

function resolve(document: unknown, pointer: string): unknown {
  if (!pointer.startsWith("#/")) return undefined;
  return pointer
    .slice(2)
    .split("/")
    .reduce<unknown>((at, step) => (at as Record<string, unknown> | undefined)?.[step], document);
}

async function read(): Promise<Document> {
  const { app } = await openGateway();
  return (await (await app.request("/asyncapi.json", {}, { peer: "192.0.2.1" })).json()) as Document;
}

describe("/asyncapi.json", () => {
  test("is valid AsyncAPI 3, with and without an address of its own", async () => {
    const document = await read();
    expect([document.asyncapi, document.info.version]).toEqual(["3.0.0", "0.0.0-test"]);
    expect(faultsOf(document)).toEqual([]);
    const public_ = asyncApi("1.2.3", "https://chat.example:8443") as unknown as Document;
    expect(public_.servers.gateway).toEqual({ host: "chat.example:8443", protocol: "wss" });
    expect(faultsOf(public_)).toEqual([]);
  });

  test("the checker sees what is wrong: a reference to nothing, a field that AsyncAPI has not", async () => {
    const document = await read();
    const { PING } = document.operations;
    const astray = { ...PING, messages: [{ $ref: "#/channels/chat/messages/NOTHING" }] };
    expect(faultsOf({ ...document, operations: { PING: astray } })).not.toEqual([]);
    expect(faultsOf({ ...document, operations: { PING: { ...PING, action: "shout" } } })).not.toEqual([]);
    expect(faultsOf({ ...document, frames: {} })).not.toEqual([]);
  });

  test("has every frame of the table, with its id, its body and its answer", async () => {
    const { channels, operations } = await read();
    const at = ({ $ref }: { $ref: string }) =>
      channels.chat.messages[$ref.slice("#/channels/chat/messages/".length)] as Message;
    for (const message of Object.values(channels.chat.messages))
      expect(message.headers.properties.id.const).toBe(ServiceId[message.name]);

    const all = Object.values(operations);
    const received = all.filter(({ action }) => action === "receive");
    const described = [...received.flatMap(({ reply }) => reply?.messages ?? [])];
    described.push(...all.filter(({ action }) => action === "send").flatMap(({ messages }) => messages));
    const names = Object.keys(ServiceId) as ServiceName[];
    expect(received.flatMap(({ messages }) => messages.map((ref) => at(ref).name))).toEqual(
      names.filter((name) => table[name].request),
    );
    expect([...new Set(described.map((ref) => at(ref).name))].sort()).toEqual(
      names.filter((name) => table[name].body).sort(),
    );

    for (const { messages, reply } of received) {
      const request = at(messages[0] as { $ref: string });
      expect(request.payload).toEqual(table[request.name].request?.json as Record<string, unknown>);
      expect(reply?.messages.map((ref) => ServiceId[at(ref).name])[0]).toBe(table[request.name].reply);
    }
  });

  test("an answer is the body with `error` 0 or a failure; kinds say what their `data` is", async () => {
    const { channels, components } = await read();
    const { SEARCHRESPONSE, ERROR } = channels.chat.messages as Record<"SEARCHRESPONSE" | "ERROR", Message>;
    const [answer, failed] = SEARCHRESPONSE.payload.anyOf as [{ properties: object }, unknown];
    expect(answer.properties).toHaveProperty("error", { const: Code.SUCCESS });
    expect(Object.keys(answer.properties)).toEqual(["error", "hits", "next"]);
    expect(failed).toEqual({ $ref: "#/components/schemas/Failure" });
    expect(ERROR.payload).toEqual({ $ref: "#/components/schemas/Failure" });
    expect(Object.keys(components.schemas)).toEqual([
      "Failure",
      ...Object.keys(kinds).map((kind) => `Data.${kind}`),
    ]);
    expect(components.schemas["Data.reaction"]?.required).toEqual(["of", "emoji", "on"]);
  });
});
