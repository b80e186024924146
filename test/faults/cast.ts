/**
 * @module faults/cast
 * Who is in a run: people who talk all the time, people who say one text and are silent for long, and those whom the
 * scenes need. Everybody is made, connected and befriended before the first fault.
 */
import { makeUsers, type User } from "../support/users.ts";
import type { ChangeWatch } from "./change-watch.ts";
import { Device } from "./device.ts";
import type { GroupWatch } from "./group-watch.ts";
import type { OriginalDevice } from "./original.ts";
import type { Place } from "./place.ts";
import { Random } from "./random.ts";
import { now, type Stage, sleep } from "./stage.ts";
import { Watch } from "./watch.ts";

/** Who of the talkers writes to whom, by number; both ways in some. */
const LANES = [
  [0, 1],
  [1, 0],
  [2, 3],
  [3, 2],
  [4, 5],
  [0, 2],
  [2, 0],
  [5, 1],
] as const;
const TALKERS = 6;
/** Two devices for these talkers. */
const DOUBLE: ReadonlySet<number> = new Set([0, 2]);
const WRITERS = 3;
const READERS = 3;
/** A device does not run farther ahead than this. */
const MAX_WAITING = 200;
/** Between two texts of a quiet lane, beyond the time in which the first must have been shown. Milliseconds. */
const SILENCE_MS = 3_000;
/** A text that is not acknowledged so long is not waited for. Milliseconds. */
const WHISPER_MS = 3_000;

interface QuietLane {
  readonly writer: Device;
  readonly reader: User;
  saidAt: number;
  busy: boolean;
}

export class Cast {
  readonly watch: Watch;
  readonly devices: Device[] = [];
  /** Groups that are watched from now on. */
  readonly groups: GroupWatch[] = [];
  /** Crews whose changes of messages are watched from now on. */
  readonly changes: ChangeWatch[] = [];
  readonly #originals: OriginalDevice[] = [];
  readonly #talkers: Device[] = [];
  readonly #lanes: QuietLane[] = [];
  readonly #random: Random;

  private constructor(
    readonly stage: Stage,
    seed: number,
  ) {
    this.watch = new Watch(stage);
    // Of its own: what clients draw must not change the schedule.
    this.#random = new Random(seed + 1);
  }

  static async assemble(stage: Stage, seed: number): Promise<Cast> {
    const cast = new Cast(stage, seed);
    const talkers = await cast.makeUsers(TALKERS, "talker");
    const first = talkers.map((user, i) => cast.add(`${i}a`, user, { reads: true }));
    const second = [...DOUBLE].map((i) => cast.add(`${i}b`, talkers[i] as User, { transport: "ws" }));
    cast.#talkers.push(...first, ...second);
    const writers = (await cast.makeUsers(WRITERS, "writer")).map((user, i) =>
      cast.add(`w${i}`, user, { transport: i === 0 ? "ws" : "tcp" }),
    );
    const readers = (await cast.makeUsers(READERS, "reader")).map((user, i) => {
      cast.add(`r${i}b`, user, { transport: "ws", reads: true });
      return cast.add(`r${i}a`, user, { reads: true });
    });
    await Promise.all(cast.devices.map(({ client }) => client.connect()));
    const pairs = new Map(
      LANES.map(([a, b]) => [Math.min(a, b) * TALKERS + Math.max(a, b), [a, b] as const]),
    );
    for (const [a, b] of pairs.values()) await cast.befriend(first[a] as Device, first[b] as Device);
    for (const writer of writers)
      for (const reader of readers) {
        await cast.befriend(writer, reader);
        cast.#lanes.push({ writer, reader: reader.account, saidAt: Number.NEGATIVE_INFINITY, busy: false });
      }
    return cast;
  }

  makeUsers(count: number, prefix: string): Promise<User[]> {
    return makeUsers(this.stage.world.cluster, this.stage.api, count, prefix);
  }

  /** One more device, watched from now on; not connected yet. */
  add(name: string, account: User, options: ConstructorParameters<typeof Device>[3] = {}): Device {
    const device = new Device(name, account, this.stage, options);
    this.devices.push(device);
    this.watch.add(device);
    return device;
  }

  /** A device of another kind, watched from now on. */
  join(device: OriginalDevice): void {
    this.#originals.push(device);
    this.watch.add(device);
  }

  /** Makes friends of two accounts with connected devices. @throws what a step failed with */
  async befriend(a: Device, b: Device): Promise<void> {
    await a.client.people.requestFriend(b.user);
    await b.client.people.confirmFriend(a.user);
    this.stage.friends.add(a.user, b.user);
  }

  /** Where the writers of quiet texts are now. */
  placesOfWriters(): Place[] {
    const places = this.#lanes.map(({ writer }) => writer.place);
    const live = places.filter((place) => place !== undefined && !place.zombie) as Place[];
    return live.length > 0 ? live : this.stage.world.places;
  }

  /** A device whose account reads quiet texts, with the others of the account. */
  get readers(): Device[] {
    return this.devices.filter(({ name }) => name.startsWith("r"));
  }

  /**
   * Has one text said on each quiet lane that has been silent for long enough and that is wanted.
   * @param onFirstAck called within the turn in which the first acknowledgement comes
   * @returns whether one was acknowledged before long
   */
  async whisper(
    wanted: (writer: Device, chance: number) => boolean,
    onFirstAck: () => void = () => {},
  ): Promise<boolean> {
    const at = now();
    const silence = this.stage.withinMs + SILENCE_MS;
    const ready = this.#lanes.filter(
      ({ writer, saidAt, busy }) =>
        !busy && writer.since !== undefined && at - saidAt > silence && wanted(writer, this.#random.next()),
    );
    const { promise, resolve } = Promise.withResolvers<boolean>();
    let told = false;
    const said = ready.map(async (lane) => {
      lane.busy = true;
      const { ackedAt } = await lane.writer.say(lane.reader.uuid).settled;
      lane.busy = false;
      lane.saidAt = now();
      if (ackedAt === undefined) return;
      if (!told) onFirstAck();
      told = true;
      resolve(true);
    });
    void Promise.all(said).then(() => resolve(false));
    return Promise.race([promise, sleep(WHISPER_MS).then(() => false)]);
  }

  /** Keeps every lane of the talkers busy at an uneven pace until stopped. */
  talk(slower: number): { stop: () => Promise<void> } {
    let on = true;
    const userOf = (i: number) => (this.#talkers.find(({ name }) => name === `${i}a`) as Device).user;
    const lanes = LANES.flatMap(([from, to]) =>
      this.#talkers
        .filter(({ name }) => name.startsWith(String(from)))
        .map(async (device) => {
          while (on) {
            if (device.waiting < MAX_WAITING) device.say(userOf(to));
            await sleep(slower * this.#random.int(5, 60));
          }
        }),
    );
    return {
      stop: async () => {
        on = false;
        await Promise.all(lanes);
      },
    };
  }

  close(): void {
    this.watch.stop();
    for (const device of [...this.devices, ...this.#originals]) device.close();
    for (const watched of [...this.groups, ...this.changes]) watched.close();
  }
}
