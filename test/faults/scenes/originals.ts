/**
 * @module faults/scenes/originals
 * Somebody who uses the original's client, beside a device of ours for the same account, and a friend: one text each way
 * now and then.
 */
import { OriginalDevice } from "../original.ts";
import type { Scene } from "./scene.ts";

export const ORIGINALS: Scene = {
  name: "originals",
  everyMs: [300, 3_000],
  prepare: async (stage, cast) => {
    const [user, other] = await cast.makeUsers(2, "original");
    if (user === undefined || other === undefined) throw new Error("no users");
    const modern = cast.add("ob", user, { transport: "ws" });
    const friend = cast.add("p", other);
    await Promise.all([modern.client.connect(), friend.client.connect()]);
    await cast.befriend(modern, friend);
    const original = new OriginalDevice("oa", user, stage);
    cast.join(original);
    return async () => {
      friend.say(user.uuid);
      await original.say(other.uuid);
    };
  },
};
