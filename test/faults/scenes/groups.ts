/**
 * @module faults/scenes/groups
 * A group whose owner lets people in and out while they talk, often at the very moment in which they say something.
 */
import { ChatError } from "../../../src/client/index.ts";
import { GroupDevice } from "../group-device.ts";
import { GroupWatch } from "../group-watch.ts";
import { now } from "../stage.ts";
import type { Scene } from "./scene.ts";

const PEOPLE = 5;

export const GROUPS: Scene = {
  name: "groups",
  everyMs: [50, 400],
  prepare: async (stage, cast, random) => {
    const users = await cast.makeUsers(PEOPLE, "group");
    const devices = users.flatMap((user, i) =>
      // The second of them has two devices.
      (i === 1 ? (["a", "b"] as const) : (["a"] as const)).map(
        (letter) => new GroupDevice(`g${i}${letter}`, user, stage, letter === "a" ? "tcp" : "ws"),
      ),
    );
    const [owner] = devices;
    if (owner === undefined) throw new Error("nobody to make a group");
    await Promise.all(devices.map(({ client }) => client.connect()));
    for (const { account, client } of new Map(devices.map((one) => [one.user, one])).values()) {
      if (account === owner.account) continue;
      await owner.client.people.requestFriend(account.uuid);
      await client.people.confirmFriend(owner.user);
    }
    const { conversation } = await owner.client.groups.create({
      name: "group",
      members: users.slice(1).map(({ uuid }) => uuid),
    });
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
