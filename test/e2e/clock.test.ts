/**
 * @module e2e/clock
 * The date of the servers' machines is corrected, by minutes or by hours, while people chat: nobody is cut, nobody
 * waits longer than they were told, who is silent is still noticed, and times in a conversation never fall.
 */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { SetDate } from "../support/date.ts";
import { RawPeer } from "../support/raw-peer.ts";
import { type Shape, shapes } from "../support/shapes.ts";
import { until } from "../support/until.ts";
import { befriend, connect, connectApart, makeUsers, type TestClient, type User } from "../support/users.ts";

const MINUTE = 60_000;
const IDLE_MS = 2_000;
const COOLDOWN_MS = 2_000;
/** What a busy machine may add. */
const SLACK_MS = 3_000;

const ENV = {
  CHATSRV_CHATTINGSERVER_IDLE_TIMEOUT: String(IDLE_MS / 1_000),
  CHATSRV_VERIFICATIONSERVER_RESEND_COOLDOWN: String(COOLDOWN_MS / 1_000),
};

for (const [name, start] of Object.entries(shapes))
  describe(name, () => {
    const date = new SetDate();
    let shape: Shape;
    let users: User[];
    let a: TestClient;
    let b: TestClient;

    beforeAll(async () => {
      shape = await start({ env: { ...ENV, ...date.env } });
      users = await makeUsers(shape, shape.api, 3, "clock");
      const [first, second] = users as [User, User];
      [a, b] = shape.spread
        ? await connectApart(shape.api, first, second)
        : await Promise.all([connect(shape.api, first), connect(shape.api, second)]);
      await befriend(a, b);
    }, 60_000);
    afterAll(async () => {
      for (const client of [a, b]) client?.close();
      await shape?.stop();
    }, 60_000);

    /** A text each way, seen by the other side. */
    async function talk(): Promise<void> {
      const [count, id] = [b.from(a.uuid).length, crypto.randomUUID()];
      await Promise.all([a.sendText(b.uuid, `to b ${id}`), b.sendText(a.uuid, `to a ${id}`)]);
      await until(() => b.from(a.uuid).length > count && a.from(b.uuid).includes(`to a ${id}`), {
        what: "both texts to arrive",
      });
    }

    /** From the real date, one after the other. */
    for (const [title, offset] of [
      ["two minutes forward", 2 * MINUTE],
      ["an hour back", -58 * MINUTE],
      ["back to the true one", 0],
    ] as const)
      test(title, async () => {
        const sessions = [a.session?.id, b.session?.id];
        const email = `${crypto.randomUUID()}@example.org`;
        const silent = await RawPeer.login(shape.api, users[2] as User, { proto: 2, device: "silent" });
        const silentSince = performance.now();
        await talk();
        await shape.api.getVerification(email);
        date.set(offset);

        const refused = await shape.api.getVerification(email).catch((error: unknown) => error);
        if (refused !== undefined) expect(refused).toMatchObject({ retryAfterMs: expect.any(Number) });
        await talk();
        await until(() => silent.closed, { what: "the silent one to be cut", timeoutMs: IDLE_MS + SLACK_MS });
        expect(performance.now() - silentSince).toBeGreaterThanOrEqual(IDLE_MS - 100);
        await until(
          () =>
            shape.api.getVerification(email).then(
              () => true,
              () => false,
            ),
          {
            what: "the cool-down to end",
            timeoutMs: COOLDOWN_MS + SLACK_MS,
          },
        );
        await talk();
        expect([a.session?.id, b.session?.id]).toEqual(sessions);
        const { messages } = await a.history(b.uuid, { limit: 50 });
        const times = messages.map(({ at }) => at);
        expect(times).toEqual(times.toSorted((x, y) => x - y));
      }, 20_000);
  });
