/**
 * @module fuzz/kinds/grpc
 * Messages for every method of the gRPC ports: fields by the message's own description with odd values, then
 * with bytes changed, then noise. A peer is trusted to speak for its own users, so none of it names anybody of the
 * others; what it registers as chat servers it takes back.
 */
import {
  create,
  type DescField,
  type DescMessage,
  type DescMethod,
  type DescService,
  ScalarType,
  toBinary,
} from "@bufbuild/protobuf";
import { reflect } from "@bufbuild/protobuf/reflect";
import { Client, type ClientReadableStream, credentials, type ServiceError, status } from "@grpc/grpc-js";
import { RpcClient } from "../../../src/rpc/client.ts";
import { PeerService } from "../../../src/rpc/gen/cluster_pb.ts";
import { Health } from "../../../src/rpc/gen/health_pb.ts";
import {
  BalancerService,
  DistributedChattingService,
  VerificationService,
} from "../../../src/rpc/gen/message_pb.ts";
import { RawSocket } from "../../support/raw-socket.ts";
import type { Dice } from "../dice.ts";
import { type Kind, type Port, sideBySide, type Tally, type Target } from "../tally.ts";

/** Each service and the port that serves it. */
const services: readonly (readonly [DescService, Port])[] = [
  [VerificationService, "verify"],
  [BalancerService, "balance"],
  [DistributedChattingService, "grpc"],
  [PeerService, "grpc"],
  [Health, "balance"],
];
/** The server's own chat node. */
const REAL = "ChattingServer0";
/** What a fuzzed chat server is called: it never is one of the real ones. */
const PREFIX = "fuzz/";
/** Users that there are none of. */
const NOBODY = 1_500_000_000;
const TIMEOUT_MS = 20_000;

/** A message with some of its fields set to whatever their types allow. */
function message(desc: DescMessage, dice: Dice, depth = 4) {
  const made = reflect(desc, create(desc));
  for (const field of desc.fields) {
    if (!dice.chance(0.7)) continue;
    if (field.fieldKind === "scalar") made.set(field, scalar(field, dice));
    else if (field.fieldKind === "enum") made.set(field, dice.int(-1, 300));
    else if (field.fieldKind === "message" && depth > 0)
      made.set(field, message(field.message, dice, depth - 1));
    else if (field.fieldKind === "list" && depth > 0) {
      const list = made.get(field);
      for (let left = dice.chance(0.02) ? 300 : dice.below(4); left > 0; left--)
        if (field.listKind === "message") list.add(message(field.message, dice, depth - 1));
        else if (field.listKind === "scalar") list.add(scalar(field, dice));
    }
  }
  return made;
}

function scalar(field: DescField & { readonly scalar: ScalarType }, dice: Dice) {
  const { name } = field;
  switch (field.scalar) {
    case ScalarType.STRING:
      if (name === "name" || name === "cur_server") return `${PREFIX}${dice.text(20).toWellFormed()}`;
      return dice.text(30_000).toWellFormed();
    case ScalarType.BYTES:
      return dice.bytes(dice.below(100));
    case ScalarType.BOOL:
      return dice.chance(0.5);
    case ScalarType.INT64:
    case ScalarType.UINT64:
    case ScalarType.SINT64:
    case ScalarType.FIXED64:
    case ScalarType.SFIXED64:
      return BigInt(dice.pick([0, 1, 9_007_199_254_740_991, dice.below(1_000_000)]));
    case ScalarType.DOUBLE:
    case ScalarType.FLOAT:
      return dice.number();
    case ScalarType.UINT32:
    case ScalarType.FIXED32:
      return dice.pick([0, NOBODY + dice.below(1_000), 4_294_967_295]);
    default:
      return dice.pick([0, -1, NOBODY + dice.below(1_000), 2_147_483_647, -2_147_483_648]);
  }
}

function messageBytes(method: DescMethod, dice: Dice): Buffer {
  if (dice.chance(0.1)) return Buffer.from(dice.bytes(dice.below(300)));
  const bytes = toBinary(method.input, message(method.input, dice).message);
  if (dice.chance(0.4) && bytes.length > 0)
    for (let flips = 1 + dice.below(4); flips > 0; flips--) bytes[dice.below(bytes.length)] = dice.below(256);
  return Buffer.from(dice.chance(0.1) ? bytes.subarray(0, dice.below(bytes.length + 1)) : bytes);
}

const same = (value: Buffer) => value;

/** @returns the call's status. */
function call(client: Client, method: DescMethod, bytes: Buffer): Promise<status> {
  const path = `/${method.parent.typeName}/${method.name}`;
  const options = { deadline: Date.now() + TIMEOUT_MS };
  return new Promise((resolve) => {
    if (method.methodKind === "unary") {
      client.makeUnaryRequest(path, same, same, bytes, options, (error) => resolve(error?.code ?? status.OK));
      return;
    }
    if (method.methodKind === "server_streaming") {
      heard(client.makeServerStreamRequest(path, same, same, bytes, options), resolve);
      return;
    }
    const stream = client.makeBidiStreamRequest(path, same, same, options);
    heard(stream, resolve);
    stream.end(bytes);
  });
}

/** How a stream ends; one that watches would go on for ever, so its first word is enough. */
function heard(stream: ClientReadableStream<Buffer>, resolve: (code: status) => void): void {
  stream.on("data", () => stream.cancel());
  stream.on("error", (error: ServiceError) => resolve(error.code));
  stream.on("end", () => resolve(status.OK));
}

/** Bytes that are no gRPC: HTTP/1, noise, a preface and then noise. */
async function noise(address: string, dice: Dice, tally: Tally): Promise<void> {
  const socket = await RawSocket.connect(address, () => {});
  if (dice.chance(0.6)) socket.write(new TextEncoder().encode("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"));
  for (let left = dice.below(5); left > 0; left--) {
    const payload = dice.bytes(dice.below(100));
    socket.write(
      Uint8Array.of(
        0,
        0,
        payload.length,
        dice.below(12),
        dice.below(256),
        0,
        0,
        0,
        dice.below(8),
        ...payload,
      ),
    );
  }
  if (dice.chance(0.5)) socket.write(dice.bytes(dice.below(500)));
  socket.end();
  if (!(await socket.until(() => false, TIMEOUT_MS))) tally.violation("noise on a gRPC port is never closed");
  socket.terminate();
  tally.count("noise");
}

async function attack(target: Target, dice: Dice, inputs: number, tally: Tally): Promise<void> {
  const clients = new Map<string, Client>();
  const clientOf = (address: string): Client => {
    const known =
      clients.get(address) ??
      new Client(address, credentials.createInsecure(), { "grpc.max_send_message_length": -1 });
    clients.set(address, known);
    return known;
  };
  for (let sent = 0; sent < inputs; sent++) {
    const [service, port] = dice.pick(services);
    const address = target.at[port];
    if (dice.chance(0.1)) {
      await noise(address, dice, tally);
      continue;
    }
    const method = dice.pick(service.methods);
    const bytes = messageBytes(method, dice);
    let code = await call(clientOf(address), method, bytes);
    // Calls share a connection, and noise within it may end it; then the next one has to work.
    if (code === status.UNAVAILABLE) {
      tally.count("connection dropped");
      code = await call(clientOf(address), method, bytes);
    }
    tally.count(`${status[code]}`);
    if (code === status.DEADLINE_EXCEEDED || code === status.UNAVAILABLE)
      tally.violation(`${status[code]} from ${method.name}`);
  }
  tally.inputs += inputs;
  for (const client of clients.values()) client.close();
}

/** Takes back every chat server that was registered: logins would be sent there. */
async function takeBack(target: Target): Promise<void> {
  const rpc = new RpcClient({ secret: "", tls: { ca: "", cert: "", key: "" } });
  const [host = "", port] = target.at.balance.split(":");
  const at = { host, port: Number(port) };
  const {
    getPeerChattingServerInfo,
    getPeerGrpcServerInfo,
    chattingServerShutDown,
    chattingGrpcServerShutDown,
  } = BalancerService.method;
  for (const [list, remove] of [
    [getPeerChattingServerInfo, chattingServerShutDown],
    [getPeerGrpcServerInfo, chattingGrpcServerShutDown],
  ] as const) {
    const { answer } = await rpc.unary(at, list, { curServer: REAL });
    for (const { name } of answer.lists) await rpc.unary(at, remove, { curServer: name });
  }
  rpc.close();
}

export const grpc: Kind = async (target, dice, inputs) => {
  const tally = await sideBySide(4, inputs, dice, (_, own, share, all) => attack(target, own, share, all));
  await takeBack(target);
  return tally;
};
