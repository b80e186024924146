/**
 * @module faults/newborn
 * A device of each account that starts from nothing sees what an old one sees: every text, by pushes and by pages of
 * history, the same friends, the same receipts.
 */
import { until } from "../support/until.ts";
import type { Cast } from "./cast.ts";
import { Device } from "./device.ts";
import { describe } from "./ledger.ts";
import { readPage } from "./scenes/pages.ts";
import type { Stage } from "./stage.ts";

const HISTORY_LIMIT = 500;

export async function checkNewborns(stage: Stage, cast: Cast): Promise<void> {
  const byUser = Map.groupBy(
    cast.devices.filter(({ off }) => !off),
    ({ user }) => user,
  );
  for (const old of byUser.values()) {
    const [first] = old;
    if (first === undefined) continue;
    const newborn = new Device(`new-${first.name}`, first.account, stage, { known: new Map() });
    try {
      await newborn.client.connect();
      await checkNewborn(stage, newborn, old);
    } finally {
      newborn.close();
    }
  }
}

async function checkNewborn(stage: Stage, newborn: Device, old: readonly Device[]): Promise<void> {
  const { ledger, verdict, withinMs } = stage;
  const complain = (what: string) => verdict.add("a fresh device differs", `${newborn.name}: ${what}`);
  const mine = [...ledger.conversations].filter(({ members }) => members.includes(newborn.user));
  for (const { members, texts } of mine) {
    const peer = members[0] === newborn.user ? members[1] : members[0];
    const lacking = () => texts.find((text) => text !== undefined && !newborn.has(text));
    await until(() => lacking() === undefined, { timeoutMs: withinMs }).catch(() => {
      const text = lacking();
      if (text !== undefined) complain(`it lacks ${describe(text)}`);
    });
    let after = 0;
    for (let last = -1; last !== 0; after = Math.max(after, last))
      last = await readPage(stage, newborn, peer, { after, limit: HISTORY_LIMIT });
    if (after !== texts.length - 1)
      complain(`its history with ${peer} ends at #${after} of ${texts.length - 1}`);
    const read = newborn.screen.cursors.get(peer)?.read ?? 0;
    const unread = texts.slice(read + 1);
    if (unread.length > 0 && unread.every((text) => text?.from === newborn.user))
      verdict.add("own texts are unread", `${newborn.name}: ${unread.length} of its account to ${peer}`);
  }
  const friends = await namesOf(newborn);
  for (const device of old) {
    const theirs = await namesOf(device);
    if (theirs !== friends) complain(`its friends are ${friends}, those of ${device.name} ${theirs}`);
    for (const [peer, { delivered, read }] of newborn.screen.receipts) {
      const known = () => device.screen.receipts.get(peer) ?? { delivered: 0, read: 0 };
      const equal = () => known().delivered >= delivered && known().read >= read;
      if (!equal())
        verdict.add(
          "receipt not told in time",
          `${device.name}: at the end it has ${peer} at ${known().delivered}/${known().read}, a fresh device ${delivered}/${read}`,
        );
    }
  }
}

const namesOf = async (device: Device): Promise<string> =>
  (await device.client.people.friends())
    .map(({ uuid }) => uuid)
    .sort()
    .join();
