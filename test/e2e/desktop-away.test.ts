/**
 * @module e2e/desktop-away
 * The original's desktop client keeps nothing: what it gets at a login is what it was not surely shown before, whatever
 * became of its connection and whatever the account's other devices have got meanwhile.
 */
import { describe, expect, test } from "bun:test";
import { ServiceId } from "../../src/wire/ids.ts";
import { desks } from "../support/desks.ts";
import { until } from "../support/until.ts";
import { befriend, connect, makeUsers, type TestClient, type User } from "../support/users.ts";

const desk = desks();
const { desktop, modern } = desk;

/** Who writes, and who reads with the desktop client. */
async function pair(): Promise<{ writer: TestClient; reader: User }> {
  const [a, b] = await makeUsers(desk.server, desk.server.api, 2, "away");
  if (!a || !b) throw new Error("two users were asked for");
  const [writer, reader] = [await modern(a), await connect(desk.server.api, b)];
  await befriend(writer, reader);
  reader.close();
  return { writer, reader: b };
}

/** What it is shown first after a login. */
async function shownAtLogin(user: User, writer: TestClient): Promise<string[]> {
  const peer = await desktop(user);
  await writer.sendText(user.uuid, "live");
  await until(() => peer.shownFrom(writer.uuid).includes("live"));
  expect(peer.violations).toEqual([]);
  return peer.shownFrom(writer.uuid).filter((text) => text !== "live");
}

/** How far the writer knows the reader to have got. */
const gotBy = (writer: TestClient, user: User) =>
  new Promise<number>((resolve) =>
    writer.on("receipt", ({ peer, deliveredSeq }) => peer === user.uuid && resolve(deliveredSeq)),
  );

describe("what was not surely shown comes again", () => {
  test("after a reset", async () => {
    const { writer, reader } = await pair();
    const peer = await desktop(reader);
    await writer.sendText(reader.uuid, "one");
    await until(() => peer.shown.length === 1);
    peer.kill();
    await until(() => desk.server.events("session.closed").some(({ reason }) => reason === "error"));
    expect(await shownAtLogin(reader, writer)).toEqual(["one"]);
  });

  test("after it hung with the text unread, though its machine had acknowledged it", async () => {
    const { writer, reader } = await pair();
    const peer = await desktop(reader);
    peer.pause();
    const got = gotBy(writer, reader);
    await writer.sendText(reader.uuid, "one");
    expect(await got).toBe(1);
    // The hanging one is still there when its user tries again, and when it is ended.
    expect(await shownAtLogin(reader, writer)).toEqual(["one"]);
    peer.kill();
  });

  test("but not after it has given a sign of life", async () => {
    const { writer, reader } = await pair();
    const peer = await desktop(reader);
    await writer.sendTexts(reader.uuid, ["one", "two"]);
    await until(() => peer.shown.length === 2);
    // The answer to the first comes no sooner than a frame of its own counts as a sign of life.
    for (const searches of [1, 2]) {
      peer.search(reader.username);
      await until(() => peer.bodies(ServiceId.SEARCHUSERNAMERESPONSE).length === searches);
    }
    peer.kill();
    expect(await shownAtLogin(reader, writer)).toEqual([]);
  });

  test("nor after its window was closed", async () => {
    const { writer, reader } = await pair();
    const peer = await desktop(reader);
    await writer.sendText(reader.uuid, "one");
    await until(() => peer.shown.length === 1);
    peer.close();
    await until(() => peer.closed);
    expect(await shownAtLogin(reader, writer)).toEqual([]);
  });
});

describe("other devices of the account", () => {
  test("what they acknowledged is not lost to a desktop that was away", async () => {
    const { writer, reader } = await pair();
    const before = await desktop(reader);
    before.close();
    await until(() => before.closed);
    const phone = await modern(reader);
    await writer.sendTexts(reader.uuid, ["one", "two"]);
    await until(() => phone.from(writer.uuid).length === 2);
    phone.markRead(writer.uuid, 2);
    await until(async () => (await phone.history(writer.uuid, { limit: 1 })).lastSeq === 2);
    phone.close();
    expect(await shownAtLogin(reader, writer)).toEqual(["one", "two"]);
  });

  test("a desktop that was never here is not sent what the account has got already", async () => {
    const { writer, reader } = await pair();
    const phone = await modern(reader);
    await writer.sendText(reader.uuid, "one");
    const got = gotBy(writer, reader);
    await until(() => phone.from(writer.uuid).length === 1);
    expect(await got).toBe(1);
    phone.close();
    await writer.sendText(reader.uuid, "two");
    expect(await shownAtLogin(reader, writer)).toEqual(["two"]);
  });

  test("a friendship made while it was away begins at its first text", async () => {
    const [a, b] = await makeUsers(desk.server, desk.server.api, 2, "away");
    if (!a || !b) throw new Error("two users were asked for");
    const first = await desktop(b);
    first.close();
    await until(() => first.closed);
    const [writer, phone] = [await modern(a), await modern(b)];
    await befriend(writer, phone);
    const got = gotBy(writer, b);
    await writer.sendText(b.uuid, "hello");
    expect(await got).toBe(1);
    phone.close();
    expect(await shownAtLogin(b, writer)).toEqual(["hello"]);
  });
});
