/**
 * @module faults/scenes/absences
 * Somebody closes the app, is away for long enough that all friends must have noticed, and comes back.
 */
import type { Scene } from "./scene.ts";

export const ABSENCES: Scene = {
  name: "absences",
  everyMs: [10_000, 30_000],
  prepare: async (_stage, cast) => {
    const [user] = await cast.makeUsers(1, "absent");
    if (user === undefined) throw new Error("no user");
    const device = cast.add("a", user);
    await device.client.connect();
    for (const friend of cast.readers.filter(({ name }) => name.endsWith("a")))
      await cast.befriend(device, friend);
    return async () => {
      if (device.off) await device.reopen();
      else device.close();
    };
  },
};
