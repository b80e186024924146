/**
 * @module faults/scenes/friendships
 * Two who never met become friends, and one writes at once: to the other's session the conversation is new. The other's
 * node is far from its database for that while.
 */
import type { Device } from "../device.ts";
import { sleep } from "../stage.ts";
import type { Scene } from "./scene.ts";

const NEWCOMERS = 8;
const FAR_MS = 300;

export const FIRST_TEXTS: Scene = {
  name: "first texts",
  everyMs: [1_000, 8_000],
  prepare: async (_stage, cast, random) => {
    const newcomers = (await cast.makeUsers(NEWCOMERS, "newcomer")).map((user, i) => cast.add(`n${i}`, user));
    await Promise.all(newcomers.map(({ client }) => client.connect()));
    const pairs: (readonly [Device, Device])[] = newcomers.flatMap((a, i) =>
      newcomers.slice(i + 1).map((b) => (random.next() < 0.5 ? ([a, b] as const) : ([b, a] as const))),
    );
    return async () => {
      const pair = pairs.splice(random.int(0, Math.max(0, pairs.length - 1)), 1)[0];
      if (pair === undefined) return;
      const [writer, reader] = pair;
      const far = reader.place?.database;
      if (far !== undefined) far.delayMs = FAR_MS;
      try {
        await cast.befriend(writer, reader);
        await writer.say(reader.user).settled;
        await sleep(FAR_MS * 4);
      } finally {
        if (far !== undefined) far.delayMs = 0;
      }
    };
  },
};
