/**
 * @module faults/sessions
 * Whether sessions last that nothing disturbs: neither their person, nor a fault that a client may notice.
 */
import type { Watched } from "./device.ts";
import type { Stage } from "./stage.ts";

/** After a fault its consequences may still end a session. Milliseconds. */
const AFTERMATH_MS = 8_000;

interface Seen {
  readonly since: number | undefined;
  readonly departures: number;
  readonly excusedAt: number;
}

export class SessionWatch {
  readonly #stage: Stage;
  readonly #seen = new WeakMap<Watched, Seen>();

  constructor(stage: Stage) {
    this.#stage = stage;
  }

  look(devices: readonly Watched[], at: number): void {
    const { world, verdict } = this.#stage;
    for (const device of devices) {
      const { name, since, departures } = device;
      const before = this.#seen.get(device);
      const excusedAt = world.hinders("sessions", device)
        ? at
        : (before?.excusedAt ?? Number.NEGATIVE_INFINITY);
      const ended = before?.since !== undefined && before.since !== since && before.departures === departures;
      if (ended && at - excusedAt > AFTERMATH_MS)
        verdict.add("a healthy session ended", `${name}: after ${Math.round(at - (before.since ?? at))} ms`);
      this.#seen.set(device, { since, departures, excusedAt });
    }
  }
}
