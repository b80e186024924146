/**
 * @module unit/friends
 * What names people may give themselves and each other, whatever surface they come over.
 */
import { expect, test } from "bun:test";
import { sessionId, type UserId } from "../../src/domain/ids.ts";
import { only, type UserEvent } from "../../src/services/delivery/events.ts";
import { Friends } from "../../src/services/people/friends.ts";
import { failureOf } from "../support/failure.ts";
import { openGateway } from "../support/gateway.ts";

const PHONE = sessionId("phone");

test("a name that shows nothing, or turns what stands beside it, is refused where it is given", async () => {
  const { store, register } = await openGateway();
  const friends = new Friends(store);
  const [ada, bob] = [await register("Ada", "ada@example.com"), await register("Bob", "bob@example.com")];
  for (const name of ["\u3164", "  ", "\u202eevil", "evil\u2069"]) {
    const refused = [
      [friends.updateProfile(ada, { nickname: name }, PHONE), "nickname"],
      [friends.request(ada, bob, name, ""), "nickname"],
      [friends.confirm(ada, bob, name), "alternative_name"],
    ] as const;
    for (const [call, field] of refused) expect(await failureOf(call)).toMatchObject({ code: 67, field });
  }
  await friends.updateProfile(ada, { nickname: "" }, PHONE);
  await friends.request(ada, bob, "\u202bعدا\u202c", "");
  await friends.confirm(ada, bob, "");
});

test("what was done already is told once more: who asks again does not know what became of the first time", async () => {
  const { store, register } = await openGateway();
  const friends = new Friends(store);
  const [ada, bob] = [await register("Ada", "ada@example.com"), await register("Bob", "bob@example.com")];
  const told = async (call: Promise<readonly UserEvent[]>) =>
    (await call).map(({ type, audience, ...event }) => ({
      type,
      audience,
      again: "again" in event && event.again === true,
    }));
  const event = (type: UserEvent["type"], to: UserId, again = false) => ({ type, audience: only(to), again });

  await friends.request(ada, bob, "", "");
  expect(await told(friends.request(ada, bob, "", ""))).toEqual([event("friend_request", bob, true)]);
  for (const again of [false, true])
    expect(await told(friends.confirm(ada, bob, ""))).toEqual([
      event("friend_added", bob, again),
      event("friend_added", ada, again),
    ]);

  await friends.setBlocked(ada, bob, true, PHONE);
  const { events, between } = await friends.setBlocked(ada, bob, true, PHONE);
  expect(between).toBe(true);
  expect(events).toMatchObject([{ type: "block_changed", audience: only(ada), other: bob, blocked: true }]);

  await friends.remove(ada, bob);
  expect(await told(friends.remove(ada, bob))).toEqual([
    event("friend_removed", bob),
    event("friend_removed", ada),
  ]);
  const eve = await register("Eve", "eve@example.com");
  expect(await failureOf(friends.remove(ada, eve))).toMatchObject({ codeName: "NOT_FRIENDS" });
});
