/**
 * @module faults/group-watch
 * A group while the faults go on: whoever is in it, connected and not hindered is shown its texts in time; and the verdict
 * on all of it when everything is quiet.
 */
import type { Message } from "../../src/domain/entities.ts";
import type { GroupDevice, GroupText } from "./group-device.ts";
import { GroupLog } from "./group-log.ts";
import { now, type Stage } from "./stage.ts";

const LOOK_EVERY_MS = 200;

export class GroupWatch {
  readonly #stage: Stage;
  readonly #timer: ReturnType<typeof setInterval>;
  readonly #freeSince = new Map<GroupDevice, number>();
  readonly #complained = new Set<string>();

  constructor(
    stage: Stage,
    readonly conversation: string,
    /** Who made it, and stays. */
    readonly owner: GroupDevice,
    readonly devices: readonly GroupDevice[],
  ) {
    this.#stage = stage;
    this.#timer = setInterval(() => this.look(), LOOK_EVERY_MS);
  }

  get texts(): GroupText[] {
    return this.devices.flatMap(({ said }) => said);
  }

  /** Whether somebody who is in the group and connected lacks a text. */
  get missing(): boolean {
    return this.devices.some((device) => this.texts.some((text) => this.#isDue(device, text)));
  }

  look(): void {
    const at = now();
    const { world, withinMs, verdict } = this.#stage;
    for (const device of this.devices) {
      if (device.since === undefined || world.hinders("texts", device)) this.#freeSince.delete(device);
      else if (!this.#freeSince.has(device)) this.#freeSince.set(device, Math.max(device.since, at));
      const freeSince = this.#freeSince.get(device);
      if (freeSince === undefined) continue;
      for (const text of this.texts) {
        const key = `${device.name} ${text.content}`;
        if (!this.#isDue(device, text) || this.#complained.has(key)) continue;
        if (at - Math.max(freeSince, text.ackedAt ?? at, device.inSince ?? at) <= withinMs) continue;
        this.#complained.add(key);
        verdict.add(
          "not shown in time",
          `${device.name} at ${device.place?.name}: group #${text.seq} "${text.content}"`,
        );
      }
    }
  }

  /** The verdict, from the whole log. */
  conclude(log: readonly Message[]): void {
    const found = new GroupLog(this.#stage.verdict);
    for (const message of log) found.message(message);
    for (const device of this.devices) found.check(device);
    for (const { content, seq, refused } of this.texts) found.checkSent(content, seq, refused);
  }

  close(): void {
    clearInterval(this.#timer);
    for (const { client } of this.devices) client.close();
  }

  #isDue(device: GroupDevice, { saidAt, ackedAt, content }: GroupText): boolean {
    const { inSince, since } = device;
    if (inSince === undefined || since === undefined || ackedAt === undefined) return false;
    return saidAt > inSince && ackedAt < now() && !device.has(content);
  }
}
