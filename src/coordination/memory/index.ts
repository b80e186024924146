/**
 * @module coordination/memory
 * Coordination for one process: nothing to connect to, and nothing to lose but the way back of devices that are away,
 * which a file keeps.
 */
import { type Clock, systemClock } from "../../lib/clock.ts";
import { type Logger, silentLogger } from "../../lib/log.ts";
import type { Coordination } from "../coordination.ts";
import { type Lifetimes, lifetimes } from "../devices.ts";
import { MemoryCodes } from "./codes.ts";
import { DeviceFile } from "./device-file.ts";
import { MemoryDevices } from "./devices.ts";
import { MemoryInterest } from "./interest.ts";
import { MemoryLimits } from "./limits.ts";
import { MemoryNodes } from "./nodes.ts";
import { MemoryPlacement } from "./placement.ts";

export interface MemoryOptions {
  /** Where devices that may come back are kept, a file; "" for nowhere. */
  readonly path: string;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Shorter lives, for tests. */
  readonly life: Lifetimes;
}

/** @throws AppError UNAVAILABLE when the file cannot be used */
export function openMemory({
  path = "",
  clock = systemClock,
  logger = silentLogger,
  life = lifetimes,
}: Partial<MemoryOptions> = {}): Coordination {
  const file = path === "" ? undefined : new DeviceFile(path);
  const devices = new MemoryDevices({ clock, life, file, logger });
  const nodes = new MemoryNodes(clock, devices);
  return {
    engine: "memory",
    shared: false,
    codes: new MemoryCodes(clock),
    placement: new MemoryPlacement(clock, nodes),
    nodes,
    routes: devices,
    interest: new MemoryInterest(clock, life),
    devices,
    limits: new MemoryLimits(clock),
    onRecovered: () => () => {},
    ping: async () => {},
    close: async () => devices.close(),
  };
}
