/**
 * @module faults/kinds/clocks
 * A node whose wall clock is set, forward or back, and set right again later.
 */
import type { Fault } from "../fault.ts";
import { OUT_OF_SIGHT } from "../obstacles.ts";
import { CLOCKS_CAN_STEP } from "../place.ts";

const STEPS_S = [-3_600, -120, -5, 5, 120, 3_600];

export const CLOCK_STEP: Fault = {
  kind: "clock step",
  lastsMs: [2_000, 6_000],
  possible: CLOCKS_CAN_STEP,
  strike: ({ world }, _cast, random) => {
    const place = random.pick(world.places);
    const step = random.pick(STEPS_S);
    world.clocksStepped = true;
    place.setClock(step);
    return {
      target: `${place.name}, ${step > 0 ? "+" : ""}${step} s`,
      obstacle: OUT_OF_SIGHT,
      mend: () => place.setClock(0),
    };
  },
};
