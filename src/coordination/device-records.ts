/**
 * @module coordination/device-records
 * What both adapters do alike with the record of a user's devices (coordination/devices): they differ in how it is
 * read, and how a change of it becomes one step.
 */
import type { Device, EndReason } from "../domain/entities.ts";
import type { SessionId, UserId } from "../domain/ids.ts";
import type { DeviceTable, Ended, Resumption, Which } from "./coordination.ts";
import type { UserDevices } from "./devices.ts";

export abstract class DeviceRecords implements DeviceTable {
  protected abstract read(user: UserId): Promise<UserDevices>;
  /**
   * Changes a record in one step, whoever else changes it. `change` may be called again, with another record.
   * @param forGood whether the change has to be safe when this resolves, where it could be lost with the process
   */
  protected abstract change<T>(
    user: UserId,
    change: (devices: UserDevices) => T,
    forGood?: boolean,
  ): Promise<T>;

  async check(user: UserId, ticket: string): Promise<Resumption | undefined> {
    return (await this.read(user)).check(ticket);
  }

  async received(user: UserId, session: SessionId): Promise<void> {
    await this.change(user, (devices) => devices.received(session));
  }

  async list(user: UserId): Promise<Device[]> {
    return (await this.read(user)).list();
  }

  end(user: UserId, which: Which, reason: EndReason): Promise<Ended> {
    return this.change(user, (devices) => devices.end(which, reason), true);
  }

  async settle(user: UserId, sessions: readonly SessionId[]): Promise<void> {
    await this.change(user, (devices) => devices.settle(sessions));
  }
}
