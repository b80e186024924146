/**
 * @module contract/login-time
 * A login that is refused takes the same time whether the user exists: by statistics, over the whole HTTP call, with
 * passwords as expensive as in production. And the measure would see it if it did not.
 */
import { beforeAll, expect, test } from "bun:test";
import { PasswordHasher } from "../../src/services/accounts/passwords.ts";
import { type Gateway, openGateway } from "../support/gateway.ts";
import { post } from "../support/http.ts";
import { compareTimes, tellsApart } from "../support/timing.ts";

const PAIRS = 24;
let gateway: Gateway;
let hasher: PasswordHasher;

beforeAll(async () => {
  hasher = await PasswordHasher.create();
  gateway = await openGateway({ passwords: hasher });
  await gateway.register("Ada", "ada@example.com");
});

/** A login that is refused. */
const refused = (username: string) => async () => {
  const { body } = await post(gateway.app, "/trylogin_server", { username, password: "Wrong-1-password" });
  expect(body).toEqual({ error: 13 });
};

test.each([
  ["a user who does not exist", "Eve"],
  ["a name that no user can have", `${"x".repeat(200)}\u0000`],
])(
  "%s takes as long as a wrong password",
  async (_, username) => {
    await refused("Ada")();
    const comparison = await compareTimes(PAIRS, refused("Ada"), refused(username));
    expect([comparison, tellsApart(comparison)]).toEqual([comparison, false]);
  },
  60_000,
);

test("what took less would be seen: no password checked, or one by half of the cost", async () => {
  const [real, half] = await Promise.all([
    hasher.hash("Right-1-password"),
    PasswordHasher.create({ timeCost: 1 }).then((cheaper) => cheaper.hash("Right-1-password")),
  ]);
  const check = (hash: string) => () => hasher.verify("Wrong-1-password", hash);
  expect(tellsApart(await compareTimes(PAIRS, check(real), async () => false))).toBe(true);
  expect(tellsApart(await compareTimes(PAIRS, check(real), check(half)))).toBe(true);
}, 60_000);
