/**
 * @module e2e/full-disk
 * The disk under the data folder is full, at the start and while people chat.
 */
import { describe, expect, test } from "bun:test";
import { Code } from "../../src/wire/codes.ts";
import { Chatsrv } from "../support/chatsrv-process.ts";
import { RawPeer } from "../support/raw-peer.ts";
import { mayMount, SmallDisk } from "../support/small-disk.ts";
import { until } from "../support/until.ts";
import { befriend, connect, makeUsers, type User } from "../support/users.ts";

const KIB = 1_024;

describe.skipIf(!mayMount)("a full disk", () => {
  test.each([4, 32, 64, 128])("of %i KiB is no place for a new server, and it says so", async (size) => {
    const { dir } = new SmallDisk(size * KIB);
    const server = new Chatsrv({ dataDir: `${dir}/data` });
    await expect(server.start()).rejects.toThrow();
    // Whichever of the files is opened first.
    expect(server.log()).toMatch(new RegExp(`chatsrv: the disk that holds ${dir}/data/\\w+\\.db is full`));
    expect(server.running).toBe(false);
  });

  test("while people chat: texts are refused for the while, what was acknowledged stays", async () => {
    const disk = new SmallDisk(8 * 1_024 * KIB);
    const server = new Chatsrv({ dataDir: `${disk.dir}/data` });
    await server.start();
    const [ann, ben] = (await makeUsers(server, server.api, 2, "full")) as [User, User];
    const [a, b] = await Promise.all([connect(server.api, ann), connect(server.api, ben)]);
    await befriend(a, b);
    const raw = await RawPeer.login(server.api, ann, { proto: 2 });
    const acknowledged: string[] = [];
    /** @returns the error of the answer */
    const send = async (id: string) => {
      const count = raw.bodies("TEXTCHATMSGRESPONSE").length;
      const entry = {
        msg_sender: ann.uuid,
        msg_receiver: ben.uuid,
        msg_id: id,
        msg_content: "x".repeat(8_000),
      };
      raw.send("TEXTCHATMSGREQUEST", { text_sender: ann.uuid, text_receiver: ben.uuid, text_msg: [entry] });
      const { error } = await raw.next("TEXTCHATMSGRESPONSE", count + 1);
      if (error === 0) acknowledged.push(id);
      return error;
    };

    disk.fill(256 * KIB);
    let refused = "";
    for (let i = 0; refused === ""; i++) if ((await send(`full-${i}`)) !== 0) refused = `full-${i}`;
    expect(acknowledged.length).toBeGreaterThan(3);
    for (let i = 0; i < 5; i++) expect(await send(refused)).toBe(Code.UNAVAILABLE);
    const waiting = a.sendText(b.uuid, "waits for room");
    expect((await a.history(b.uuid, { limit: 5 })).messages.length).toBe(5);
    expect(await server.api.getVerification("x@example.org").catch(({ code }) => code)).toBe(
      Code.NETWORK_FAILED,
    );

    disk.free();
    await waiting;
    expect(await send(refused)).toBe(0);
    expect(await send("behind it")).toBe(0);
    await until(() => b.messages.at(-1)?.id === "behind it", { what: "the last text to arrive" });
    for (const client of [a, b]) client.close();
    await server.restart();
    const later = await connect(server.api, ben);
    const ids: string[] = [];
    for (let after = 0, more = true; more; ) {
      const { messages, lastSeq } = await later.history(ann.uuid, { after, limit: 200 });
      ids.push(...messages.map(({ id }) => id));
      after = messages.at(-1)?.seq ?? lastSeq;
      more = after < lastSeq;
    }
    expect(ids.filter((id) => acknowledged.includes(id))).toEqual(acknowledged);
    expect(ids.length).toBe(acknowledged.length + 1);
    later.close();
    expect(server.events("crashed")).toEqual([]);
    expect(await server.stop()).toBe(0);
  });
});
