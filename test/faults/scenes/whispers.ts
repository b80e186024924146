/**
 * @module faults/scenes/whispers
 * One text on some of the quiet lanes, whether anything is wrong or not.
 */
import type { Scene } from "./scene.ts";

export const WHISPERS: Scene = {
  name: "whispers",
  everyMs: [15_000, 30_000],
  prepare: async (_stage, cast) => async () => void (await cast.whisper((_writer, chance) => chance < 0.5)),
};
