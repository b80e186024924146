/**
 * @module faults/scenes/blocks
 * One blocks the other and lifts it again: what the other writes after the block was answered is refused, and what it
 * writes after the end of the block is not.
 */
import { describe } from "../ledger.ts";
import type { Scene } from "./scene.ts";

export const BLOCKS: Scene = {
  name: "blocks",
  everyMs: [500, 3_000],
  prepare: async ({ verdict, friends }, cast) => {
    const [first, second] = await cast.makeUsers(2, "blocker");
    if (first === undefined || second === undefined) throw new Error("no users");
    const blocker = cast.add("b0", first);
    const blocked = cast.add("b1", second);
    await Promise.all([blocker.client.connect(), blocked.client.connect()]);
    await cast.befriend(blocker, blocked);
    // Presence between the two is not told while the block lasts.
    friends.remove(blocker.user, blocked.user);
    return async () => {
      await blocker.client.people.block(blocked.user);
      const { settled } = blocked.say(blocker.user);
      const text = await settled;
      if (text.ackedAt !== undefined)
        verdict.add("accepted after a block", `${describe(text)}, written after the block was answered`);
      await blocker.client.people.block(blocked.user, false);
      await blocked.say(blocker.user).settled;
    };
  },
};
