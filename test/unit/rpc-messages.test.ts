/**
 * Golden bytes of every message of proto/, made by an encoder that is not the one under test, and the paths of
 * every method: names and field numbers are fixed on the wire.
 */
import { describe, expect, test } from "bun:test";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { create, type DescMessage, fromBinary, type MessageInitShape, toBinary } from "@bufbuild/protobuf";
import { methodDefinition } from "../../src/rpc/definition.ts";
import * as C from "../../src/rpc/gen/cluster_pb.ts";
import * as H from "../../src/rpc/gen/health_pb.ts";
import * as M from "../../src/rpc/gen/message_pb.ts";
import { tempDir } from "../support/tempdir.ts";

/** A message and its bytes in hex; the type checks the fields' names. */
function golden<D extends DescMessage>(type: D, init: MessageInitShape<D>, hex: string) {
  return { type: type as DescMessage, init: init as MessageInitShape<DescMessage>, hex };
}

const messages = [
  golden(M.GetVerificationRequestSchema, { email: "a@b.cd" }, "0a066140622e6364"),
  golden(
    M.GetVerificationResponseSchema,
    { error: 64, email: "a@b.cd", message: "wait" },
    "084012066140622e63641a0477616974",
  ),
  golden(M.RegisterToBalancerSchema, { uuid: 2147483647 }, "08ffffffff07"),
  golden(
    M.GetAllocatedChattingServerSchema,
    { error: 6, host: "h", port: "60000", token: "t" },
    "08061201681a053630303030220174",
  ),
  golden(M.LoginChattingServerSchema, { uuid: 7, token: "t" }, "0807120174"),
  golden(M.LoginChattingResponseSchema, { error: 14 }, "080e"),
  golden(M.ServerInfoSchema, { name: "n1", host: "h", port: "60000" }, "0a026e311201681a053630303030"),
  golden(
    M.GrpcRegisterRequestSchema,
    { info: { name: "n1", host: "h", port: "60000" } },
    "0a0e0a026e311201681a053630303030",
  ),
  golden(M.GrpcShutdownRequestSchema, { curServer: "n1" }, "0a026e31"),
  golden(M.GrpcStatusResponseSchema, { error: 7 }, "0807"),
  golden(M.PeerListsRequestSchema, { curServer: "n1" }, "0a026e31"),
  golden(
    M.PeerResponseSchema,
    {
      error: 1,
      lists: [
        { name: "n1", host: "h", port: "60000" },
        { name: "n1", host: "h", port: "60000" },
      ],
    },
    "0801120e0a026e311201681a053630303030120e0a026e311201681a053630303030",
  ),
  golden(
    M.FriendRequestSchema,
    {
      srcUuid: 1,
      dstUuid: 2,
      nickName: "Al",
      reqMsg: "hi",
      avatorPath: "a.png",
      username: "al",
      description: "d",
      sex: 1,
    },
    "080110021a02416c220268692a05612e706e673202616c3a01644001",
  ),
  golden(M.FriendResponseSchema, { error: 19, srcUuid: 1, dstUuid: 2 }, "081310011802"),
  golden(M.AuthoriseRequestSchema, { srcUuid: 1, dstUuid: 300 }, "080110ac02"),
  golden(M.AuthoriseResponseSchema, { error: 65, srcUuid: 1, dstUuid: 2 }, "084110011802"),
  golden(
    M.ChattingHistoryDataSchema,
    { msgSender: "1", msgReceiver: "2", msgId: "{x}", msgContent: "é👋" },
    "0a01311201321a037b787d2206c3a9f09f918b",
  ),
  golden(
    M.ChattingTextMsgRequestSchema,
    { srcUuid: 1, dstUuid: 2, lists: [{ msgSender: "1", msgReceiver: "2", msgId: "{x}", msgContent: "y" }] },
    "080110021a0e0a01311201321a037b787d220179",
  ),
  golden(M.ChattingTextMsgResponseSchema, { error: 70, srcUuid: 1, dstUuid: 2 }, "084610011802"),
  golden(
    C.TextsSchema,
    {
      conversation: 9007199254740991,
      peer: 1,
      except: "s1",
      messages: [{ seq: 9, sender: 1, clientId: "{x}", kind: "text", body: "hi", at: 1700000000000 }],
    },
    "09ffffffffffff3f4310011a027331222309000000000000224010011a037b787d2204746578742a0268693100008056febc7842",
  ),
  golden(
    C.FriendRequestedSchema,
    {
      from: { id: 3, username: "eve", nickname: "Eve", avatar: "e.png", description: "d", sex: 1 },
      nickname: "E",
      message: "hi",
    },
    "0a18080312036576651a034576652205652e706e672a016430011201451a026869",
  ),
  golden(
    C.FriendAddedSchema,
    { friend: { id: 3, username: "eve", nickname: "Eve", avatar: "e.png", description: "d", sex: 1 } },
    "0a18080312036576651a034576652205652e706e672a01643001",
  ),
  golden(C.FriendRemovedSchema, { friend: 3 }, "0803"),
  golden(C.SignalSchema, { from: 3, medium: "video", json: "[1]" }, "08031205766964656f1a035b315d"),
  golden(
    C.ReceiptSchema,
    { peer: 3, deliveredSeq: 9, readSeq: 8 },
    "0803110000000000002240190000000000002040",
  ),
  golden(C.TypingSchema, { from: 3 }, "0803"),
  golden(
    C.PresenceSchema,
    { friend: 3, online: true, lastSeen: 1700000000000 },
    "080310011900008056febc7842",
  ),
  golden(
    C.CursorMovedSchema,
    { conversation: 9007199254740991, peer: 3, deliveredSeq: 9, readSeq: 8, except: "s1" },
    "09ffffffffffff3f4310031900000000000022402100000000000020402a027331",
  ),
  golden(C.RequestGoneSchema, { from: 3, except: "s1" }, "080312027331"),
  golden(C.BlockChangedSchema, { other: 3, blocked: true, except: "s1" }, "080310011a027331"),
  golden(
    C.ProfileChangedSchema,
    {
      profile: { id: 3, username: "eve", nickname: "Eve", avatar: "e.png", description: "d", sex: 1 },
      except: "s1",
    },
    "0a18080312036576651a034576652205652e706e672a0164300112027331",
  ),
  golden(C.EndSessionSchema, { session: "s1", reason: "kicked" }, "0a02733112066b69636b6564"),
  golden(
    C.TextSchema,
    { seq: 9, sender: 1, clientId: "{x}", kind: "text", body: "hi", at: 1700000000000 },
    "09000000000000224010011a037b787d2204746578742a0268693100008056febc7842",
  ),
  golden(
    C.ProfileSchema,
    { id: 3, username: "eve", nickname: "Eve", avatar: "e.png", description: "d", sex: 1 },
    "080312036576651a034576652205652e706e672a01643001",
  ),
  golden(
    C.EventSchema,
    {
      to: 2,
      event: {
        case: "texts",
        value: {
          conversation: 9007199254740991,
          peer: 1,
          except: "s1",
          messages: [{ seq: 9, sender: 1, clientId: "{x}", kind: "text", body: "hi", at: 1700000000000 }],
        },
      },
    },
    "0802123409ffffffffffff3f4310011a027331222309000000000000224010011a037b787d2204746578742a0268693100008056febc7842",
  ),
  golden(
    C.EventSchema,
    {
      to: 2,
      event: {
        case: "friendRequest",
        value: {
          from: { id: 3, username: "eve", nickname: "Eve", avatar: "e.png", description: "d", sex: 1 },
          nickname: "E",
          message: "hi",
        },
      },
    },
    "08021a210a18080312036576651a034576652205652e706e672a016430011201451a026869",
  ),
  golden(
    C.EventSchema,
    {
      to: 2,
      event: {
        case: "friendAdded",
        value: {
          friend: { id: 3, username: "eve", nickname: "Eve", avatar: "e.png", description: "d", sex: 1 },
        },
      },
    },
    "0802221a0a18080312036576651a034576652205652e706e672a01643001",
  ),
  golden(C.EventSchema, { to: 2, event: { case: "friendRemoved", value: { friend: 3 } } }, "08022a020803"),
  golden(
    C.EventSchema,
    { to: 2, event: { case: "signal", value: { from: 3, medium: "video", json: "[1]" } } },
    "0802320e08031205766964656f1a035b315d",
  ),
  golden(
    C.EventSchema,
    { to: 2, event: { case: "receipt", value: { peer: 3, deliveredSeq: 9, readSeq: 8 } } },
    "08023a140803110000000000002240190000000000002040",
  ),
  golden(C.EventSchema, { to: 2, event: { case: "typing", value: { from: 3 } } }, "080242020803"),
  golden(
    C.EventSchema,
    { to: 2, event: { case: "presence", value: { friend: 3, online: true, lastSeen: 1700000000000 } } },
    "08024a0d080310011900008056febc7842",
  ),
  golden(
    C.EventSchema,
    { to: 2, event: { case: "endSession", value: { session: "s1", reason: "kicked" } } },
    "0802520c0a02733112066b69636b6564",
  ),
  golden(
    C.EventSchema,
    {
      to: 2,
      event: {
        case: "cursorMoved",
        value: { conversation: 9007199254740991, peer: 3, deliveredSeq: 9, readSeq: 8, except: "s1" },
      },
    },
    "080292012109ffffffffffff3f4310031900000000000022402100000000000020402a027331",
  ),
  golden(
    C.EventSchema,
    { to: 2, event: { case: "requestGone", value: { from: 3, except: "s1" } } },
    "08029a0106080312027331",
  ),
  golden(
    C.EventSchema,
    { to: 2, event: { case: "blockChanged", value: { other: 3, blocked: true, except: "s1" } } },
    "0802a20108080310011a027331",
  ),
  golden(
    C.EventSchema,
    {
      to: 2,
      event: {
        case: "profileChanged",
        value: {
          profile: { id: 3, username: "eve", nickname: "Eve", avatar: "e.png", description: "d", sex: 1 },
          except: "s1",
        },
      },
    },
    "0802aa011e0a18080312036576651a034576652205652e706e672a0164300112027331",
  ),
  golden(
    C.SettingsChangedSchema,
    { conversation: 9, peer: 3, mutedUntil: 8, pinned: true, archived: true, except: "s1" },
    "09000000000000224010031900000000000020402001280132027331",
  ),
  golden(
    C.TextSchema,
    { seq: 9, sender: 1, clientId: "{x}", kind: "members", at: 1700000000000, data: "{}", replyTo: 8 },
    "09000000000000224010011a037b787d22076d656d626572733100008056febc78423a027b7d410000000000002040",
  ),
  golden(C.EventSchema, { to: 2, event: { case: "settingsChanged", value: { peer: 3 } } }, "0802ca01021003"),
  golden(C.GroupMovedSchema, {}, ""),
  golden(
    C.GroupReceiptSchema,
    { conversation: 9, seq: 8, members: 300, delivered: 2, read: 1 },
    "09000000000000224011000000000000204018ac0220022801",
  ),
  golden(
    C.EventSchema,
    { audience: { conversation: 9 }, event: { case: "groupMoved", value: {} } },
    "b20109110000000000002240ba0100",
  ),
  golden(C.EventSchema, { to: 2, event: { case: "groupReceipt", value: { members: 3 } } }, "0802c201021803"),
  golden(
    C.AudienceSchema,
    { users: [3, 300], conversation: 9007199254740991, except: [4] },
    "0a0303ac0211ffffffffffff3f431a0104",
  ),
  golden(
    C.EventSchema,
    { audience: { conversation: 9 }, event: { case: "typing", value: { from: 3 } } },
    "42020803b20109110000000000002240",
  ),
  golden(
    C.EventBatchSchema,
    { id: 5, events: [{ to: 2, event: { case: "typing", value: { from: 3 } } }] },
    "08051206080242020803",
  ),
  golden(C.BatchAckSchema, { id: 4294967295 }, "08ffffffff0f"),
  golden(
    H.HealthCheckRequestSchema,
    { service: "message.BalancerService" },
    "0a176d6573736167652e42616c616e63657253657276696365",
  ),
  golden(H.HealthCheckResponseSchema, { status: 1 }, "0801"),
];

describe("golden bytes", () => {
  for (const { type, init, hex } of messages)
    test(`${type.typeName} ${hex.slice(0, 24)}`, () => {
      const message = create(type, init);
      expect(Buffer.from(toBinary(type, message)).toString("hex")).toBe(hex);
      expect(fromBinary(type, Buffer.from(hex, "hex"))).toEqual(message);
    });

  test("every message of every file has one", () => {
    const declared = [M.file_message, C.file_cluster, H.file_health].flatMap((file) =>
      file.messages.map((message) => message.typeName),
    );
    expect(new Set(messages.map(({ type }) => type.typeName))).toEqual(new Set(declared));
  });
});

test("paths of all methods", () => {
  const services = [
    M.VerificationService,
    M.BalancerService,
    M.DistributedChattingService,
    C.PeerService,
    H.Health,
  ];
  expect(
    services.flatMap((service) => service.methods.map((method) => methodDefinition(method).path)),
  ).toEqual([
    "/message.VerificationService/GetVerificationCode",
    "/message.BalancerService/AddNewUserToServer",
    "/message.BalancerService/UserLoginToServer",
    "/message.BalancerService/RegisterChattingServerInstance",
    "/message.BalancerService/RegisterChattingGrpcServer",
    "/message.BalancerService/ChattingServerShutDown",
    "/message.BalancerService/ChattingGrpcServerShutDown",
    "/message.BalancerService/GetPeerChattingServerInfo",
    "/message.BalancerService/GetPeerGrpcServerInfo",
    "/message.DistributedChattingService/SendFriendRequest",
    "/message.DistributedChattingService/ConfirmFriendRequest",
    "/message.DistributedChattingService/FriendshipVerification",
    "/message.DistributedChattingService/SendChattingTextMsg",
    "/chatsrv.cluster.PeerService/Deliver",
    "/grpc.health.v1.Health/Check",
    "/grpc.health.v1.Health/Watch",
  ]);
});

test("the committed code is what buf generates from proto/", () => {
  const root = join(import.meta.dir, "../..");
  const fresh = tempDir("buf");
  const bin = join(root, "node_modules/.bin");
  const run = Bun.spawnSync(
    [join(bin, "buf"), "generate", "proto", "--template", "proto/buf.gen.yaml", "--output", fresh],
    { cwd: root, env: { ...process.env, PATH: `${bin}:${process.env.PATH}` } },
  );
  expect(run.stderr.toString()).toBe("");
  const read = (dir: string) =>
    Object.fromEntries(readdirSync(dir).map((name) => [name, readFileSync(join(dir, name), "utf8")]));
  expect(read(join(root, "src/rpc/gen"))).toEqual(read(join(fresh, "src/rpc/gen")));
});
