/**
 * @module faults/receipts
 * Whether whoever wrote is told that it was read: a device that marked a text as read, on a session that went on,
 * and the writer's devices that were connected throughout.
 */
import { Device } from "./device.ts";
import type { Stage } from "./stage.ts";
import type { Sight } from "./watch.ts";

/** A mark that a writer's device has not been told of yet. */
interface Owed {
  readonly seq: number;
  readonly readAt: number;
  complained?: boolean;
}

export class ReceiptWatch {
  readonly #stage: Stage;
  /** The oldest mark that is owed, by "reading device, writing device". */
  readonly #owed = new Map<string, Owed>();

  constructor(stage: Stage) {
    this.#stage = stage;
  }

  look(sights: readonly Sight[], at: number): void {
    const byUser = Map.groupBy(sights, ({ device }) => device.user);
    for (const { device: reader, freeSince: readerFree } of sights) {
      if (!(reader instanceof Device)) continue;
      for (const [peer, { seq, at: readAt }] of reader.marked)
        for (const { device: writer, freeSince } of byUser.get(peer) ?? []) {
          if (!writer.screen.seesReceipts) continue;
          const key = `${reader.name}, ${writer.name}`;
          const told = writer.screen.receipts.get(reader.user)?.read ?? 0;
          const before = this.#owed.get(key);
          // A mark of an earlier session may never have left it.
          const stands = before !== undefined && before.seq > told && before.readAt > (reader.since ?? at);
          const owed: Owed = stands ? before : { seq, readAt };
          if (owed.seq <= told) this.#owed.delete(key);
          else this.#owed.set(key, owed);
          if (owed.seq <= told || freeSince === undefined || readerFree === undefined) continue;
          this.#check(owed, at - Math.max(owed.readAt, freeSince, readerFree), reader, writer.name);
        }
    }
  }

  #check(owed: Owed, forMs: number, { name, user }: Device, writer: string): void {
    if (forMs <= this.#stage.withinMs || owed.complained === true) return;
    owed.complained = true;
    this.#stage.verdict.add(
      "receipt not told in time",
      `${writer}: ${name} (${user}) read up to #${owed.seq} ${Math.round(forMs)} ms ago`,
    );
  }
}
