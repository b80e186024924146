/**
 * @module e2e/last-frames
 * Frames behind which nothing follows, or nothing that is a frame: what arrived whole is answered, and what was
 * answered is stored.
 */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { encodeFrame } from "../../src/wire/frame.ts";
import { ServiceId, type ServiceName } from "../../src/wire/ids.ts";
import { RawPeer } from "../support/raw-peer.ts";
import { type Shape, shapes } from "../support/shapes.ts";
import { until } from "../support/until.ts";
import { befriend, connect, makeUsers, type TestClient, type User } from "../support/users.ts";

let shape: Shape;
let friend: TestClient;
let ann: User;
let ben: User;

const frame = (name: ServiceName, body: object) => encodeFrame(ServiceId[name], body);
const textFrame = (msg_id: string) =>
  frame("TEXTCHATMSGREQUEST", {
    text_sender: ann.uuid,
    text_receiver: ben.uuid,
    text_msg: [{ msg_sender: ann.uuid, msg_receiver: ben.uuid, msg_id, msg_content: msg_id }],
  });

/** A header that cannot be, and more that is none. */
const GARBAGE = Buffer.concat([Uint8Array.of(0, 17, 0, 1), new Uint8Array(1_000).fill(255)]);
const ENDS: readonly [title: string, end: (peer: RawPeer, frames: Uint8Array) => void][] = [
  [
    "the end of the stream",
    (peer, frames) => {
      peer.write(frames);
      peer.finish();
    },
  ],
  ["garbage", (peer, frames) => peer.write(Buffer.concat([frames, GARBAGE]))],
  [
    "a frame cut short",
    (peer, frames) => {
      peer.write(Buffer.concat([frames, textFrame("half").subarray(0, 20)]));
      peer.finish();
    },
  ],
  ["a logout", (peer, frames) => peer.write(Buffer.concat([frames, frame("LOGOUTSERVER", {}), GARBAGE]))],
];

for (const [name, start] of Object.entries(shapes))
  describe(name, () => {
    beforeAll(async () => {
      shape = await start({ env: { CHATSRV_CHATTINGSERVER_LEGACY_FRAME_GAP: "0" } });
      [ann, ben] = (await makeUsers(shape, shape.api, 2, "last")) as [User, User];
      friend = await connect(shape.api, ben);
      const client = await connect(shape.api, ann);
      await befriend(client, friend);
      client.close();
    }, 60_000);
    afterAll(async () => {
      friend?.close();
      await shape?.stop();
    }, 60_000);

    describe.each(ENDS)("behind them %s", (_, end) => {
      test.each([1, 2])(
        "texts of protocol %i are answered, and each that is answered 0 is stored",
        async (proto) => {
          const peer = await RawPeer.login(shape.api, ann, proto === 2 ? { proto } : {});
          const ids = Array.from({ length: 30 }, () => crypto.randomUUID());
          end(peer, Buffer.concat(ids.map(textFrame)));
          await until(() => peer.closed, { what: "the connection to be closed" });
          const answers = peer.bodies("TEXTCHATMSGRESPONSE");
          expect(answers.map(({ error }) => error)).toEqual(ids.map(() => 0));
          await until(() => ids.every((id) => friend.from(ann.uuid).includes(id)));
          expect(peer.violations).toEqual([]);
        },
      );

      test("requests that wait for each other are answered in their order", async () => {
        const peer = await RawPeer.login(shape.api, ann, { proto: 2 });
        const before = peer.frames.length;
        const requests = [
          frame("HISTORYREQUEST", { peer: ben.uuid, limit: 5 }),
          frame("PROFILEUPDATE", { nickname: "last" }),
          frame("SESSIONLIST", {}),
          frame("SEARCHUSERNAME", { username: ben.username }),
          frame("PING", { t: 1 }),
        ];
        end(peer, Buffer.concat(requests));
        await until(() => peer.closed, { what: "the connection to be closed" });
        const names = [
          "HISTORYRESPONSE",
          "PROFILEUPDATERESPONSE",
          "SESSIONLIST",
          "SEARCHUSERNAMERESPONSE",
          "PONG",
        ];
        const wanted = new Set<number>(names.map((name) => ServiceId[name as ServiceName]));
        const answered = peer.frames.slice(before).map(({ id }) => id);
        expect(answered.filter((id) => wanted.has(id))).toEqual([...wanted]);
      });
    });

    test("a login behind which nothing follows is answered", async () => {
      const { uuid, token, host, port } = await shape.api.login(ann.username, ann.password);
      const peer = await RawPeer.connect(`${host}:${port}`);
      peer.send("LOGINSERVER", { uuid, token, proto: 2 });
      peer.finish();
      expect(await peer.next("LOGINRESPONSE")).toMatchObject({ error: 0, uuid });
      await until(() => peer.closed, { what: "the connection to be closed" });
    });

    test("garbage is answered behind what came before it", async () => {
      const peer = await RawPeer.login(shape.api, ann, { proto: 2 });
      peer.write(Buffer.concat([textFrame(crypto.randomUUID()), GARBAGE]));
      await until(() => peer.closed, { what: "the connection to be closed" });
      const ids = peer.frames.map(({ id }) => id).filter((id) => id === 18 || id === ServiceId.ERROR);
      expect(ids).toEqual([ServiceId.TEXTCHATMSGRESPONSE, ServiceId.ERROR]);
      expect(peer.bodies("ERROR").map(({ error }) => error)).toEqual([1]);
    });
  });
