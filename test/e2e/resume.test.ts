/**
 * @module e2e/resume
 * Coming back after any absence: every missed message once, in order, whatever is sent at whichever step of
 * coming back.
 */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { type Dialer, HttpApi, type SendReceipt } from "../../src/client/index.ts";
import { tcpDialer } from "../../src/client/tcp.ts";
import { ServiceId } from "../../src/wire/ids.ts";
import { startEmbedded } from "../support/chatsrv-process.ts";
import { type Shape, shapes } from "../support/shapes.ts";
import { until } from "../support/until.ts";
import { befriend, connect, connectApart, makeUsers, TestClient, type User } from "../support/users.ts";

const range = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, i) => from + i);

/** TCP whose steps are told: each frame before it goes out, and each before it is handled. */
function steppedDialer(step: (name: string) => Promise<void> | void): Dialer {
  const dial = tcpDialer();
  const nameOf = new Map(Object.entries(ServiceId).map(([name, id]) => [id as number, name]));
  return async (placement, events) => {
    await step("dial");
    let queue = Promise.resolve();
    const transport = await dial(placement, {
      // Handled in order, one after the other, however long a step takes.
      frame: (id, body) => {
        const copy = body.slice();
        queue = queue.then(async () => {
          await step(`got ${nameOf.get(id)}`);
          events.frame(id, copy);
        });
      },
      closed: (reason) => {
        queue = queue.then(() => events.closed(reason));
      },
    });
    let sending = Promise.resolve();
    return {
      send: (frame) => {
        const name = nameOf.get(((frame[0] ?? 0) << 8) | (frame[1] ?? 0));
        sending = sending.then(async () => {
          await step(`send ${name}`);
          transport.send(frame);
        });
      },
      close: () => {
        sending = sending.then(() => transport.close());
      },
    };
  };
}

for (const [name, start] of Object.entries(shapes))
  describe(name, () => {
    let shape: Shape;
    beforeAll(async () => {
      shape = await start();
    }, 60_000);
    afterAll(() => shape?.stop(), 60_000);

    const friends = async (): Promise<[TestClient, TestClient, User, User]> => {
      const [a, b] = await makeUsers(shape, shape.api, 2, "resume");
      if (!a || !b) throw new Error("two users were asked for");
      const pair: [TestClient, TestClient] = shape.spread
        ? await connectApart(shape.api, a, b)
        : [await connect(shape.api, a), await connect(shape.api, b)];
      await befriend(...pair);
      return [...pair, a, b];
    };

    test("messages sent at every step of the handshake, each once and in order", async () => {
      const [a, b, , userB] = await friends();
      await a.sendTexts(b.uuid, range(1, 300).map(String));
      await until(() => b.messages.length === 300);
      const known = b.cursors();
      b.close();
      await a.sendTexts(b.uuid, range(301, 750).map(String));
      let sent = 750;
      const steps: string[] = [];
      const back = new TestClient(shape.api, userB, {
        known,
        dial: steppedDialer(async (step) => {
          steps.push(step);
          if (step === "send ACK" || sent >= 900) return;
          // Committed before the step is taken, or on its way during it.
          await a.sendText(b.uuid, String(++sent));
          void a.sendText(b.uuid, String(++sent));
        }),
      });
      await back.connect();
      await until(() => back.messages.length === sent - 300 && a.unacknowledged().length === 0);
      expect(back.messages.map(({ content }) => content)).toEqual(range(301, sent).map(String));
      expect(back.messages.map(({ seq }) => seq)).toEqual(range(301, sent));
      expect(steps.slice(0, 3)).toEqual(["dial", "send LOGINSERVER", "got LOGINRESPONSE"]);
      expect(steps).toContain("got HISTORYRESPONSE");
      a.close();
      back.close();
    }, 60_000);

    test("again and again under traffic in both directions: nothing missed, doubled or out of order", async () => {
      const [a, b, , userB] = await friends();
      let current = b;
      const received: [number, string][] = [];
      const listen = (client: TestClient) =>
        client.on("message", ({ seq, content }) => received.push([seq, content]));
      listen(b);
      let stop = false;
      let sent = 0;
      const traffic = (async () => {
        while (!stop) {
          await a.sendText(b.uuid, `a${sent++}`);
          void current.sendText(a.uuid, `b${sent}`).catch(() => {});
        }
      })();
      for (let round = 0; round < 8; round++) {
        const before = sent;
        await until(() => sent > before + 20);
        const known = current.cursors();
        const left = current.unacknowledged();
        current.close();
        current = new TestClient(shape.api, userB, { known });
        listen(current);
        // What was on its way when the client left goes out again, under the same ids.
        for (const { to, id, content } of left) void current.sendText(to, content, id);
        await current.connect();
      }
      stop = true;
      await traffic;
      const { lastSeq } = await a.history(b.uuid, { limit: 1 });
      await until(() => received.length >= lastSeq && current.unacknowledged().length === 0);
      expect(received.map(([seq]) => seq)).toEqual(range(1, received.length));
      const fromA = received.filter(([, content]) => content.startsWith("a")).map(([, content]) => content);
      expect(fromA).toEqual(range(0, sent - 1).map((i) => `a${i}`));
      a.close();
      current.close();
    }, 60_000);

    test("a connection that breaks again and again: texts on their way are committed once, in order", async () => {
      const [a, b, userA] = await friends();
      a.close();
      let breaks = 0;
      const flaky: Dialer = async (placement, events) => {
        const transport = await tcpDialer()(placement, events);
        let frames = 0;
        return {
          send: (frame) => {
            transport.send(frame);
            const id = ((frame[0] ?? 0) << 8) | (frame[1] ?? 0);
            if (id !== ServiceId.TEXTCHATMSGREQUEST || ++frames < 3 || breaks >= 10) return;
            breaks += 1;
            // The text may or may not have arrived, its answer never does.
            transport.close();
          },
          close: () => transport.close(),
        };
      };
      const sender = await connect(shape.api, userA, { dial: flaky, backoff: { minMs: 5, maxMs: 50 } });
      const texts = range(1, 400).map(String);
      const sends: Promise<SendReceipt>[] = [];
      for (const [i, text] of texts.entries()) {
        await until(() => sender.messages.length >= i - 20, { timeoutMs: 40_000, intervalMs: 1 });
        sends.push(sender.sendText(b.uuid, text));
      }
      const receipts = await Promise.all(sends);
      expect(breaks).toBe(10);
      expect(receipts.map(({ seq }) => seq)).toEqual(range(1, 400));
      await until(() => b.messages.length === 400);
      expect(b.from(sender.uuid)).toEqual(texts);
      sender.close();
      b.close();
    }, 60_000);

    test("a resume token needs no password, on any gateway; after a logout it is void", async () => {
      const [a, b, userA] = await friends();
      const { uuid, resumeToken = "" } = a;
      a.close();
      await b.sendText(uuid, "while away");
      const back = new TestClient(shape.api, userA, { credentials: { uuid, resumeToken } });
      await back.connect();
      expect(back.from(b.uuid)).toEqual(["while away"]);
      const last = back.resumeToken ?? "";
      await back.logout();
      await until(
        () =>
          shape.api.resume(uuid, last).then(
            () => false,
            (error: { code: number }) => error.code > 0,
          ),
        { what: "the ticket to be void" },
      );
      b.close();
    });
  });

test("a hundred and more conversations at once, each with something missed", async () => {
  const embedded = await startEmbedded();
  const [me, ...others] = await makeUsers(embedded, embedded.api, 131, "many");
  if (!me) throw new Error("users were asked for");
  const mine = await connect(embedded.api, me);
  const friendsOfMine: TestClient[] = [];
  for (const other of others) {
    const client = await connect(embedded.api, other);
    await befriend(client, mine);
    friendsOfMine.push(client);
  }
  const known = mine.cursors();
  mine.close();
  await Promise.all(friendsOfMine.map((client) => client.sendTexts(me.uuid, ["1", "2", "3"])));
  const back = await connect(embedded.api, me, { known });
  expect(back.messages.length).toBe(390);
  for (const client of friendsOfMine) {
    expect(back.from(client.uuid)).toEqual(["1", "2", "3"]);
    client.close();
  }
  expect((await back.people.friends()).length).toBe(130);
  back.close();
  await embedded.stop();
}, 60_000);

test("a gateway that is not there yet is waited for", async () => {
  const nobody = new HttpApi("http://127.0.0.1:9");
  const client = new TestClient(nobody, { username: "x", password: "x", email: "", uuid: "" });
  void client.connect().catch(() => {});
  await until(() => client.states.filter((state) => state === "offline").length >= 2);
  client.close();
  expect(client.states.at(-1)).toBe("ended: closed");
});
