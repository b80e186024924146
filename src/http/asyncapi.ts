/**
 * @module http/asyncapi
 * The description of the chat wire for machines (AsyncAPI 3), made of the tables of src/wire. It stands at the
 * server: it receives requests and sends answers and pushes.
 */
import { HEADER_BYTES, MAX_FRAME_BYTES } from "../wire/frame.ts";
import { WS_PATH } from "../wire/http.ts";
import { ServiceId, type ServiceName } from "../wire/ids.ts";
import { type KindSpec, kinds } from "../wire/kinds.ts";
import { type FrameSpec, frames } from "../wire/messages.ts";
import { answerSchema, FAILURE, failureSchema } from "./failure-schema.ts";

type Json = Readonly<Record<string, unknown>>;

const table: Readonly<Record<ServiceName, FrameSpec>> = frames;
const names = Object.keys(ServiceId) as ServiceName[];
const CHANNEL = { $ref: "#/channels/chat" };

const nameOf = (id: ServiceId) => names.find((name) => ServiceId[name] === id) as ServiceName;
/** Names of the frames that answer a request. */
const answers = new Set(
  names.flatMap((name) => (table[name].reply === undefined ? [] : [nameOf(table[name].reply)])),
);

/** The key of what the server sends under a name: another one where clients send under that name too. */
function sentKey(name: ServiceName): string {
  if (table[name].request === undefined) return name;
  return `${name}_${answers.has(name) ? "RESPONSE" : "FORWARDED"}`;
}

/** @param server the address under which people reach the gateway; "" when nobody said. */
export function asyncApi(version: string, server: string): Json {
  const received = names.filter((name) => table[name].request !== undefined);
  const sent = names.filter((name) => table[name].body !== undefined);
  return {
    asyncapi: "3.0.0",
    info: {
      title: "chatsrv chat wire",
      version,
      description: [
        `One binary message of WebSocket is one frame: ${HEADER_BYTES} bytes, the id and the length of the whole as`,
        `big-endian 16-bit numbers, and a JSON object in UTF-8; ${MAX_FRAME_BYTES} bytes at most. Over TCP the same`,
        "frames follow each other. The headers of a message here are those bytes. The first frame is LOGINSERVER, with",
        "what `/trylogin_server` of `/openapi.json` answered; messages tagged `protocol 2` are for sessions that asked",
        "for it there. What cannot be answered otherwise is answered with ERROR.",
      ].join(" "),
    },
    defaultContentType: "application/json",
    servers: { gateway: gateway(server) },
    channels: {
      chat: {
        address: WS_PATH,
        description: "A session: a connection of one device. `?node=` names the chat server that was picked.",
        messages: Object.fromEntries([
          ...received.map((name) => [name, message(name, table[name].request?.json ?? {})]),
          ...sent.map((name) => [sentKey(name), message(name, sentPayload(name))]),
        ]),
      },
    },
    operations: Object.fromEntries([
      ...received.map((name) => [name, receive(name)]),
      ...sent.filter((name) => !answers.has(name)).map((name) => [`${sentKey(name)}_SENT`, send(name)]),
    ]),
    components: {
      schemas: {
        Failure: failureSchema(),
        ...Object.fromEntries(
          Object.entries(kinds).map(([kind, row]) => [`Data.${kind}`, dataOf(kind, row)]),
        ),
      },
    },
  };
}

function gateway(server: string): Json {
  if (server === "")
    return {
      host: "{host}",
      protocol: "ws",
      variables: { host: { default: "localhost:8080", description: "host and port of the gateway" } },
    };
  const { host, protocol } = new URL(server);
  return { host, protocol: protocol.replace(/^http/, "ws").replace(/:$/, "") };
}

function message(name: ServiceName, payload: Json): Json {
  const { meaning, proto } = table[name];
  return {
    name,
    summary: meaning,
    tags: [{ name: `protocol ${proto}` }],
    headers: {
      type: "object",
      properties: {
        id: { type: "integer", const: ServiceId[name] },
        length: { type: "integer", minimum: HEADER_BYTES, maximum: MAX_FRAME_BYTES },
      },
      required: ["id", "length"],
    },
    payload,
  };
}

function sentPayload(name: ServiceName): Json {
  if (name === "ERROR") return FAILURE;
  const json = table[name].body?.json ?? {};
  return answers.has(name) ? answerSchema(json) : json;
}

const messageRef = (key: string) => ({ $ref: `#/channels/chat/messages/${key}` });

function receive(name: ServiceName): Json {
  const { meaning, reply } = table[name];
  return {
    action: "receive",
    channel: CHANNEL,
    summary: meaning,
    messages: [messageRef(name)],
    ...(reply !== undefined && {
      reply: { channel: CHANNEL, messages: [messageRef(sentKey(nameOf(reply)))] },
    }),
  };
}

function send(name: ServiceName): Json {
  return {
    action: "send",
    channel: CHANNEL,
    summary: table[name].meaning,
    messages: [messageRef(sentKey(name))],
  };
}

/** What `data` of a message of a kind is. */
function dataOf(kind: string, { data, madeBy }: KindSpec): Json {
  const description = `\`data\` of a message of kind \`${kind}\`, which a ${madeBy} makes`;
  return data === undefined
    ? { type: "null", description: `${description}: none` }
    : { ...data.json, description };
}
