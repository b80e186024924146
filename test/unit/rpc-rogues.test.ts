/**
 * @module unit/rpc-rogues
 * Who is not of the cluster is refused on every rpc of every service that proto/ declares, streams and health included,
 * before a handler hears of it; and a rogue that poses as a server learns nothing from us.
 */
import { afterAll, describe, expect, test } from "bun:test";
import { create, type DescMessage, type DescMethod } from "@bufbuild/protobuf";
import type { GenService, GenServiceMethods } from "@bufbuild/protobuf/codegenv2";
import { Client, Metadata, status } from "@grpc/grpc-js";
import { addressText } from "../../src/lib/address.ts";
import {
  type Handlers,
  type Method,
  methodDefinition,
  type RpcService,
  rpcService,
} from "../../src/rpc/definition.ts";
import * as cluster from "../../src/rpc/gen/cluster_pb.ts";
import * as health from "../../src/rpc/gen/health_pb.ts";
import * as original from "../../src/rpc/gen/message_pb.ts";
import { type ChannelSecurity, channelSecurity, readTls, type TlsFiles } from "../../src/rpc/tls.ts";
import { CLEAR_TEXT, rejection, rpcBench, SECRET } from "../support/rpc.ts";
import { type KeyPair, makeAuthority } from "../support/tls.ts";

const { serve, client } = rpcBench();
const DAY = 24 * 3_600_000;

type AnyMethod = Method<DescMessage, DescMessage>;
type AnyService = GenService<GenServiceMethods>;

const isService = (value: unknown): value is AnyService =>
  typeof value === "object" && value !== null && "kind" in value && value.kind === "service";
/** Every service of proto/, whatever is added to it. The server adds its own health service. */
const services = [cluster, original].flatMap((file) => Object.values(file).filter(isService));
const methods = [...services, health.Health].flatMap(
  (service) => service.methods as readonly DescMethod[],
) as AnyMethod[];

/** Services whose handlers note that they were called. */
function noting(): { called: string[]; all: RpcService[] } {
  const called: string[] = [];
  const all = services.map((service) => {
    const handlers = Object.fromEntries(
      service.methods.map(({ localName, name }) => [
        localName,
        async () => {
          called.push(name);
          return {};
        },
      ]),
    );
    return rpcService(service, handlers as Handlers<GenServiceMethods>);
  });
  return { called, all };
}

const channels: Client[] = [];
afterAll(() => {
  for (const channel of channels) channel.close();
});
function channel(address: { host: string; port: number }, { credentials, options }: ChannelSecurity): Client {
  const made = new Client(addressText(address), credentials, {
    ...options,
    "grpc.use_local_subchannel_pool": 1,
  });
  channels.push(made);
  return made;
}

/** One call of a method of any kind, to its status. */
function call(
  channel: Client,
  method: AnyMethod,
  headers: Readonly<Record<string, string>>,
): Promise<string> {
  const { path, requestSerialize, responseDeserialize, requestStream, responseStream } =
    methodDefinition(method);
  const metadata = new Metadata();
  for (const [key, value] of Object.entries(headers)) metadata.set(key, value);
  const message = create(method.input);
  const options = { deadline: Date.now() + 5_000 };
  const { promise, resolve } = Promise.withResolvers<string>();
  const codecs = [path, requestSerialize, responseDeserialize] as const;
  if (!requestStream && !responseStream)
    channel.makeUnaryRequest(...codecs, message, metadata, options, (error) =>
      resolve(status[error?.code ?? 0] ?? ""),
    );
  else if (!requestStream)
    channel
      .makeServerStreamRequest(...codecs, message, metadata, options)
      .on("data", () => resolve("OK"))
      .on("error", (error: { code: number }) => resolve(status[error.code] ?? ""));
  else {
    const stream = channel.makeBidiStreamRequest(...codecs, metadata, options);
    stream.on("error", (error: { code: number }) => resolve(status[error.code] ?? ""));
    stream.on("end", () => resolve("OK"));
    stream.write(message);
    stream.write(message);
  }
  return promise;
}

test("there are services, and methods of every kind", () => {
  expect(services.map(({ typeName }) => typeName).sort()).toEqual([
    "chatsrv.cluster.PeerService",
    "message.BalancerService",
    "message.DistributedChattingService",
    "message.VerificationService",
  ]);
  expect(new Set(methods.map(({ methodKind }) => methodKind))).toEqual(
    new Set(["unary", "server_streaming", "bidi_streaming"]),
  );
});

describe("without the secret", () => {
  const bearer = (secret: string) => ({ authorization: `Bearer ${secret}` });
  const rogues: readonly [title: string, headers: Record<string, string>][] = [
    ["nothing", {}],
    ["another secret", bearer("another")],
    ["an empty one", bearer("")],
    ["its beginning", bearer(SECRET.slice(0, -1))],
    ["more than it", bearer(`${SECRET}x`)],
    ["another case", bearer(SECRET.toUpperCase())],
    ["no word before it", { authorization: SECRET }],
    ["another word before it", { authorization: `Basic ${SECRET}` }],
    ["another header", { "x-authorization": `Bearer ${SECRET}` }],
    ["a very long one", bearer("x".repeat(6_000))],
  ];
  test.each(rogues)("%s: every rpc is UNAUTHENTICATED", async (_, headers) => {
    const { called, all } = noting();
    const { address } = await serve(all);
    const plain = channel(address, channelSecurity(readTls(CLEAR_TEXT))(address.host));
    const codes = await Promise.all(methods.map((method) => call(plain, method, headers)));
    expect(codes).toEqual(methods.map(() => "UNAUTHENTICATED"));
    expect(called).toEqual([]);
  });
});

describe("mutual TLS", () => {
  const ours = makeAuthority();
  const theirs = makeAuthority();
  const server = ours.issue("server");
  const good = ours.issue("client");
  const files: TlsFiles = { ca: ours.ca, cert: server.cert, key: server.key };
  const authorization = `Bearer ${SECRET}`;
  const show = (pair: KeyPair = { cert: "", key: "" }) =>
    channelSecurity(readTls({ ca: ours.ca, ...pair }))("127.0.0.1");

  const rogues: readonly [title: string, security: ChannelSecurity][] = [
    ["clear text", channelSecurity(readTls(CLEAR_TEXT))("127.0.0.1")],
    ["no certificate", show()],
    ["one of another authority", show(theirs.issue("client"))],
    ["an expired one", show(ours.issue("expired", { atMs: -3 * DAY }))],
    ["one that is not valid yet", show(ours.issue("early", { atMs: 3 * DAY }))],
    ["one that a member signed, who may not", show(ours.issue("signed", { signer: good }))],
  ];
  test.each(rogues)("%s: no rpc is answered, the right secret notwithstanding", async (_, security) => {
    const { called, all } = noting();
    const { address } = await serve(all, { tls: files });
    const rogue = channel(address, security);
    const codes = await Promise.all(methods.map((method) => call(rogue, method, { authorization })));
    expect(codes).toEqual(methods.map(() => "UNAVAILABLE"));
    expect(called).toEqual([]);
  });

  test("a good one: UNAUTHENTICATED without the secret, and served with it", async () => {
    const { called, all } = noting();
    const { address } = await serve(all, { tls: files });
    const member = channel(address, show(good));
    const codes = await Promise.all(methods.map((method) => call(member, method, {})));
    expect(codes).toEqual(methods.map(() => "UNAUTHENTICATED"));
    expect(called).toEqual([]);
    for (const method of methods.filter(({ methodKind }) => methodKind === "unary"))
      expect(await call(member, method, { authorization })).toBe("OK");
    expect(called.length).toBe(methods.filter(({ methodKind }) => methodKind === "unary").length - 1);
  });

  test.each([
    ["of another authority", theirs.issue("server")],
    ["that has expired", ours.issue("old", { atMs: -3 * DAY })],
    ["that a member signed, who may not", ours.issue("posing", { signer: good })],
  ])("a server with a certificate %s is told nothing, the secret least", async (_, pair) => {
    const { called, all } = noting();
    // It lets anybody in, whatever they show.
    const { address } = await serve(all, { tls: { ca: "", ...pair }, secret: "" });
    const member = client({ tls: { ca: ours.ca, ...good }, connectMs: 500 });
    const method = original.BalancerService.method.addNewUserToServer;
    expect(await rejection(member.unary(address, method, { uuid: 1 }))).toMatchObject({
      codeName: "PEER_AWAY",
    });
    expect(
      await rejection(
        client({ connectMs: 500, tls: { ...CLEAR_TEXT, ca: ours.ca } }).unary(address, method, {}),
      ),
    ).toMatchObject({ codeName: "PEER_AWAY" });
    expect(called).toEqual([]);
  });
});
