/**
 * @module coordination/memory
 * Coordination for one process: nothing to connect to, nothing to lose.
 */
import { type Clock, systemClock } from "../../lib/clock.ts";
import type { Coordination } from "../coordination.ts";
import { type Lifetimes, lifetimes } from "../devices.ts";
import { MemoryCodes } from "./codes.ts";
import { MemoryDevices } from "./devices.ts";
import { MemoryLimits } from "./limits.ts";
import { MemoryNodes } from "./nodes.ts";
import { MemoryPlacement } from "./placement.ts";

/** @param life shorter lives, for tests. */
export function openMemory(clock: Clock = systemClock, life: Lifetimes = lifetimes): Coordination {
  const devices = new MemoryDevices(clock, life);
  const nodes = new MemoryNodes(clock, devices);
  return {
    engine: "memory",
    shared: false,
    codes: new MemoryCodes(clock),
    placement: new MemoryPlacement(clock, nodes),
    nodes,
    routes: devices,
    devices,
    limits: new MemoryLimits(clock),
    onRecovered: () => () => {},
    ping: async () => {},
    close: async () => {},
  };
}
