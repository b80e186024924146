/**
 * @module e2e/crowd
 * An account with 5,000 friends, each of whom wrote while it was away, logs in beside two who are talking.
 */
import { expect, test } from "bun:test";
import { startEmbedded } from "../support/chatsrv-process.ts";
import { befriendCrowd } from "../support/crowd.ts";
import { RawPeer } from "../support/raw-peer.ts";
import { until } from "../support/until.ts";
import { befriend, connect, makeUsers, type TestClient } from "../support/users.ts";

const FRIENDS = 5_000;
/** What a text of the pair may take beyond what it took before, milliseconds; it took more than four seconds once. */
const BOUND_MS = 1_000;

/** Sends one text after the other; tells how long the slowest since the last time took, in milliseconds. */
function talk(from: TestClient, to: TestClient) {
  let slowest = 0;
  let talking = true;
  const done = (async () => {
    while (talking) {
      const began = performance.now();
      await from.sendText(to.uuid, "hello");
      slowest = Math.max(slowest, performance.now() - began);
      await Bun.sleep(5);
    }
  })();
  return {
    slowest: () => {
      const told = slowest;
      slowest = 0;
      return told;
    },
    end: () => {
      talking = false;
      return done;
    },
  };
}

for (const [client, gap, proto] of [
  ["the desktop client", "400", undefined],
  ["another client of the original's protocol, which takes all 5,000 texts at once", "0", undefined],
  ["a client of protocol 2", "400", 2],
] as const)
  test(`with ${client}`, async () => {
    const env = {
      CHATSRV_CHATTINGSERVER_LEGACY_FRAME_GAP: gap,
      CHATSRV_CHATTINGSERVER_SEND_QUEUE_SIZE: "10000",
    };
    const server = await startEmbedded({ env });
    try {
      const [a, b, hub] = await makeUsers(server, server.api, 3, "crowd");
      if (!a || !b || !hub) throw new Error("three users were asked for");
      befriendCrowd(server.dataDir, { uuid: hub.uuid, friends: FRIENDS, waiting: 1 });
      const pair = [await connect(server.api, a), await connect(server.api, b)] as const;
      await befriend(...pair);
      const talking = talk(...pair);
      await Bun.sleep(1_000);
      const undisturbed = talking.slowest();
      const more = proto === undefined ? {} : { proto, device: "one", name: "one" };
      const peer = await RawPeer.login(server.api, hub, more);
      const texts = () => peer.bodies("TEXTCHATMSGICOMINGREQUEST").length;
      await until(() => proto === 2 || texts() >= (gap === "0" ? FRIENDS : 3), { timeoutMs: 20_000 });
      peer.terminate();
      await until(() => server.events("session.closed").length === 1);
      await Bun.sleep(500);
      expect(talking.slowest()).toBeLessThan(BOUND_MS + 3 * undisturbed);
      await talking.end();
      for (const one of pair) one.close();
    } finally {
      await server.stop();
    }
  });
