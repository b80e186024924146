/**
 * @module faults/scenes/pages
 * Somebody scrolls: a page of history is without a hole, and says what was pushed and acknowledged.
 */
import type { HistoryRange } from "../../../src/client/index.ts";
import type { Device } from "../device.ts";
import type { Stage } from "../stage.ts";
import type { Scene } from "./scene.ts";

const PAGE = 50;

export const PAGES: Scene = {
  name: "pages",
  everyMs: [200, 1_500],
  prepare: async (stage, cast, random) => async () => {
    const device = random.pick(cast.devices);
    const known = [...stage.ledger.conversations].filter(
      ({ members, last }) => last > 0 && members.includes(device.user),
    );
    if (known.length === 0) return;
    const conversation = random.pick(known);
    const [a, b] = conversation.members;
    const seq = random.int(0, conversation.last);
    const range = random.pick<HistoryRange>([{ after: seq }, { before: seq + 1 }, {}]);
    await readPage(stage, device, a === device.user ? b : a, { ...range, limit: random.int(1, PAGE) });
  },
};

/** Asks for a page and holds it against what is known. @returns the last seq on it; 0 for none. @throws ChatError */
export async function readPage(
  { ledger, verdict }: Stage,
  device: Device,
  peer: string,
  range: HistoryRange,
): Promise<number> {
  const { messages } = await device.client.history(peer, range);
  const where = `a page of ${device.name} with ${peer}, ${JSON.stringify(range)}`;
  for (const [i, { seq, sender, content, mine }] of messages.entries()) {
    ledger.told({ sender, receiver: mine ? peer : device.user, seq, content }, where);
    const before = i === 0 ? range.after : messages[i - 1]?.seq;
    if (before !== undefined && seq !== before + 1)
      verdict.add("history is not as pushed", `${where}: #${seq} after #${before}`);
  }
  const last = messages.at(-1)?.seq ?? 0;
  if (range.before !== undefined && last > 0 && last !== range.before - 1)
    verdict.add("history is not as pushed", `${where}: it ends at #${last}`);
  return last;
}
