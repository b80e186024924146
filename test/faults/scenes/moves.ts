/**
 * @module faults/scenes/moves
 * Somebody moves from node to node, while the links between nodes are slow: friends are told that they left one and
 * came to the other, and the older word may be the slower.
 */
import { sleep } from "../stage.ts";
import type { Scene } from "./scene.ts";

const SLOW_MS = 400;

export const MOVES: Scene = {
  name: "moves",
  everyMs: [2_000, 6_000],
  prepare: async ({ world }, cast) => {
    const [user] = await cast.makeUsers(1, "mover");
    if (user === undefined) throw new Error("no user");
    const mover = cast.add("m", user, { reads: true });
    await mover.client.connect();
    for (const name of ["r0a", "r1a", "r2a"]) {
      const friend = cast.devices.find((device) => device.name === name);
      if (friend !== undefined) await cast.befriend(mover, friend);
    }
    return async () => {
      const links = world.places.map(({ link }) => link);
      for (const link of links) link.delayMs = SLOW_MS;
      try {
        await mover.reopen();
        await sleep(SLOW_MS * 2);
      } finally {
        for (const link of links) link.delayMs = 0;
      }
    };
  },
};
