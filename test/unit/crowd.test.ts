/** @module Work that goes through thousands of conversations gives the thread away, measured in time of the processor. */
import { afterAll, beforeAll, expect, test } from "bun:test";
import { join } from "node:path";
import { Delivery } from "../../src/chat/delivery.ts";
import { originalTexts } from "../../src/chat/dialects/original/texts.ts";
import { DirectOutbox } from "../../src/chat/outbox.ts";
import type { UserId } from "../../src/domain/ids.ts";
import { silentLogger } from "../../src/lib/log.ts";
import { DeviceCursors } from "../../src/services/conversations/device-cursors.ts";
import type { Store } from "../../src/store/store.ts";
import { openSqlite, register } from "../contract/store.harness.ts";
import { befriendCrowd } from "../support/crowd.ts";
import { FakeConnection } from "../support/fake-connection.ts";
import { tempDir } from "../support/servers.ts";
import { until } from "../support/until.ts";

const FRIENDS = 5_000;
/** The longest that anybody else may wait for the thread, milliseconds of the processor; it was 600 and more. */
const BOUND_MS = 100;

let store: Store;
let hub: UserId;
beforeAll(async () => {
  const folder = tempDir("crowd");
  store = await openSqlite({ path: join(folder, "chatsrv.db") });
  await store.migrate();
  hub = await register(store);
  befriendCrowd(folder, { uuid: String(hub), friends: FRIENDS, waiting: 1 });
});
afterAll(() => store.close());

/** Takes every frame at once and keeps none. */
class OpenConnection extends FakeConnection<unknown> {
  sent = 0;
  override send(): boolean {
    this.sent++;
    return true;
  }
}

const processorMs = (): number => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1_000;
};

/** The longest stretch in which nobody else had the thread while `work` was under way, milliseconds of the processor. */
async function longestStretch(work: () => Promise<void>): Promise<number> {
  let longest = 0;
  let working = true;
  let last = processorMs();
  const tick = () => {
    const now = processorMs();
    longest = Math.max(longest, now - last);
    last = now;
    if (working) setImmediate(tick);
  };
  setImmediate(tick);
  await work();
  working = false;
  await new Promise((resolve) => setImmediate(resolve));
  return longest;
}

test("the login of a device of the original, all that waited for it, and what is noted of that", async () => {
  const cursors = new DeviceCursors({ devices: store.devices, logger: silentLogger, intervalMs: 3_600_000 });
  const connection = new OpenConnection();
  const outbox = new DirectOutbox(connection, hub, originalTexts, (conversation, seq) =>
    cursors.move(hub, "desktop", conversation, seq),
  );
  const delivery = new Delivery({
    ...{ user: hub, messages: store.messages, outbox, ownTexts: false },
    ...{ since: Date.now(), isOpen: () => true, logger: silentLogger },
  });
  const stretch = await longestStretch(async () => {
    const standings = await cursors.standings(hub, "desktop");
    for (const { conversation, peer, shownSeq } of standings) delivery.startAt(conversation, peer, shownSeq);
    for (const { conversation, peer, lastSeq } of standings) delivery.catchUp(conversation, peer, lastSeq);
    await until(() => connection.sent === FRIENDS);
    await cursors.flush();
  });
  expect(stretch).toBeLessThan(BOUND_MS);
  const [first] = await cursors.standings(hub, "desktop");
  expect(first).toMatchObject({ lastSeq: 1, shownSeq: 1 });
});
