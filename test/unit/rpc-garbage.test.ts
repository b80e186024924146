/**
 * Whatever arrives on a gRPC port, the server goes on serving.
 */
import { expect, test } from "bun:test";
import { Client, credentials, Metadata, type ServiceError, status } from "@grpc/grpc-js";
import { peerService } from "../../src/rpc/peers.ts";
import type { RpcServer } from "../../src/rpc/server.ts";
import { remoteCodeSender, verificationService } from "../../src/rpc/verification.ts";
import { LogBook, rpcBench, SECRET } from "../support/rpc.ts";

const { serve, client } = rpcBench();
const UNARY = "/message.VerificationService/GetVerificationCode";
const STREAM = "/chatsrv.cluster.PeerService/Deliver";

async function bench() {
  const mailed: string[] = [];
  const delivered: unknown[] = [];
  const log = new LogBook();
  const server = await serve([
    verificationService(
      {
        sendCode: async (email) => {
          mailed.push(email);
        },
      },
      log,
    ),
    peerService(
      {
        deliver: (events) => {
          delivered.push(...events);
        },
      },
      log,
    ),
  ]);
  const healthy = async () => {
    await remoteCodeSender(client(), server.address).sendCode("still@here");
    expect(mailed.at(-1)).toBe("still@here");
  };
  return { server, log, delivered, healthy };
}

/** Sends bytes as a client without gRPC; resolves when the server has closed or answered. */
function raw({ address }: RpcServer, bytes: Uint8Array | string): Promise<void> {
  return new Promise((resolve) => {
    const socket = { data: () => resolve(), close: () => resolve(), error: () => resolve() };
    Bun.connect({ hostname: address.host, port: address.port, socket }).then(
      (connection) => {
        connection.write(bytes);
        connection.end();
      },
      () => resolve(),
    );
  });
}

/** Sends bytes as a message of a method. @returns the call's status. */
function message({ address }: RpcServer, path: string, bytes: Buffer): Promise<status> {
  const channel = new Client(`${address.host}:${address.port}`, credentials.createInsecure(), {
    "grpc.max_send_message_length": -1,
  });
  const metadata = new Metadata();
  metadata.set("authorization", `Bearer ${SECRET}`);
  const same = (value: Buffer) => value;
  return new Promise<status>((resolve) => {
    if (path === UNARY)
      channel.makeUnaryRequest(path, same, same, bytes, metadata, (error) =>
        resolve(error?.code ?? status.OK),
      );
    else {
      const stream = channel.makeBidiStreamRequest(path, same, same, metadata);
      stream.on("data", () => {});
      stream.on("error", (error: ServiceError) => resolve(error.code));
      stream.on("end", () => resolve(status.OK));
      stream.end(bytes);
    }
  }).finally(() => channel.close());
}

test("bytes that are no HTTP/2", async () => {
  const { server, healthy } = await bench();
  await raw(server, "GET / HTTP/1.1\r\nHost: x\r\n\r\n");
  await raw(server, new Uint8Array(70_000).fill(0xff));
  await raw(server, "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\xff\xff\xff\xff\xff");
  await raw(server, Uint8Array.of(0));
  await healthy();
});

test("messages that are no protobuf of ours", async () => {
  const { server, log, delivered, healthy } = await bench();
  const huge = Buffer.alloc(9 * 1024 * 1024);
  for (const bytes of [
    Buffer.from([0xff]),
    Buffer.from([0x0a, 0xff, 0xff, 0xff, 0xff, 0x0f]), // a string longer than the message
    Buffer.alloc(1_000, 0x0b), // groups within groups
    Buffer.alloc(7 * 1024 * 1024, 0x0b),
    huge,
  ])
    expect(await message(server, UNARY, bytes)).not.toBe(status.OK);
  for (const bytes of [
    Buffer.from([0xff]),
    Buffer.from([0x08, 0x01, 0x12, 0x7f, 0x00]), // an event longer than the message
    Buffer.alloc(1_000, 0x13),
    Buffer.alloc(7 * 1024 * 1024, 0x13),
    huge,
  ])
    expect(await message(server, STREAM, bytes)).not.toBe(status.OK);
  expect(await message(server, UNARY, Buffer.from([0x0a, 0x02, 0xc3, 0x28]))).not.toBe(status.OK);
  expect(delivered).toEqual([]);
  expect(log.lines).toEqual([]);
  await healthy();
});

test("a signal that is no JSON is left out; its batch is acknowledged", async () => {
  const { server, log, delivered, healthy } = await bench();
  // EventBatch{id 1, Event{to 2, Signal{from 3, medium "voice", json "{"}}}
  const bytes = Buffer.from("080112100802320c08031205766f6963651a017b", "hex");
  expect(await message(server, STREAM, bytes)).toBe(status.OK);
  expect(log.lines.map(({ event }) => event)).toEqual(["peer.unreadable_event"]);
  expect(delivered).toEqual([]);
  await healthy();
});
