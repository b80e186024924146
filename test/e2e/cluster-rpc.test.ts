/**
 * @module e2e/cluster-rpc
 * The original's gRPC services as a foreign client finds them on a running cluster of four chat nodes: plain
 * grpc-js with the generated descriptors, none of our own client.
 */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { create, type DescMessage, type MessageInitShape, type MessageShape } from "@bufbuild/protobuf";
import { Client, credentials, Metadata, type ServiceError, status } from "@grpc/grpc-js";
import { type Method, methodDefinition } from "../../src/rpc/definition.ts";
import { Health, HealthCheckResponse_ServingStatus as Serving } from "../../src/rpc/gen/health_pb.ts";
import {
  BalancerService,
  DistributedChattingService,
  VerificationService,
} from "../../src/rpc/gen/message_pb.ts";
import { Code } from "../../src/wire/codes.ts";
import { type Cluster, startCluster } from "../support/cluster-process.ts";
import { RawPeer } from "../support/raw-peer.ts";
import { freePort } from "../support/servers.ts";
import { until } from "../support/until.ts";
import { befriend, connectApart, makeUsers, type TestClient, type User } from "../support/users.ts";

const NOBODY = 2_000_000_000;
const channels = new Map<string, Client>();
let cluster: Cluster;
let a: TestClient;
let b: TestClient;
let users: User[];

/** One unary call; answers with the response, or with the gRPC status's name. */
async function call<I extends DescMessage, O extends DescMessage>(
  address: string,
  method: Method<I, O>,
  request: MessageInitShape<I>,
  secret: string | undefined = cluster.env.CHATSRV_CLUSTER_SECRET,
): Promise<MessageShape<O> | string> {
  let channel = channels.get(address);
  if (!channel) {
    channel = new Client(address, credentials.createInsecure());
    channels.set(address, channel);
  }
  const { path, requestSerialize, responseDeserialize } = methodDefinition(method);
  const metadata = new Metadata();
  if (secret) metadata.set("authorization", `Bearer ${secret}`);
  const { promise, resolve } = Promise.withResolvers<MessageShape<O> | string>();
  channel.makeUnaryRequest(
    path,
    requestSerialize,
    responseDeserialize,
    create(method.input, request),
    metadata,
    { deadline: Date.now() + 10_000 },
    (error: ServiceError | null, answer) =>
      resolve(error === null && answer !== undefined ? answer : status[error?.code ?? status.UNKNOWN]),
  );
  return promise;
}

beforeAll(async () => {
  cluster = await startCluster({ chats: 4 });
  users = await makeUsers(cluster, cluster.api(), 4, "rpc");
  const [first, second] = users as [User, User];
  [a, b] = await connectApart(cluster.api(), first, second);
  await befriend(a, b);
}, 60_000);
afterAll(async () => {
  for (const channel of channels.values()) channel.close();
  a?.close();
  b?.close();
  await cluster?.stop();
}, 60_000);

const balance = () => cluster.balance.address("balance");
const verify = () => cluster.verify.address("verify");
const chat = (index = 0) => cluster.chats[index]?.address("grpc") ?? "";
const idOf = (client: TestClient) => Number(client.uuid);

describe("every port", () => {
  const ports = () => [balance(), verify(), ...cluster.chats.map((_, i) => chat(i))];

  test("refuses calls without the secret or with another one, before anything else", async () => {
    const methods = [
      [balance(), BalancerService.method],
      [verify(), VerificationService.method],
      [chat(), DistributedChattingService.method],
    ] as const;
    for (const [address, service] of methods)
      for (const method of Object.values(service))
        for (const secret of ["", "another"])
          expect(await call(address, method as Method<DescMessage, DescMessage>, {}, secret)).toBe(
            "UNAUTHENTICATED",
          );
  });

  test("answers the standard health check: SERVING as a whole and by service", async () => {
    for (const address of ports())
      expect(await call(address, Health.method.check, {})).toMatchObject({ status: Serving.SERVING });
    const service = "message.DistributedChattingService";
    expect(await call(chat(), Health.method.check, { service })).toMatchObject({ status: Serving.SERVING });
    expect(await call(chat(), Health.method.check, { service: "nix" })).toBe("NOT_FOUND");
  });
});

describe("VerificationService", () => {
  test("mails a code; what is no address is 67", async () => {
    const { getVerificationCode } = VerificationService.method;
    const email = `${crypto.randomUUID().slice(0, 8)}@example.org`;
    expect(await call(verify(), getVerificationCode, { email })).toMatchObject({ error: 0, email });
    expect(await cluster.code(email)).toMatch(/^\d{6}$/);
    expect(await call(verify(), getVerificationCode, { email: "nix" })).toMatchObject({
      error: Code.INVALID_FIELD,
    });
  });
});

describe("BalancerService", () => {
  const { addNewUserToServer, userLoginToServer } = BalancerService.method;

  test("an allocation is a server's address and a token that is good once", async () => {
    const uuid = Number(users[2]?.uuid);
    const allocate = async () => {
      const answer = await call(balance(), addNewUserToServer, { uuid });
      if (typeof answer === "string") throw new Error(answer);
      return answer;
    };
    const { error, host, port, token } = await allocate();
    expect(error).toBe(0);
    expect(cluster.chats.map((one) => one.address("chat"))).toContain(`${host}:${port}`);
    const login = (who: number, what: string) =>
      call(balance(), userLoginToServer, { uuid: who, token: what });
    expect(await login(idOf(a), token)).toMatchObject({ error: Code.TOKEN_REFUSED });
    expect(await login(uuid, "nix")).toMatchObject({ error: Code.TOKEN_REFUSED });

    // What the call gives out lets in on TCP, once.
    const second = await allocate();
    const peer = await RawPeer.connect(`${second.host}:${second.port}`);
    peer.send("LOGINSERVER", { uuid: String(uuid), token: second.token });
    expect(await peer.next("LOGINRESPONSE")).toMatchObject({ error: 0, uuid: String(uuid) });
    expect(await login(uuid, second.token)).toMatchObject({ error: Code.TOKEN_REFUSED });
    peer.terminate();

    const third = await allocate();
    expect(await login(uuid, third.token)).toMatchObject({ error: 0 });
    expect(await login(uuid, third.token)).toMatchObject({ error: Code.TOKEN_REFUSED });
    expect(await call(balance(), addNewUserToServer, { uuid: 0 })).toMatchObject({
      error: Code.INVALID_FIELD,
    });
  });

  test("lists a node's peers by both addresses, without itself", async () => {
    const { getPeerChattingServerInfo, getPeerGrpcServerInfo } = BalancerService.method;
    for (const [method, kind] of [
      [getPeerChattingServerInfo, "chat"],
      [getPeerGrpcServerInfo, "grpc"],
    ] as const) {
      const answer = await call(balance(), method, { curServer: "chat0" });
      if (typeof answer === "string") throw new Error(answer);
      expect(answer.error).toBe(0);
      expect(answer.lists.map(({ name, host, port }) => `${name} ${host}:${port}`).sort()).toEqual(
        [1, 2, 3].map((i) => `chat${i} ${cluster.chats[i]?.address(kind)}`),
      );
    }
  });

  test("a foreign server registers both addresses, is refused a live name, and takes leave", async () => {
    const { method } = BalancerService;
    const info = { name: "foreign", host: "127.0.0.1", port: String(freePort()) };
    const names = async (list: typeof method.getPeerGrpcServerInfo) => {
      const answer = await call(balance(), list, { curServer: "chat0" });
      return typeof answer === "string" ? [] : answer.lists.map(({ name }) => name);
    };
    const steps = [
      ["registerChattingServerInstance", "chattingServerShutDown", Code.NODE_NAME_TAKEN, Code.NO_CHAT_NODE],
      [
        "registerChattingGrpcServer",
        "chattingGrpcServerShutDown",
        Code.GRPC_NODE_NAME_TAKEN,
        Code.GRPC_NODE_UNKNOWN,
      ],
    ] as const;
    for (const [register, , taken] of steps) {
      expect(await call(balance(), method[register], { info })).toMatchObject({ error: 0 });
      expect(await call(balance(), method[register], { info: { ...info, port: "1" } })).toMatchObject({
        error: taken,
      });
      expect(await call(balance(), method[register], { info: { ...info, name: "chat0" } })).toMatchObject({
        error: taken,
      });
      expect(await call(balance(), method[register], {})).toMatchObject({ error: Code.INVALID_FIELD });
    }
    expect(await names(method.getPeerChattingServerInfo)).toContain("foreign");
    expect(await names(method.getPeerGrpcServerInfo)).toContain("foreign");
    for (const [, leave, , missing] of steps) {
      expect(await call(balance(), method[leave], { curServer: "foreign" })).toMatchObject({ error: 0 });
      expect(await call(balance(), method[leave], { curServer: "nix" })).toMatchObject({ error: missing });
    }
    expect(await names(method.getPeerChattingServerInfo)).not.toContain("foreign");
    expect(await names(method.getPeerGrpcServerInfo)).not.toContain("foreign");
  });

  test("400 logins at once over four nodes: the numbers differ by less than 5 %", async () => {
    const counts = new Map(cluster.chats.map((one) => [one.address("chat"), 0]));
    const answers = await Promise.all(
      Array.from({ length: 400 }, (_, i) => call(balance(), addNewUserToServer, { uuid: NOBODY + i })),
    );
    for (const answer of answers) {
      if (typeof answer === "string" || answer.error !== 0) throw new Error(JSON.stringify(answer));
      const at = `${answer.host}:${answer.port}`;
      counts.set(at, (counts.get(at) ?? 0) + 1);
    }
    const each = [...counts.values()];
    expect(each.reduce((sum, count) => sum + count)).toBe(400);
    expect(each.length).toBe(4);
    expect(Math.max(...each) - Math.min(...each)).toBeLessThan(5);
  });
});

describe("DistributedChattingService", () => {
  const { sendFriendRequest, confirmFriendRequest, friendshipVerification, sendChattingTextMsg } =
    DistributedChattingService.method;
  const pair = (src: number, dst: number) => ({ srcUuid: src, dstUuid: dst });

  test("tells who is friends with whom", async () => {
    const [x, y] = [idOf(a), idOf(b)];
    const friends = await call(chat(2), friendshipVerification, pair(x, y));
    expect(friends).toMatchObject({ error: 0, ...pair(x, y) });
    const stranger = Number(users[2]?.uuid);
    expect(await call(chat(2), friendshipVerification, pair(x, stranger))).toMatchObject({
      error: Code.NOT_FRIENDS,
    });
    expect(await call(chat(2), friendshipVerification, pair(0, y))).toMatchObject({
      error: Code.INVALID_FIELD,
    });
  });

  test("a text handed to any node is stored once and reaches its receiver, wherever it is", async () => {
    const [src, dst] = [idOf(a), idOf(b)];
    const entry = { msgSender: a.uuid, msgReceiver: b.uuid, msgId: "{from-afar}", msgContent: "from afar" };
    const send = (lists: (typeof entry)[], to = dst) =>
      call(chat(3), sendChattingTextMsg, { ...pair(src, to), lists });
    for (let i = 0; i < 2; i++) expect(await send([entry])).toMatchObject({ error: 0, ...pair(src, dst) });
    await until(() => b.from(a.uuid).includes("from afar"));
    expect((await b.history(a.uuid)).messages.filter(({ content }) => content === "from afar").length).toBe(
      1,
    );
    expect(await send([{ ...entry, msgContent: "changed" }])).toMatchObject({
      error: Code.MESSAGE_ID_CONFLICT,
    });
    expect(await send([{ ...entry, msgSender: b.uuid }])).toMatchObject({ error: Code.INVALID_FIELD });
    expect(await send([])).toMatchObject({ error: Code.INVALID_FIELD });
    const stranger = Number(users[2]?.uuid);
    expect(await send([{ ...entry, msgReceiver: String(stranger) }], stranger)).toMatchObject({
      error: Code.NOT_FRIENDS,
    });
  });

  test("what the chat wire would not take is not taken here, and nothing of it is stored", async () => {
    const [src, dst] = [idOf(a), idOf(b)];
    const entry = (msgContent: string, msgId: string = crypto.randomUUID()) => ({
      ...{ msgSender: a.uuid, msgReceiver: b.uuid, msgId, msgContent },
    });
    const send = (lists: ReturnType<typeof entry>[]) =>
      call(chat(3), sendChattingTextMsg, { ...pair(src, dst), lists });
    const before = (await b.history(a.uuid)).lastSeq;
    for (const [lists, error] of [
      [[entry("x".repeat(20_000))], Code.TOO_LARGE],
      [[entry("fine"), entry("x".repeat(100_000))], Code.TOO_LARGE],
      [[entry("\u0001".repeat(16_000))], Code.TOO_LARGE],
      [Array.from({ length: 101 }, () => entry("x")), Code.TOO_LARGE],
      [[entry("x", "")], Code.INVALID_FIELD],
      [[entry("x", "i".repeat(65))], Code.INVALID_FIELD],
    ] as const)
      expect(await send([...lists])).toMatchObject({ error });
    expect((await b.history(a.uuid)).lastSeq).toBe(before);
    const request = { ...pair(src, NOBODY), nickName: "n".repeat(256), reqMsg: "" };
    for (const words of [{}, { nickName: "", reqMsg: "m".repeat(256) }])
      expect(await call(chat(1), sendFriendRequest, { ...request, ...words })).toMatchObject({
        error: Code.INVALID_FIELD,
      });
    expect(await call(chat(1), confirmFriendRequest, request)).toMatchObject({ error: Code.INVALID_FIELD });
  });

  test("a friend request and its confirmation reach both sides", async () => {
    const [, , third] = users as [User, User, User];
    const peer = await RawPeer.login(cluster.api(), third, { proto: 2 });
    const request = { ...pair(Number(third.uuid), idOf(a)), nickName: "three", reqMsg: "hello" };
    expect(await call(chat(1), confirmFriendRequest, request)).toMatchObject({ error: Code.NO_OPEN_REQUEST });
    expect(await call(chat(1), sendFriendRequest, request)).toMatchObject({
      error: 0,
      ...pair(request.srcUuid, request.dstUuid),
    });
    await until(() => a.people.friendRequests.some(({ from }) => from.uuid === third.uuid));
    expect(await call(chat(2), confirmFriendRequest, request)).toMatchObject({ error: 0 });
    expect(await peer.next("FRIENDING_ON_BIDDIRECTIONAL")).toMatchObject({ friend_uuid: a.uuid });
    await until(async () => (await a.people.friends()).some(({ uuid }) => uuid === third.uuid));
    await until(() => peer.bodies("PRESENCE").some(({ uuid, online }) => uuid === a.uuid && online === true));
    expect(await call(chat(), sendFriendRequest, pair(idOf(a), idOf(a)))).toMatchObject({
      error: Code.WITH_ONESELF,
    });
    expect(await call(chat(), sendFriendRequest, pair(idOf(a), NOBODY))).toMatchObject({
      error: Code.NO_SUCH_USER,
    });
    peer.terminate();
  });

  test("who is blocked can neither ask nor confirm, and is not told why", async () => {
    const stranger = Number(users[3]?.uuid);
    const [asks, asked] = [pair(stranger, idOf(b)), pair(idOf(b), stranger)];
    const told: unknown[] = [];
    b.on("friendRequest", (request) => told.push(request));
    expect(await call(chat(1), sendFriendRequest, asked)).toMatchObject({ error: 0 });
    await b.people.block(String(stranger));
    for (const one of [chat(1), chat(2)]) {
      expect(await call(one, confirmFriendRequest, asked)).toMatchObject({ error: Code.NO_OPEN_REQUEST });
      expect(await call(one, sendFriendRequest, asks)).toMatchObject({ error: Code.NO_OPEN_REQUEST });
    }
    await b.people.block(String(stranger), false);
    expect(await call(chat(1), sendFriendRequest, asks)).toMatchObject({ error: 0 });
    await until(() => told.length > 0);
    expect(told.length).toBe(1);
  });
});

test("without a secret a gRPC port is on loopback only, whatever its host, and the log says loopback", async () => {
  const open = cluster.make("verify", "no secret", {
    CHATSRV_CLUSTER_SECRET: "",
    CHATSRV_VERIFICATIONSERVER_HOST: "0.0.0.0",
    CHATSRV_VERIFICATIONSERVER_PORT: "0",
  });
  await open.start();
  expect(open.address("verify")).toStartWith("127.0.0.1:");
  expect(open.log()).toContain("loopback");
  const answer = await call(open.address("verify"), Health.method.check, {}, "");
  expect(answer).toMatchObject({ status: Serving.SERVING });
  // 127.0.0.2 is this machine too: who is bound to all addresses answers there, who is bound to 127.0.0.1 does not.
  const port = open.address("verify").split(":")[1];
  expect(await call(`127.0.0.2:${port}`, Health.method.check, {}, "")).toBe("UNAVAILABLE");
  await open.stop();
}, 30_000);
