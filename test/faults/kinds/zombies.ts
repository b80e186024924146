/**
 * @module faults/kinds/zombies
 * A node that is paused past its lease, whose name another process takes, and that wakes: whoever is connected to it
 * must not be left there.
 */
import type { Fault } from "../fault.ts";
import { obstacleAt } from "../obstacles.ts";
import { sleep } from "../stage.ts";
import { LEASE_S } from "../world.ts";

/** It has no right to its name from then on. */
const LAPSED_MS = LEASE_S * 1_000 + 1_500;
/** What is said before the first moment in which a woken process can know is nobody's fault. */
const AWAKE_MS = 500;

export const ZOMBIE: Fault = {
  kind: "zombie",
  lastsMs: [LAPSED_MS, LAPSED_MS],
  strike: ({ world, withinMs }, cast, random) => {
    const place = random.pick(world.places);
    place.process.signal("SIGSTOP");
    const mend = async () => {
      const successor = world.makePlace(place.name);
      await successor.process.start();
      world.places.splice(world.places.indexOf(place), 1, successor);
      world.zombies.push(place);
      place.zombie = true;
      place.process.signal("SIGCONT");
      void buryLater();
    };
    const buryLater = async () => {
      await sleep(AWAKE_MS);
      void cast.whisper(() => true);
      await sleep(withinMs * 1.5);
      await place.process.kill();
      place.close();
      world.zombies.splice(world.zombies.indexOf(place), 1);
    };
    return { target: place.name, obstacle: obstacleAt(place), mend };
  },
};
