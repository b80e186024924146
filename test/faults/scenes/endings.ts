/**
 * @module faults/scenes/endings
 * Sessions that end because their account says so: by revoke, by a reset of the password, by a login too many. Half of
 * the time the link to the node of the session refuses for a while: the answer is 0 only when nothing is served any more.
 */
import { ChatError } from "../../../src/client/index.ts";
import type { User } from "../../support/users.ts";
import type { Cast } from "../cast.ts";
import type { Random } from "../random.ts";
import { type Stage, sleep } from "../stage.ts";
import { Guest } from "./guest.ts";
import type { Scene } from "./scene.ts";

const REFUSES_MS = 3_000;
/** What `max_sessions_per_user` is unless set. */
const MAX_SESSIONS = 5;

/** With the link to the guest's node broken or not. */
async function perhapsCut<T>(cast: Cast, random: Random, guest: Guest, act: () => Promise<T>): Promise<T> {
  const link = random.next() < 0.5 ? guest.place?.link : undefined;
  if (link === undefined) return act();
  const whole = cast.watch.linkBroken();
  link.refuse();
  const mended = sleep(REFUSES_MS).then(() => {
    link.accept();
    whole();
  });
  const result = await act();
  await mended;
  return result;
}

/** @returns whether it was answered with 0; an error that says so is no answer of 0. */
async function answeredWith0(act: () => Promise<void>): Promise<boolean> {
  try {
    await act();
    return true;
  } catch (error) {
    if (error instanceof ChatError) return false;
    throw error;
  }
}

const makeUser = async (make: (count: number, prefix: string) => Promise<User[]>, prefix: string) => {
  const [user] = await make(1, prefix);
  if (user === undefined) throw new Error("no user");
  return user;
};

export const REVOKES: Scene = {
  name: "revokes",
  everyMs: [500, 4_000],
  prepare: async (stage, cast, random) => {
    const user = await makeUser((count, prefix) => cast.makeUsers(count, prefix), "revoker");
    const owner = cast.add("e0", user);
    await owner.client.connect();
    return async () => {
      const guest = await Guest.login(stage, user, "lost-phone");
      try {
        await perhapsCut(cast, random, guest, async () => {
          if (await answeredWith0(() => owner.client.account.revokeSession(guest.session)))
            await mustBeOver(stage, guest, "its revoke was answered with 0");
        });
      } finally {
        guest.close();
      }
    };
  },
};

export const RESETS: Scene = {
  name: "resets",
  everyMs: [2_000, 8_000],
  prepare: async (stage, cast, random) => {
    const user = await makeUser((count, prefix) => cast.makeUsers(count, prefix), "resetter");
    let { password } = user;
    let resets = 0;
    return async () => {
      const { api, world } = stage;
      const guest = await Guest.login(stage, user, "old-laptop", password);
      try {
        await api.getVerification(user.email);
        const cpatcha = await world.cluster.code(user.email);
        const next = `Secret-${++resets}-reset`;
        const { username, email } = user;
        await perhapsCut(cast, random, guest, async () => {
          const done = await answeredWith0(() =>
            api.resetPassword({ username, email, password: next, cpatcha }),
          );
          // Answered otherwise it may have happened all the same.
          if (done || (await answeredWith0(async () => void (await api.login(username, next)))))
            password = next;
          if (done) await mustBeOver(stage, guest, "the reset was answered with 0");
        });
      } finally {
        guest.close();
      }
    };
  },
};

export const EVICTIONS: Scene = {
  name: "evictions",
  everyMs: [2_000, 8_000],
  prepare: async (stage, cast, random) => {
    const user = await makeUser((count, prefix) => cast.makeUsers(count, prefix), "evictor");
    return async () => {
      const guests = [await Guest.login(stage, user, "device-0")];
      try {
        const [oldest] = guests;
        if (oldest === undefined) return;
        for (let i = 1; i < MAX_SESSIONS; i++) guests.push(await Guest.login(stage, user, `device-${i}`));
        await perhapsCut(cast, random, oldest, async () => {
          guests.push(await Guest.login(stage, user, `device-${MAX_SESSIONS}`));
          await sleep(stage.withinMs);
          const { served, forMs } = await oldest.askOn(2_000);
          // With fewer than the most beside it, it was right to stay.
          const beside = guests.filter((guest) => guest !== oldest && guest.closedAt === undefined).length;
          if (served > 0 && beside >= MAX_SESSIONS)
            stage.verdict.add(
              "evicted but served",
              `${oldest.device} at ${oldest.place?.name}: ${served} answers ${stage.withinMs + forMs} ms after ${MAX_SESSIONS} newer ones had logged in`,
            );
        });
      } finally {
        for (const guest of guests) guest.close();
      }
    };
  },
};

async function mustBeOver({ verdict, withinMs }: Stage, guest: Guest, after: string): Promise<void> {
  const { served, forMs } = await guest.askOn(withinMs);
  if (served > 0)
    verdict.add(
      "served after its end",
      `${guest.device} at ${guest.place?.name}: ${served} answers within ${forMs} ms after ${after}`,
    );
}
