/**
 * @module faults/kinds/disks
 * The database's disk is full for a while: what cannot be stored is not acknowledged, and later it is.
 */
import type { Fault } from "../fault.ts";
import { NO_OBSTACLE } from "../obstacles.ts";

export const DISK_FULL: Fault = {
  kind: "disk full",
  lastsMs: [2_000, 6_000],
  strike: ({ world: { disk } }) => {
    if (disk === undefined)
      return { target: "no disk that could be filled", obstacle: NO_OBSTACLE, mend: () => {} };
    disk.fill();
    return { target: "of the first database", obstacle: NO_OBSTACLE, mend: () => disk.clear() };
  },
};
