/**
 * The services of message.proto over a real connection: what the original's callers see, and that our own
 * clients get back through gRPC what the implementation behind it threw.
 */
import { beforeAll, describe, expect, test } from "bun:test";
import { openMemory } from "../../src/coordination/memory/index.ts";
import { AppError } from "../../src/domain/error.ts";
import { nodeName, userId } from "../../src/domain/ids.ts";
import { silentLogger } from "../../src/lib/log.ts";
import { balancerService, remoteAllocator } from "../../src/rpc/balancer.ts";
import type { RpcClient } from "../../src/rpc/client.ts";
import { distributedService } from "../../src/rpc/distributed.ts";
import { BalancerService, DistributedChattingService } from "../../src/rpc/gen/message_pb.ts";
import { remoteCodeSender, verificationService } from "../../src/rpc/verification.ts";
import type { Allocator, PeerRequests } from "../../src/services/ports.ts";
import { LogBook, type RpcAddress, rejection, rpcBench } from "../support/rpc.ts";

const { serve, client } = rpcBench();

/** The error behind a call that must fail. */
const failure = async (call: Promise<unknown>): Promise<Partial<AppError>> => {
  const error = await rejection(call);
  if (!(error instanceof AppError)) throw error;
  const { codeName, field, retryAfterMs } = error;
  return {
    codeName,
    ...(field !== undefined && { field }),
    ...(retryAfterMs !== undefined && { retryAfterMs }),
  };
};

describe("verification", () => {
  test("a code is sent, and every error comes back with its details", async () => {
    const mailed: string[] = [];
    let error: unknown;
    const log = new LogBook();
    const sender = {
      async sendCode(email: string) {
        if (error !== undefined) throw error;
        mailed.push(email);
      },
    };
    const { address } = await serve([verificationService(sender, log)]);
    const remote = remoteCodeSender(client(), address);
    await remote.sendCode("a@b.cd");
    expect(mailed).toEqual(["a@b.cd"]);
    error = new AppError("RATE_LIMITED", { retryAfterMs: 41_000 });
    expect(await failure(remote.sendCode("a"))).toEqual({ codeName: "RATE_LIMITED", retryAfterMs: 41_000 });
    error = new AppError("INVALID_FIELD", { field: "e-mail ö" });
    expect(await failure(remote.sendCode("a"))).toEqual({ codeName: "INVALID_FIELD", field: "e-mail ö" });
    error = new AppError("NETWORK_FAILED");
    expect(await failure(remote.sendCode("a"))).toEqual({ codeName: "NETWORK_FAILED" });
    expect(log.lines).toEqual([]);
    error = new Error("a bug");
    expect(await failure(remote.sendCode("a"))).toEqual({ codeName: "UNAVAILABLE" });
    expect(log.lines.map(({ event }) => event)).toEqual(["grpc.bug"]);
  });

  test("away: PEER_AWAY", async () => {
    const server = await serve([]);
    const nobody = remoteCodeSender(client(), server.address);
    expect(await failure(nobody.sendCode("a"))).toEqual({ codeName: "PEER_AWAY" });
    await server.stop(0);
    const gone = remoteCodeSender(client({ connectMs: 100 }), server.address);
    expect(await failure(gone.sendCode("a"))).toEqual({ codeName: "PEER_AWAY" });
  });
});

describe("balancer", () => {
  const { nodes } = openMemory();
  const tokens = new Map([["node a", "ta"]]);
  let error: AppError | undefined;
  const allocator: Allocator = {
    async allocate(user) {
      if (error !== undefined) throw error;
      return {
        host: "chat.example",
        port: 60_000,
        wsUrl: user === 1 ? "" : "wss://chät/?a=b",
        node: "nöde",
        token: "t",
      };
    },
    redeem: async (user, token, node) => user === 1 && tokens.get(node) === token,
  };
  let rpc: RpcClient;
  let address: RpcAddress;
  beforeAll(async () => {
    ({ address } = await serve([
      balancerService({ allocator, nodes, leaseMs: 10_000, logger: silentLogger }),
    ]));
    rpc = client();
  });
  const { method } = BalancerService;
  const info = (name: string, port: string, host = "h") => ({ info: { name, host, port } });
  const register = async (kind: "chat" | "grpc", name: string, port: string, host?: string) => {
    const rpcMethod =
      kind === "chat" ? method.registerChattingServerInstance : method.registerChattingGrpcServer;
    return (await rpc.unary(address, rpcMethod, info(name, port, host))).answer.error;
  };
  const shutDown = async (kind: "chat" | "grpc", name: string) => {
    const rpcMethod = kind === "chat" ? method.chattingServerShutDown : method.chattingGrpcServerShutDown;
    return (await rpc.unary(address, rpcMethod, { curServer: name })).answer.error;
  };
  const peers = async (kind: "chat" | "grpc", name: string) => {
    const rpcMethod = kind === "chat" ? method.getPeerChattingServerInfo : method.getPeerGrpcServerInfo;
    const { error: code, lists } = (await rpc.unary(address, rpcMethod, { curServer: name })).answer;
    return { code, lists: lists.map((server) => `${server.name} ${server.host}:${server.port}`) };
  };

  test("allocation: the original's fields, and the WebSocket address beside them", async () => {
    const remote = remoteAllocator(rpc, address);
    expect(await remote.allocate(userId(1))).toEqual({
      host: "chat.example",
      port: 60_000,
      wsUrl: "",
      node: "nöde",
      token: "t",
    });
    expect((await remote.allocate(userId(2))).wsUrl).toBe("wss://chät/?a=b");
    error = new AppError("NO_CHAT_NODE");
    expect(await failure(remote.allocate(userId(1)))).toEqual({ codeName: "NO_CHAT_NODE" });
    error = undefined;
    const bad = await rpc.unary(address, method.addNewUserToServer, { uuid: -1 });
    expect(bad.answer).toMatchObject({ error: 67, host: "" });
  });

  test("redemption on the node that is named; the original names none", async () => {
    const remote = remoteAllocator(rpc, address);
    expect(await remote.redeem(userId(1), "ta", nodeName("node a"))).toBe(true);
    expect(await remote.redeem(userId(1), "ta", nodeName("nöde b"))).toBe(false);
    expect(await remote.redeem(userId(1), "no", nodeName("node a"))).toBe(false);
    const login = async (token: string) =>
      (await rpc.unary(address, method.userLoginToServer, { uuid: 1, token })).answer.error;
    expect(await login("ta")).toBe(14);
    await register("chat", "node a", "60000");
    expect(await login("ta")).toBe(0);
    expect(await login("other")).toBe(14);
    await shutDown("chat", "node a");
  });

  test("both addresses of a server are one entry; the same again renews, another is refused", async () => {
    expect(await register("chat", "c1", "60001")).toBe(0);
    expect(await register("grpc", "c1", "64401")).toBe(0);
    expect(await register("grpc", "c2", "64402", "10.0.0.2")).toBe(0);
    expect(await register("chat", "c2", "60002", "10.0.0.2")).toBe(0);
    const [c1] = await nodes.list();
    expect(c1).toMatchObject({
      name: nodeName("c1"),
      host: "h",
      port: 60_001,
      grpcHost: "h",
      grpcPort: 64_401,
    });
    expect(await register("chat", "c1", "60001")).toBe(0);
    expect((await nodes.list())[0]?.incarnation).toBe(c1?.incarnation as string);
    expect(await register("chat", "c1", "60009")).toBe(7);
    expect(await register("chat", "c1", "60001", "h2")).toBe(7);
    expect(await register("grpc", "c1", "64409")).toBe(5);
    expect(await peers("chat", "c1")).toEqual({ code: 0, lists: ["c2 10.0.0.2:60002"] });
    expect(await peers("grpc", "c2")).toEqual({ code: 0, lists: ["c1 h:64401"] });
  });

  test("shut down one address after the other", async () => {
    expect(await shutDown("chat", "c1")).toBe(0);
    expect(await shutDown("chat", "c1")).toBe(6);
    expect(await peers("chat", "c1")).toEqual({ code: 6, lists: [] });
    expect(await peers("chat", "c2")).toEqual({ code: 0, lists: [] });
    expect(await peers("grpc", "c2")).toEqual({ code: 0, lists: ["c1 h:64401"] });
    expect(await shutDown("grpc", "c1")).toBe(0);
    expect(await shutDown("grpc", "c1")).toBe(4);
    expect(await peers("grpc", "c1")).toEqual({ code: 4, lists: [] });
    expect((await nodes.list()).map(({ name }) => String(name))).toEqual(["c2"]);
  });

  test("many at once under one name: one wins, and its two addresses meet", async () => {
    const ports = ["1", "2", "3", "4", "5"];
    const codes = await Promise.all(ports.map((port) => register("chat", "c3", port)));
    expect(codes.sort()).toEqual([0, 7, 7, 7, 7]);
    await Promise.all([register("chat", "c4", "60004"), register("grpc", "c4", "64404")]);
    const c4 = (await nodes.list()).find(({ name }) => name === "c4");
    expect(c4).toMatchObject({ port: 60_004, grpcPort: 64_404 });
  });

  test("what is no address is refused", async () => {
    expect((await rpc.unary(address, method.registerChattingServerInstance, {})).answer.error).toBe(67);
    for (const port of ["", "0", "65536", "-1", "60000x", "1e3"])
      expect(await register("chat", "x", port)).toBe(67);
    for (const name of ["", "a\nb", "a\0", "x".repeat(101)])
      expect(await register("chat", name, "1")).toBe(67);
    for (const host of ["", "a b", "a\nb", "a\0", "x".repeat(256)])
      expect(await register("chat", "x", "1", host)).toBe(67);
  });
});

describe("distributed", () => {
  test("every call reaches its use case, and its error comes back", async () => {
    const calls: unknown[][] = [];
    let error: AppError | undefined;
    const called = async (...call: unknown[]) => {
      calls.push(call);
      if (error !== undefined) throw error;
    };
    const requests: PeerRequests = {
      friendRequest: (...given) => called("friendRequest", ...given),
      confirm: (...given) => called("confirm", ...given),
      areFriends: async (a, b) => Number(a) + Number(b) === 3,
      texts: (...given) => called("texts", ...given),
    };
    const { address } = await serve([distributedService(requests, silentLogger)]);
    const rpc = client();
    const { method } = DistributedChattingService;
    const pair = { srcUuid: 1, dstUuid: 2 };
    const entry = { msgSender: "1", msgReceiver: "2", msgId: "{m}", msgContent: "hi" };

    const asked = await rpc.unary(address, method.sendFriendRequest, { ...pair, nickName: "n", reqMsg: "r" });
    expect(asked.answer).toMatchObject({ error: 0, ...pair });
    await rpc.unary(address, method.confirmFriendRequest, { ...pair, nickName: "alias" });
    await rpc.unary(address, method.sendChattingTextMsg, { ...pair, lists: [entry] });
    expect(calls).toEqual([
      ["friendRequest", 1, 2, "n", "r"],
      ["confirm", 1, 2, "alias"],
      ["texts", 1, 2, [{ clientId: "{m}", body: "hi" }]],
    ]);

    const friends = async (dstUuid: number) =>
      (await rpc.unary(address, method.friendshipVerification, { srcUuid: 1, dstUuid })).answer;
    expect(await friends(2)).toMatchObject({ error: 0, srcUuid: 1, dstUuid: 2 });
    expect(await friends(3)).toMatchObject({ error: 65, srcUuid: 1, dstUuid: 3 });
    expect(await friends(0)).toMatchObject({ error: 67 });

    const text = async (lists: (typeof entry)[]) =>
      (await rpc.unary(address, method.sendChattingTextMsg, { ...pair, lists })).answer.error;
    for (const wrong of [{ msgSender: "3" }, { msgReceiver: "1" }])
      expect(await text([entry, { ...entry, ...wrong }])).toBe(67);
    expect(calls.length).toBe(3);
    error = new AppError("NO_OPEN_REQUEST");
    expect((await rpc.unary(address, method.confirmFriendRequest, pair)).answer.error).toBe(19);
  });
});
