/**
 * @module faults/fault
 * What a fault is: something that goes wrong for a while and is then mended. The next one may begin before that.
 */
import type { Cast } from "./cast.ts";
import type { Obstacle } from "./obstacles.ts";
import type { Random } from "./random.ts";
import type { Stage } from "./stage.ts";
import { sleep } from "./stage.ts";
import type { World } from "./world.ts";

export interface Struck {
  /** What it struck, for the log. */
  readonly target: string;
  /** In whose way it stands until it is mended. */
  readonly obstacle: Obstacle;
  readonly mend: () => Promise<void> | void;
}

export interface Fault {
  readonly kind: string;
  /** How long it lasts, milliseconds, from and to; 0.2 to 6 seconds unless given. */
  readonly lastsMs?: readonly [number, number];
  /** False where this machine lacks what it takes. */
  readonly possible?: boolean;
  /** Makes it happen; may take a while itself. */
  readonly strike: (stage: Stage, cast: Cast, random: Random) => Struck | Promise<Struck>;
}

export const USUAL_MS: readonly [number, number] = [200, 6_000];
/** Longer than a lease lives, with time to notice. */
export const PAST_LEASE_MS: readonly [number, number] = [4_500, 8_000];

interface Server {
  readonly name: string;
  readonly running: boolean;
  kill(): Promise<void>;
  start(): Promise<void>;
}

/** Kills a server; `revive` has it run again. */
export function bringDown(world: World, server: Server): void {
  world.down.add(server);
  void server.kill();
}

const REVIVE_TRIES = 20;

/** Has a server run again, whatever else befalls it meanwhile. */
export async function revive(world: World, server: Server): Promise<void> {
  for (let tries = 1; !server.running; tries++) {
    try {
      await server.start();
    } catch (error) {
      if (tries >= REVIVE_TRIES) throw error;
      await sleep(300);
    }
  }
  world.down.delete(server);
}
