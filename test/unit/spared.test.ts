/** @module What a session that does not keep up is spared. */
import { describe, expect, test } from "bun:test";
import { numberedTexts } from "../../src/chat/dialects/protocol2/texts.ts";
import { DirectOutbox } from "../../src/chat/outbox.ts";
import { userId } from "../../src/domain/ids.ts";
import { ServiceId } from "../../src/wire/ids.ts";
import { FakeConnection } from "../support/fake-connection.ts";

const ANN = { uuid: "2" };
const BEN = { uuid: "3" };

function session(frames = 10) {
  const connection = new FakeConnection<unknown>();
  connection.maxFrames = frames;
  const outbox = new DirectOutbox(connection, userId(1), numberedTexts, undefined);
  const sent = async (name: keyof typeof ServiceId) => {
    connection.stuck = false;
    connection.flush();
    await Promise.resolve();
    return connection.frames.filter(({ id }) => id === ServiceId[name]).map(({ body }) => body);
  };
  return { connection, outbox, sent };
}

describe("a session that does not read", () => {
  test("is spared signals and 'is writing', never what lasts", async () => {
    const { connection, outbox, sent } = session();
    connection.stuck = true;
    for (let i = 0; i < 20; i++)
      for (const name of ["VOICECHATMSGREQUEST", "VIDEOCHATMSGREQUEST", "TYPING"] as const)
        outbox.send(name, { i });
    expect(connection.queuedFrames).toBe(5);
    for (let i = 0; i < 3; i++) outbox.send("RECEIPT", { i });
    expect(connection.queuedFrames).toBe(8);
    expect((await sent("RECEIPT")).length).toBe(3);
    expect(await sent("TYPING")).toEqual([{ i: 0 }]);
  });

  test("is told the latest presence of each friend when it reads again, and nothing older after it", async () => {
    const { connection, outbox, sent } = session();
    connection.stuck = true;
    for (let i = 0; i < 5; i++) outbox.send("RECEIPT", { i });
    for (let i = 0; i < 20; i++) {
      outbox.send("PRESENCE", { ...ANN, online: i % 2 === 0 });
      outbox.send("PRESENCE", { ...BEN, online: i % 2 === 1 });
    }
    expect(connection.queuedFrames).toBe(5);
    connection.stuck = false;
    connection.flush();
    // Before what was held back is sent: newer than it.
    outbox.send("PRESENCE", { ...ANN, online: true });
    expect(await sent("PRESENCE")).toEqual([
      { ...ANN, online: true },
      { ...BEN, online: true },
    ]);
    outbox.send("PRESENCE", { ...BEN, online: false });
    expect((await sent("PRESENCE")).at(-1)).toEqual({ ...BEN, online: false });
  });
});

test("a session that keeps up is told everything, whatever comes at once", async () => {
  const { outbox, sent } = session();
  for (let i = 0; i < 50; i++) {
    outbox.send("TYPING", { i });
    outbox.send("PRESENCE", { ...ANN, i });
  }
  expect((await sent("TYPING")).length).toBe(50);
  expect((await sent("PRESENCE")).length).toBe(50);
});
