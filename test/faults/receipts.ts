/**
 * @module faults/receipts
 * Whether whoever wrote is told that it was read: a device that marked a text as read, on a session that went on,
 * and the writer's devices that were connected throughout.
 */
import { Device } from "./device.ts";
import type { Stage } from "./stage.ts";
import type { Sight } from "./watch.ts";

export class ReceiptWatch {
  readonly #stage: Stage;
  /** What was complained of, by "reader, writer's device": the seq. */
  readonly #told = new Map<string, number>();

  constructor(stage: Stage) {
    this.#stage = stage;
  }

  look(sights: readonly Sight[], at: number): void {
    const byUser = Map.groupBy(sights, ({ device }) => device.user);
    for (const { device: reader, freeSince: readerFree } of sights) {
      if (!(reader instanceof Device) || readerFree === undefined) continue;
      for (const [peer, { seq, at: readAt }] of reader.marked)
        for (const { device: writer, freeSince } of byUser.get(peer) ?? []) {
          if (freeSince === undefined || !writer.screen.seesReceipts) continue;
          if ((writer.screen.receipts.get(reader.user)?.read ?? 0) >= seq) continue;
          const forMs = at - Math.max(readAt, freeSince, readerFree);
          if (forMs > this.#stage.withinMs) this.#complain(reader, writer.name, seq, forMs);
        }
    }
  }

  #complain(reader: Device, writer: string, seq: number, forMs: number): void {
    const key = `${reader.user}, ${writer}`;
    if ((this.#told.get(key) ?? 0) >= seq) return;
    this.#told.set(key, seq);
    this.#stage.verdict.add(
      "receipt not told in time",
      `${writer}: ${reader.name} (${reader.user}) read up to #${seq} ${Math.round(forMs)} ms ago`,
    );
  }
}
