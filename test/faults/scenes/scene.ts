/**
 * @module faults/scenes/scene
 * A scene is something that people do beside talking, over and over while the faults go on: it knows what must follow,
 * and complains when it does not. A step that fails because of a fault ends the round, no more.
 */
import type { Cast } from "../cast.ts";
import type { Random } from "../random.ts";
import type { Stage } from "../stage.ts";
import { sleep } from "../stage.ts";

export interface Scene {
  readonly name: string;
  /** Between two rounds, milliseconds, from and to. */
  readonly everyMs: readonly [number, number];
  /** A longer run has longer pauses, since what the scene uses up is limited. */
  readonly paced?: boolean;
  /** Makes who plays in it. @returns one round */
  readonly prepare: (stage: Stage, cast: Cast, random: Random) => Promise<() => Promise<void>>;
}

/** Plays scenes until stopped. A round that is under way is played to its end. */
export async function play(
  scenes: readonly Scene[],
  stage: Stage,
  cast: Cast,
  random: Random,
  slower: number,
): Promise<{ rounds: Map<string, number>; stop: () => Promise<void> }> {
  const rounds = new Map<string, number>();
  let on = true;
  const prepared: { scene: Scene; round: () => Promise<void> }[] = [];
  for (const scene of scenes) prepared.push({ scene, round: await scene.prepare(stage, cast, random) });
  const playing = prepared.map(async ({ scene, round }) => {
    while (on) {
      try {
        await round();
        rounds.set(scene.name, (rounds.get(scene.name) ?? 0) + 1);
      } catch (error) {
        if (!isOfFault(error)) throw error;
      }
      const pause = random.int(...scene.everyMs) * (scene.paced === true ? slower : 1);
      for (let waitMs = pause; on && waitMs > 0; waitMs -= 100) await sleep(100);
    }
  });
  return {
    rounds,
    stop: async () => {
      on = false;
      await Promise.all(playing);
    },
  };
}

/** What a request fails with while a server is away; anything else is a mistake of the scene. */
function isOfFault(error: unknown): boolean {
  return error instanceof Error && (error.name === "ChatError" || error.message.startsWith("waited"));
}
