/**
 * @module faults/kinds/links
 * The links between nodes: one node cannot be reached by the others, or late. No client and no server is touched, so
 * nothing excuses a text that is not shown.
 */
import type { Cast } from "../cast.ts";
import type { Fault, Struck } from "../fault.ts";
import { OUT_OF_SIGHT } from "../obstacles.ts";
import type { Place } from "../place.ts";
import type { Random } from "../random.ts";
import { sleep } from "../stage.ts";

const linkFault = (
  kind: string,
  lastsMs: readonly [number, number],
  strike: (place: Place, random: Random) => void,
  mend: (place: Place) => void,
): Fault => ({
  kind,
  lastsMs,
  strike: async ({ world }, cast: Cast, random): Promise<Struck> => {
    const place = random.pick(world.places);
    const whole = cast.watch.linkBroken();
    strike(place, random);
    // While it is broken something is said that must cross it, and nothing after that.
    await sleep(300);
    void cast.whisper((writer) => writer.place !== place);
    return {
      target: `to ${place.name}`,
      obstacle: OUT_OF_SIGHT,
      mend: () => {
        mend(place);
        whole();
      },
    };
  },
});

export const LINK_REFUSES = linkFault(
  "link refuses",
  [2_000, 6_000],
  ({ link }) => link.refuse(),
  ({ link }) => link.accept(),
);

export const LINKS: readonly Fault[] = [
  LINK_REFUSES,
  linkFault(
    "link drops",
    [2_000, 12_000],
    ({ link }) => link.hold(),
    ({ link }) => link.release(),
  ),
  linkFault(
    "link is slow",
    [1_000, 6_000],
    ({ link }, random) => {
      link.delayMs = random.int(100, 1_000);
    },
    ({ link }) => {
      link.delayMs = 0;
    },
  ),
];
