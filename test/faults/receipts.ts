/**
 * @module faults/receipts
 * Whether others are told that something was read: the devices of whoever wrote it, and the reader's own other devices.
 * What counts is a device that marked a text as read on a session that went on, and devices that were connected
 * throughout.
 */
import { Device, type Watched } from "./device.ts";
import type { Rule } from "./rules.ts";
import type { Stage } from "./stage.ts";
import type { Sight } from "./watch.ts";

/** A mark that a device has not been told of yet. */
interface Owed {
  readonly seq: number;
  readonly readAt: number;
  complained?: boolean;
}

/** Who is to be told of a mark, and what they know. */
interface Debt {
  readonly rule: Rule;
  readonly to: Sight;
  readonly known: number;
}

export class ReceiptWatch {
  readonly #stage: Stage;
  /** The oldest mark that is owed, by reading device, its peer, and the device that is to be told. */
  readonly #owed = new Map<string, Owed>();

  constructor(stage: Stage) {
    this.#stage = stage;
  }

  look(sights: readonly Sight[], at: number): void {
    const byUser = Map.groupBy(sights, ({ device }) => device.user);
    for (const { device: reader, freeSince } of sights) {
      if (!(reader instanceof Device)) continue;
      for (const [peer, mark] of reader.marked)
        for (const debt of debts(reader, peer, byUser)) {
          const key = `${reader.name}, ${peer}, ${debt.to.device.name}`;
          const owed = this.#oldest(key, reader, { seq: mark.seq, readAt: mark.at }, debt.known);
          if (owed === undefined || freeSince === undefined || debt.to.freeSince === undefined) continue;
          const forMs = at - Math.max(owed.readAt, freeSince, debt.to.freeSince);
          if (forMs > this.#stage.withinMs) this.#complain(owed, forMs, reader, peer, debt);
        }
    }
  }

  /** The mark that is owed for longest; the newest one when all before it are told. */
  #oldest(key: string, reader: Watched, newest: Owed, known: number): Owed | undefined {
    const before = this.#owed.get(key);
    // A mark of an earlier session may never have left it.
    const stands =
      before !== undefined && before.seq > known && before.readAt > (reader.since ?? newest.readAt);
    const owed = stands ? before : newest;
    if (owed.seq > known) this.#owed.set(key, owed);
    else this.#owed.delete(key);
    return owed.seq > known ? owed : undefined;
  }

  #complain(owed: Owed, forMs: number, reader: Device, peer: string, { rule, to }: Debt): void {
    if (owed.complained === true) return;
    owed.complained = true;
    const { name, place } = to.device;
    this.#stage.verdict.add(
      rule,
      `${name} at ${place?.name}: ${reader.name} (${reader.user}) read the texts of ${peer} up to #${owed.seq} ${Math.round(forMs)} ms ago`,
    );
  }
}

function* debts(reader: Device, peer: string, byUser: ReadonlyMap<string, Sight[]>): Iterable<Debt> {
  for (const to of byUser.get(peer) ?? [])
    if (to.device.screen.seesReceipts)
      yield {
        rule: "receipt not told in time",
        to,
        known: to.device.screen.receipts.get(reader.user)?.read ?? 0,
      };
  for (const to of byUser.get(reader.user) ?? []) {
    if (to.device === reader || !(to.device instanceof Device)) continue;
    // What it read itself it need not be told.
    const known = Math.max(
      to.device.screen.cursors.get(peer)?.read ?? 0,
      to.device.marked.get(peer)?.seq ?? 0,
    );
    yield { rule: "cursor not told in time", to, known };
  }
}
