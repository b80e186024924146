/**
 * @module e2e/bulk
 * One person sends as much as the wire takes, made of what escaping doubles: twenty megabytes in one statement, more
 * than a stock server's packet. Everybody else must not notice.
 */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import type { HttpApi } from "../../src/client/index.ts";
import { startEmbedded } from "../support/chatsrv-process.ts";
import { startCluster } from "../support/cluster-process.ts";
import { RawPeer } from "../support/raw-peer.ts";
import { freePort } from "../support/servers.ts";
import { until } from "../support/until.ts";
import { befriend, connect, makeUsers, type System, type User } from "../support/users.ts";

const FRAMES = 170;
const TEXTS_PER_FRAME = 4;
const LONG = "'".repeat(15_800);
const PAIRS = 5;
const TEXTS = 7;

/** A system that was started, and a way to have everything wait for the store until the flood is in. */
interface Ground {
  readonly system: System;
  readonly api: HttpApi;
  /** Texts wait for the store while these steps are done, each after as many texts as it says wait. */
  holding(steps: readonly (readonly [texts: number, step: () => void])[]): Promise<void>;
  stop(): Promise<unknown>;
}

const grounds: Readonly<Record<string, () => Promise<Ground>>> = {
  // Its store cannot be held: it answers in the turn in which it is asked.
  "SQLite, embedded": async () => {
    const server = await startEmbedded();
    return {
      system: server,
      api: server.api,
      holding: async (steps) => {
        for (const [, step] of steps) step();
      },
      stop: () => server.stop(),
    };
  },
  "a stock MariaDB, cluster": async () => {
    const cluster = await startCluster({ chats: 0 });
    const name = "chat0";
    const adminPort = freePort();
    const own = { CHATSRV_GRPCSERVER_SERVER_NAME: name, CHATSRV_ADMIN_PORT: String(adminPort) };
    const chat = cluster.make("chat", name, own);
    cluster.chats.push(chat);
    await chat.start();
    const pending = async () => {
      const page = await (await fetch(`http://127.0.0.1:${adminPort}/metrics`)).text();
      return Number(/^chatsrv_messages_pending (\d+)/m.exec(page)?.[1]);
    };
    return {
      system: cluster,
      api: cluster.api(),
      holding: async (steps) => {
        cluster.database.pause();
        for (const [count, step] of steps) {
          await until(async () => (await pending()) >= count, { what: `${count} texts to wait` });
          step();
        }
        cluster.database.resume();
      },
      stop: () => cluster.stop(),
    };
  },
};

interface Sender {
  readonly peer: RawPeer;
  readonly from: User;
  readonly to: User;
}

for (const [name, start] of Object.entries(grounds))
  describe(name, () => {
    let ground: Ground;
    beforeAll(async () => {
      ground = await start();
    }, 60_000);
    afterAll(() => ground?.stop(), 60_000);

    const send = ({ peer, from, to }: Sender, contents: readonly string[]) => {
      const [text_sender, text_receiver] = [from.uuid, to.uuid];
      peer.send("TEXTCHATMSGREQUEST", {
        ...{ text_sender, text_receiver },
        text_msg: contents.map((msg_content) => ({
          ...{ msg_id: crypto.randomUUID(), msg_content },
          ...{ msg_sender: text_sender, msg_receiver: text_receiver },
        })),
      });
    };
    /** Two friends, the first one connected, who have talked: where they do is known to the node. */
    async function friends(): Promise<Sender> {
      const [from, to] = await makeUsers(ground.system, ground.api, 2, "flood");
      if (!from || !to) throw new Error("two users were asked for");
      const [a, b] = [await connect(ground.api, from), await connect(ground.api, to)];
      await befriend(a, b);
      a.close();
      b.close();
      const one = { peer: await RawPeer.login(ground.api, from, { proto: 2, device: "raw" }), from, to };
      send(one, ["hello"]);
      await one.peer.next("TEXTCHATMSGRESPONSE");
      return one;
    }

    /** To what came after their first text. */
    const answers = (peer: RawPeer) =>
      peer
        .bodies("TEXTCHATMSGRESPONSE")
        .slice(1)
        .map(({ error }) => error);

    test("a flood of long texts is stored, and fails nobody's texts", async () => {
      const flooder = await friends();
      const others = await Promise.all(Array.from({ length: PAIRS }, friends));
      const long = FRAMES * TEXTS_PER_FRAME;
      await ground.holding([
        [0, () => send(flooder, ["first, on its own: the others gather behind it"])],
        [1, () => Array.from({ length: FRAMES }, () => send(flooder, Array(TEXTS_PER_FRAME).fill(LONG)))],
        [1 + long, () => others.map((one) => Array.from({ length: TEXTS }, () => send(one, ["short"])))],
        [1 + long + PAIRS * TEXTS, () => {}],
      ]);
      await until(() => others.every(({ peer }) => answers(peer).length === TEXTS), {
        what: "the others' texts to be answered",
      });
      expect(others.flatMap(({ peer }) => answers(peer))).toEqual(Array(PAIRS * TEXTS).fill(0));
      await until(() => answers(flooder.peer).length === 1 + FRAMES, {
        timeoutMs: 25_000,
        what: "the flood to be stored",
      });
      expect(new Set(answers(flooder.peer))).toEqual(new Set([0]));
    }, 60_000);
  });
