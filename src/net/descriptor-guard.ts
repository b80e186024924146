/**
 * @module net/descriptor-guard
 * Keeps this process from running out of descriptors. A listening socket whose connections cannot be accepted for
 * want of one reports them for ever: the event loop spins, and nothing else that needs a descriptor works.
 *
 * Some are kept back for what the process itself needs. From there on a new connection is turned away where
 * that can be done politely (chat), and where it cannot (Bun.serve accepts by itself), or when it comes too fast, the
 * listening sockets are closed until there is room again. Connections that are open go on; HTTP connections that
 * are between two requests are closed with the listener, which is often room enough.
 */

import type { Clock } from "../lib/clock.ts";
import type { Descriptors } from "../lib/descriptors.ts";
import type { Logger } from "../lib/log.ts";
import type { Counter, Meter } from "../lib/metrics.ts";

/** A listener whose listening socket can be closed and opened again. */
export interface Closable {
  /**
   * Closes the listening socket, or opens it again at the same address; open connections go on.
   * @throws Error of the system when it cannot be opened
   */
  setAccepting(accepting: boolean): void;
}

export interface DescriptorGuardOptions {
  readonly descriptors: Descriptors;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly meter: Meter;
  /** Milliseconds between two looks; 100 unless given. */
  readonly intervalMs?: number;
}

/** The share of the limit that is kept back, within bounds. */
const RESERVE_SHARE = 1 / 8;
const MIN_RESERVE = 16;
const MAX_RESERVE = 1_024;
/** How often the log says that there is no room, milliseconds. */
const COMPLAIN_EVERY_MS = 60_000;

export class DescriptorGuard {
  readonly #options: DescriptorGuardOptions;
  readonly #reserve: number;
  readonly #listeners = new Set<Closable>();
  readonly #timer: ReturnType<typeof setInterval>;
  readonly #turnedAway: Counter;
  #accepting = true;
  #complainedAt = Number.NEGATIVE_INFINITY;

  /** Looks after its listeners from now until `stop`. */
  constructor(options: DescriptorGuardOptions) {
    this.#options = options;
    const { descriptors, meter, intervalMs = 100 } = options;
    this.#reserve = Math.min(
      MAX_RESERVE,
      Math.max(MIN_RESERVE, Math.round(descriptors.limit * RESERVE_SHARE)),
    );
    this.#turnedAway = meter.counter(
      "chatsrv_connections_turned_away_total",
      "Connections turned away for want of descriptors, as far as they were seen.",
    );
    this.#timer = setInterval(() => this.#look(), intervalMs);
    this.#timer.unref();
  }

  /** How many connections are fine; beyond, new ones are turned away. */
  get room(): number {
    return this.#options.descriptors.limit - this.#reserve;
  }

  /**
   * Whether a connection that has just been accepted may stay.
   * @param makeRoom may close another one for it; returns whether it did
   */
  admits(makeRoom: () => boolean): boolean {
    if (this.#options.descriptors.open() <= this.room) return true;
    this.#complain();
    if (makeRoom()) return true;
    this.#turnedAway.add();
    return false;
  }

  /** Closes and opens this listener with the others. @returns a function that ends that */
  watch(listener: Closable): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  /** Half of the reserve is used: close. Less than all of it is wanted: open. */
  #look(): void {
    const open = this.#options.descriptors.open();
    if (this.#accepting && open > this.room + this.#reserve / 2) {
      this.#accepting = false;
      this.#complain();
      for (const listener of this.#listeners) listener.setAccepting(false);
    } else if (!this.#accepting && open <= this.room) this.#reopen();
  }

  #reopen(): void {
    try {
      for (const listener of this.#listeners) listener.setAccepting(true);
      this.#accepting = true;
      this.#options.logger.log("info", "net.descriptors_back", { open: this.#options.descriptors.open() });
    } catch (error) {
      // The next look tries again.
      this.#options.logger.log("error", "net.listen_failed", { error });
    }
  }

  #complain(): void {
    const { clock, logger, descriptors } = this.#options;
    const now = clock.monotonic();
    if (now - this.#complainedAt < COMPLAIN_EVERY_MS) return;
    this.#complainedAt = now;
    logger.log("warn", "net.descriptors_short", {
      open: descriptors.open(),
      limit: descriptors.limit,
      meaning: "new connections are turned away; raise the limit of open files (ulimit -n, LimitNOFILE)",
    });
  }
}
