/**
 * @module coordination/memory/devices
 * Who is connected and which devices may come back, for one process; the latter also after it, where it has a file.
 */
import type { EndReason, Route } from "../../domain/entities.ts";
import type { SessionId, UserId } from "../../domain/ids.ts";
import type { Clock } from "../../lib/clock.ts";
import type { Logger } from "../../lib/log.ts";
import type { Bound, NewSession, OpenSession, Presence, RouteTable } from "../coordination.ts";
import { DeviceRecords } from "../device-records.ts";
import { type Lifetimes, UserDevices } from "../devices.ts";
import type { DeviceFile } from "./device-file.ts";
import { ExpiringMap } from "./expiring.ts";

export interface MemoryDevicesOptions {
  readonly clock: Clock;
  readonly life: Lifetimes;
  /** Where devices that may come back are kept; undefined for nowhere. */
  readonly file: DeviceFile | undefined;
  readonly logger: Logger;
}

export class MemoryDevices extends DeviceRecords implements RouteTable {
  readonly #options: MemoryDevicesOptions;
  readonly #records: ExpiringMap<UserId, string>;
  /** What to add to the clock that never steps for the date, as it was at the start. Milliseconds. */
  readonly #offset: number;
  /** The last that `presence` gave. */
  #order = 0;

  /** Takes up what the file has. @throws AppError UNAVAILABLE when it cannot be read */
  constructor(options: MemoryDevicesOptions) {
    super();
    const { clock, file } = options;
    this.#options = options;
    this.#records = new ExpiringMap(clock);
    this.#offset = clock.now() - clock.monotonic();
    for (const [user, record] of file?.all() ?? []) {
      const devices = new UserDevices(user, record, this.#micros);
      devices.restarted();
      this.#keep(user, devices, false);
    }
  }

  async bind(session: NewSession, max: number, through?: string): Promise<Bound> {
    return this.#change(session.user, (devices) => devices.bind(session, max, through));
  }

  async rebind(session: OpenSession, max: number): Promise<Bound | EndReason> {
    return this.#change(session.user, (devices) => devices.rebind(session, max));
  }

  async unbind(user: UserId, session: SessionId, epoch: number): Promise<boolean> {
    return this.#change(user, (devices) => devices.unbind(session, epoch)) !== undefined;
  }

  async presence(user: UserId): Promise<Presence> {
    const devices = this.#read(user);
    this.#order = Math.max(this.#order + 1, devices.order);
    return { online: devices.routes().length > 0, order: this.#order };
  }

  async of(users: readonly UserId[]): Promise<Map<UserId, Route[]>> {
    const found = new Map<UserId, Route[]>();
    for (const user of users) {
      const routes = this.#read(user).routes();
      if (routes.length > 0) found.set(user, routes);
    }
    return found;
  }

  /** How many users have a record. */
  get users(): number {
    return this.#records.size;
  }

  /** Removes what is left of sessions whose incarnation is not among those alive. @returns whose they were */
  reap(alive: ReadonlySet<string>): UserId[] {
    const users: UserId[] = [];
    for (const user of this.#records.keys()) {
      const left = this.#change(user, (devices) => {
        const dead = devices.open().filter(({ incarnation }) => !alive.has(incarnation));
        for (const { session, epoch } of dead) devices.unbind(session, epoch);
        return dead;
      });
      if (left.length > 0) users.push(user);
    }
    return users;
  }

  close(): void {
    this.#options.file?.close();
  }

  protected async read(user: UserId): Promise<UserDevices> {
    return this.#read(user);
  }

  protected async change<T>(
    user: UserId,
    change: (devices: UserDevices) => T,
    forGood?: boolean,
  ): Promise<T> {
    return this.#change(user, change, forGood);
  }

  get #micros(): number {
    return Math.floor((this.#options.clock.monotonic() + this.#offset) * 1_000);
  }

  #read(user: UserId): UserDevices {
    return new UserDevices(user, this.#records.get(user) ?? "", this.#micros);
  }

  #change<T>(user: UserId, change: (devices: UserDevices) => T, forGood = false): T {
    const devices = this.#read(user);
    const result = change(devices);
    this.#keep(user, devices, forGood);
    return result;
  }

  #keep(user: UserId, devices: UserDevices, forGood: boolean): void {
    const before = this.#records.get(user);
    const record = devices.toText();
    if (record === before) return;
    this.#records.set(user, record, devices.lifeMs(this.#options.life));
    this.#save(user, devices.hasTickets ? record : undefined, forGood);
  }

  /** What cannot be kept costs somebody the password after the next start; what was not ended would cost more. */
  #save(user: UserId, record: string | undefined, forGood: boolean): void {
    const { file, logger } = this.#options;
    try {
      file?.save(user, record, forGood);
    } catch (error) {
      if (forGood) throw error;
      logger.log("warn", "devices.not_kept", { user, error });
    }
  }
}
