/**
 * @module faults/scenes/friendships
 * Two who never met become friends, and one writes at once: to the sessions of the other the conversation is new. One of
 * them is far from its database for that while, so the other is quicker to show the text and to say so.
 */
import type { Device } from "../device.ts";
import { sleep } from "../stage.ts";
import type { Scene } from "./scene.ts";

const NEWCOMERS = 8;
const FAR_MS = 300;
/**
 * For so long at most, however long the text takes while other things fail: a database that is far for longer hinders
 * whoever is there, and is a fault of its own. Milliseconds.
 */
const FAR_FOR_MS = 2_000;

/** The two devices of an account. */
type Newcomer = readonly [Device, Device];

export const FIRST_TEXTS: Scene = {
  name: "first texts",
  everyMs: [1_000, 6_000],
  paced: true,
  prepare: async (_stage, cast, random) => {
    const newcomers = (await cast.makeUsers(NEWCOMERS, "newcomer")).map(
      (user, i): Newcomer => [cast.add(`n${i}a`, user), cast.add(`n${i}b`, user, { transport: "ws" })],
    );
    await Promise.all(newcomers.flat().map(({ client }) => client.connect()));
    const pairs = newcomers.flatMap((a, i) =>
      newcomers.slice(i + 1).map((b) => (random.next() < 0.5 ? ([a, b] as const) : ([b, a] as const))),
    );
    return async () => {
      const pair = pairs.splice(random.int(0, Math.max(0, pairs.length - 1)), 1)[0];
      if (pair === undefined) return;
      const [[writer], readers] = pair;
      const far = random.pick(readers).place?.database;
      await cast.befriend(writer, readers[0]);
      if (far !== undefined) far.delayMs = FAR_MS;
      try {
        await Promise.race([
          writer.say(readers[0].user).settled.then(() => sleep(FAR_MS * 4)),
          sleep(FAR_FOR_MS),
        ]);
      } finally {
        if (far !== undefined) far.delayMs = 0;
      }
    };
  },
};
