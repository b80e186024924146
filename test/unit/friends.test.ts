/**
 * @module unit/friends
 * What names people may give themselves and each other, whatever surface they come over.
 */
import { expect, test } from "bun:test";
import { sessionId } from "../../src/domain/ids.ts";
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
