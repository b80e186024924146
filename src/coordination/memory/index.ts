/**
 * @module coordination/memory
 * Coordination for one process: nothing to connect to, nothing to lose.
 */
import { type Clock, systemClock } from "../../lib/clock.ts";
import type { Coordination } from "../coordination.ts";
import { MemoryCodes } from "./codes.ts";
import { MemoryLimits } from "./limits.ts";
import { MemoryNodes } from "./nodes.ts";
import { MemoryPlacement } from "./placement.ts";
import { MemoryRoutes } from "./routes.ts";
import { MemoryTickets } from "./tickets.ts";

export function openMemory(clock: Clock = systemClock): Coordination {
  const routes = new MemoryRoutes();
  const nodes = new MemoryNodes(clock, routes);
  return {
    engine: "memory",
    shared: false,
    codes: new MemoryCodes(clock),
    placement: new MemoryPlacement(clock, nodes),
    tickets: new MemoryTickets(clock),
    nodes,
    routes,
    limits: new MemoryLimits(clock),
    onRecovered: () => () => {},
    ping: async () => {},
    close: async () => {},
  };
}
