/**
 * @module services/conversations/device-cursors
 * What devices were shown that keep nothing themselves, the original's clients. Moves are coalesced in memory and stored a
 * few times a second; what a crash loses of them is sent again.
 */
import type { ConversationId, UserId } from "../../domain/ids.ts";
import { Coalescer } from "../../lib/coalescer.ts";
import type { Logger } from "../../lib/log.ts";
import { Stint } from "../../lib/stint.ts";
import type { DeviceMove, DeviceStanding, DeviceStore } from "../../store/store.ts";

export interface DeviceCursorsOptions {
  readonly devices: DeviceStore;
  readonly logger: Logger;
  /** Time between two stores, milliseconds. */
  readonly intervalMs: number;
}

/** Wait after a failed store, milliseconds. */
const RETRY_MS = 1_000;
const PAGE = 500;

export class DeviceCursors {
  readonly #devices: DeviceStore;
  readonly #moves: Coalescer<DeviceMove>;

  constructor({ devices, logger, intervalMs }: DeviceCursorsOptions) {
    this.#devices = devices;
    this.#moves = new Coalescer<DeviceMove>({
      keyOf: ({ user, device, conversation }) => `${user}:${conversation}:${device}`,
      merge: (earlier, later) => (later.shown > earlier.shown ? later : earlier),
      work: (moves) => devices.advance(moves),
      intervalMs,
      retryMs: RETRY_MS,
      onRetry: (error, moves) => logger.log("warn", "device_cursors.retry", { moves, error }),
    });
  }

  /** The device was shown everything of a conversation up to a seq. */
  move(user: UserId, device: string, conversation: ConversationId, shown: number): void {
    this.#moves.add({ user, device, conversation, shown });
  }

  /** Stores what is noted now. Resolves when it is stored, or has failed and will be tried again. */
  flush(): Promise<void> {
    return this.#moves.flush();
  }

  /** Where the device stands in all conversations of its account; what it was shown lately is in it. */
  async standings(user: UserId, device: string): Promise<DeviceStanding[]> {
    await this.flush();
    await this.#devices.begin(user, device);
    const all: DeviceStanding[] = [];
    const stint = new Stint();
    let cursor: string | undefined;
    do {
      await stint.rest();
      const page = await this.#devices.standings(user, device, { cursor, limit: PAGE });
      all.push(...page.items);
      cursor = page.next;
    } while (cursor !== undefined);
    return all;
  }
}
