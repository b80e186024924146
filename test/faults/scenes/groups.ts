/**
 * @module faults/scenes/groups
 * A group whose owner lets people in and out while they talk, often at the very moment in which they say something.
 */
import { ChatError } from "../../../src/client/index.ts";
import { assembleCrew } from "../crew.ts";
import { GroupDevice } from "../group-device.ts";
import { GroupWatch } from "../group-watch.ts";
import { now } from "../stage.ts";
import type { Scene } from "./scene.ts";

const PEOPLE = 5;

export const GROUPS: Scene = {
  name: "groups",
  everyMs: [50, 400],
  prepare: async (stage, cast, random) => {
    const { conversation, owner, devices } = await assembleCrew(
      cast,
      { size: PEOPLE, prefix: "group" },
      (...who) => new GroupDevice(...who, stage),
    );
    const madeAt = now();
    for (const device of devices) device.inSince = madeAt;
    cast.groups.push(new GroupWatch(stage, conversation, owner, devices));

    /** Lets somebody in or out, once it is known what came of it. */
    const change = async (user: string, isIn: boolean) => {
      const theirs = devices.filter((device) => device.user === user);
      for (const device of theirs) device.inSince = undefined;
      try {
        await owner.client.groups.change({ conversation }, isIn ? { add: [user] } : { remove: [user] });
        if (isIn) for (const device of theirs) device.inSince = now();
      } catch (error) {
        if (!(error instanceof ChatError)) throw error;
      }
    };
    return async () => {
      const one = random.pick(devices);
      const roll = random.next();
      if (roll < 0.7 || one === owner) await one.say(conversation);
      else await Promise.all([one.say(conversation), change(one.user, roll < 0.88)]);
    };
  },
};
