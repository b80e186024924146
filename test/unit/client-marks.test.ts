/**
 * @module unit/client-marks
 * What the SDK tells an app of other devices and of people: each thing once, and nothing older than what it told.
 */
import { describe, expect, test } from "bun:test";
import { Marks } from "../../src/client/marks.ts";
import type { ServiceName } from "../../src/wire/ids.ts";
import { scriptedClients } from "../support/scripted-client.ts";
import { until } from "../support/until.ts";

const mark = (deliveredSeq: number, readSeq: number, peer = "2") => ({
  ...{ conversation: `1${peer}`, peer },
  ...{ deliveredSeq, readSeq },
});
const settings = { mutedUntil: 0, pinned: false, archived: false };
const head = (own: [number, number], peers: [number, number]) => ({
  ...{
    conversation: "12",
    peer: "2",
    kind: "direct" as const,
    unread: 0,
    settings,
    lastSeq: 9,
    deliveredSeq: own[0],
    readSeq: own[1],
  },
  ...{ peerDeliveredSeq: peers[0], peerReadSeq: peers[1] },
});

describe("marks", () => {
  test("go forward only, whatever tells of them", () => {
    const marks = new Marks();
    expect(marks.head(head([3, 2], [5, 4]))).toEqual(head([3, 2], [5, 4]));
    expect(marks.receipt(mark(5, 4))).toBeUndefined();
    expect(marks.receipt(mark(4, 4))).toBeUndefined();
    expect(marks.receipt(mark(7, 1))).toEqual(mark(7, 4));
    expect(marks.cursor(mark(2, 2))).toBeUndefined();
    expect(marks.cursor(mark(3, 3))).toEqual(mark(3, 3));
    expect(marks.head(head([1, 1], [6, 6]))).toEqual(head([3, 3], [7, 6]));
    // What was read has arrived.
    expect(marks.cursor(mark(0, 8))).toEqual(mark(8, 8));
    expect(marks.receipt(mark(1, 0, "3"))).toEqual(mark(1, 0, "3"));
  });
});

const scripted = scriptedClients();

describe("the client", () => {
  const asking = (uuid: string) => ({
    ...{ error: 0, src_uuid: uuid, dst_uuid: "1", src_nickname: "", src_message: "hi", src_avator: "" },
    ...{ src_username: `user${uuid}`, src_desc: "", src_sex: 0 },
  });
  const person = (uuid: string) => ({ uuid, nickname: "new", avator: "a.png", description: "d", sex: 1 });

  async function connected(answers: Partial<Record<ServiceName, readonly [ServiceName, object]>> = {}) {
    const { client, server, push } = scripted((peer, { name }) => {
      const answer = name && answers[name];
      if (answer) peer.send(...answer);
    });
    const told: unknown[][] = [];
    for (const event of ["receipt", "cursor", "friendRequestGone", "blockChanged", "profileChanged"] as const)
      client.on(event, (value) => told.push([event, value]));
    await client.connect();
    return { client, told, push, server };
  }

  test("is told what another device did, and keeps its own view up with it", async () => {
    const { client, told, push } = await connected();
    for (const uuid of ["5", "6", "7"]) push("FRIENDREINCOMINGREQUEST", asking(uuid));
    await until(() => client.people.friendRequests.length === 3);
    push("FRIENDREJECT", { src_uuid: "5" });
    push("BLOCK", { uuid: "6", blocked: true });
    push("BLOCK", { uuid: "8", blocked: false });
    push("PROFILECHANGED", person("1"));
    push("PROFILECHANGED", person("7"));
    push("CURSOR", { conversation: "17", peer: "7", delivered_seq: 4, read_seq: 3 });
    push("CURSOR", { conversation: "17", peer: "7", delivered_seq: 3, read_seq: 3 });
    push("RECEIPT", { conversation: "17", peer: "7", delivered_seq: 2, read_seq: 2 });
    push("RECEIPT", { conversation: "17", peer: "7", delivered_seq: 2, read_seq: 1 });
    push("RECEIPT", { conversation: "17", peer: "7", delivered_seq: 9, read_seq: 9 });
    await until(() => told.length === 8);
    const profile = { nickname: "new", avatar: "a.png", description: "d", sex: 1 };
    expect(told).toEqual([
      ["friendRequestGone", { uuid: "5" }],
      ["blockChanged", { uuid: "6", blocked: true }],
      ["blockChanged", { uuid: "8", blocked: false }],
      ["profileChanged", { uuid: "1", ...profile }],
      ["profileChanged", { uuid: "7", ...profile }],
      ["cursor", mark(4, 3, "7")],
      ["receipt", mark(2, 2, "7")],
      ["receipt", mark(9, 9, "7")],
    ]);
    expect(client.people.friendRequests.map(({ from }) => from.uuid)).toEqual(["7"]);
    expect(client.account.profile).toMatchObject({ uuid: "1", username: "ann", ...profile });
  });

  test("does not acknowledge again what another device has", async () => {
    const { client, push, server } = await connected();
    const entry = {
      msg_sender: "2",
      msg_receiver: "1",
      msg_id: "{1}",
      msg_content: "hi",
      seq: 1,
      at: 1,
      kind: "text",
    };
    const pushed = { error: 0, conversation: "12", text_sender: "2", text_receiver: "1" };
    push("CURSOR", { conversation: "12", peer: "2", delivered_seq: 1, read_seq: 1 });
    push("TEXTCHATMSGICOMINGREQUEST", { ...pushed, text_msg: [entry] });
    push("TEXTCHATMSGICOMINGREQUEST", {
      ...pushed,
      text_msg: [{ ...entry, msg_id: "{2}", seq: 2 }],
    });
    await until(() => server.bodies("ACK").length === 1);
    expect(server.bodies("ACK")).toEqual([{ peer: "2", delivered_seq: 2, read_seq: 1 }]);
    expect(client.cursors().get("12")).toBe(2);
  });

  test("asks for all pages of whom it blocks, and takes a request back", async () => {
    const user = { uuid: "5", username: "eve", nickname: "Eve", avator: "e.png" };
    const { client, server } = await connected({
      BLOCKLIST: ["BLOCKLISTRESPONSE", { error: 0, users: [user] }],
      FRIENDREQUESTSENDER: ["FRIENDSENDERRESPONSE", { error: 0, src_uuid: "1", dst_uuid: "5" }],
    });
    expect(await client.people.blocked()).toEqual([
      { uuid: "5", username: "eve", nickname: "Eve", avatar: "e.png" },
    ]);
    await client.people.cancelFriendRequest("5");
    expect(server.bodies("FRIENDREQUESTSENDER")).toEqual([{ src_uuid: "1", dst_uuid: "5", cancel: true }]);
  });
});
