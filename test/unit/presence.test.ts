/** @module Who is told that somebody is there, and that it is told in the end. */
import { describe, expect, test } from "bun:test";
import { unavailable } from "../../src/domain/error.ts";
import { type UserId, userId } from "../../src/domain/ids.ts";
import { silentLogger } from "../../src/lib/log.ts";
import type { UserEvent } from "../../src/services/delivery/events.ts";
import { Presence } from "../../src/services/people/presence.ts";
import { usersOf } from "../support/audience.ts";
import { HeldClock } from "../support/clock.ts";
import { until } from "../support/until.ts";

const [ADA, BOB, EVE] = [userId(1), userId(2), userId(3)] as const;

function presenceOver(options: { blocked?: boolean; reachable?: () => UserId[] } = {}) {
  const events: UserEvent[] = [];
  const here: UserEvent[] = [];
  const told = new Map<UserId, boolean>();
  const state = { away: false, online: new Set<UserId>([BOB]), order: 0, asked: 0 };
  const presence = new Presence({
    friends: {
      reachable: async () => options.reachable?.() ?? [BOB, EVE],
      isBlocked: async () => options.blocked ?? false,
    },
    routes: {
      presence: async (user) => {
        state.asked++;
        if (state.away) throw unavailable("Redis");
        return { online: state.online.has(user), order: ++state.order };
      },
      of: async (users) => new Map(users.filter((user) => state.online.has(user)).map((user) => [user, []])),
    },
    local: {
      has: (user) => user === BOB,
      deliver: (delivered) => here.push(...delivered),
      takenForOffline: (some) => {
        for (const friend of some) if (!told.has(friend)) told.set(friend, false);
      },
      *told() {
        for (const [friend, online] of told) yield { friend, online, order: 0 };
      },
    },
    courier: {
      post: (posted) => events.push(...posted),
      online: async (users) => new Set(users.filter((user) => state.online.has(user))),
    },
    clock: new HeldClock(7),
    logger: silentLogger,
  });
  return { presence, events, here, told, state };
}

const seen = (events: readonly UserEvent[]) =>
  events.flatMap((event) =>
    event.type === "presence"
      ? usersOf(event).map((user) => [user, event.friend, event.online, event.order])
      : [],
  );

describe("presence", () => {
  test("every friend is told the same, with the order of the answer", async () => {
    const { presence, events } = presenceOver();
    await presence.announce(ADA);
    expect(seen(events)).toEqual([
      [BOB, ADA, false, 1],
      [EVE, ADA, false, 1],
    ]);
  });

  test("while coordination is away nobody is told, and all are when it is back, as it is then", async () => {
    const { presence, events, state } = presenceOver();
    state.away = true;
    await presence.announce(ADA);
    await presence.introduce(ADA, BOB);
    expect(events).toEqual([]);
    state.online.add(ADA);
    state.away = false;
    await until(() => events.length === 3, { timeoutMs: 5_000 });
    expect(seen(events).map((one) => one.slice(0, 3))).toEqual([
      [BOB, ADA, true],
      [EVE, ADA, true],
      [ADA, BOB, true],
      [BOB, ADA, true],
    ]);
  });

  test("with a block between them each is offline to the other", async () => {
    const { presence, events } = presenceOver({ blocked: true });
    await presence.introduce(ADA, BOB);
    expect(seen(events).map((one) => one.slice(0, 3))).toEqual([
      [ADA, BOB, false],
      [BOB, ADA, false],
    ]);
  });

  test("a block that is set while friends are asked for is not passed over", async () => {
    const answers = [[BOB, EVE], [EVE]];
    const { presence } = presenceOver({ reachable: () => answers.shift() ?? [] });
    expect(seen(await presence.friendsOf(ADA))).toEqual([]);
    expect(answers).toEqual([]);
  });

  test("friends who are there come with an order of their own", async () => {
    const { presence, state } = presenceOver();
    expect(seen(await presence.friendsOf(ADA))).toEqual([[ADA, BOB, true, 1]]);
    state.away = true;
    await expect(presence.friendsOf(ADA)).rejects.toMatchObject({ codeName: "UNAVAILABLE" });
  });

  test("what was told otherwise than it is, is told anew to those who are here; all else to nobody", async () => {
    const { presence, events, here, told } = presenceOver();
    told.set(BOB, true).set(EVE, false).set(ADA, true);
    await presence.refresh();
    expect(seen(here)).toEqual([[BOB, ADA, false, 1]]);
    expect(events).toEqual([]);
  });

  test("who was not there at a login, and came without a word, is told of", async () => {
    const { presence, here, state } = presenceOver();
    expect(await presence.friendsOf(ADA)).toHaveLength(1);
    state.online.add(EVE);
    await presence.refresh();
    expect(seen(here).some((one) => one[0] === BOB && one[1] === EVE && one[2] === true)).toBe(true);
  });
});
