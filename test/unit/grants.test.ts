/**
 * @module unit/grants
 * Rights that are granted while they are taken away: a login, or a return with a ticket, and a reset, a revoke, a
 * log-out or an eviction at the same time, in every order of their steps. Whatever the order, nothing is left
 * afterwards by which the old right can be used.
 */
import { describe, expect, test } from "bun:test";
import { openMemory } from "../../src/coordination/memory/index.ts";
import type { Account, Profile } from "../../src/domain/entities.ts";
import { grantOf, readGrant, tokenOf, writeGrant } from "../../src/domain/grants.ts";
import { nodeName, sessionId, type UserId, userId } from "../../src/domain/ids.ts";
import { silentLogger } from "../../src/lib/log.ts";
import { AccountService } from "../../src/services/accounts/accounts.ts";
import { PasswordHasher } from "../../src/services/accounts/passwords.ts";
import { PlacementService } from "../../src/services/cluster/placement.ts";
import type { UserEvent } from "../../src/services/delivery/events.ts";
import { Endings } from "../../src/services/sessions/endings.ts";
import { Sessions } from "../../src/services/sessions/sessions.ts";
import type { AccountStore, ProfileStore } from "../../src/store/store.ts";
import { HeldClock } from "../support/clock.ts";
import { NODE, PASSWORD } from "../support/gateway.ts";
import { orders, Turns } from "../support/orders.ts";

const NEW_PASSWORD = "Another2Horse";
const LONG = 60_000;
const passwords = PasswordHasher.create({ memoryCostKiB: 8, timeCost: 1 });
/** The accounts table, as far as one account needs it: hundreds of cases are not to wait for a disk. */
function accountsOf(account: Account): AccountStore {
  let now = account;
  const raised = (change: Partial<Account>) => {
    now = { ...now, ...change, version: now.version + 1 };
    return now.version;
  };
  return {
    findByUsername: async (name) => (name === now.username ? now : undefined),
    setPassword: async (_id, passwordHash) => raised({ passwordHash }),
    versions: async (ids) => new Map(ids.map((id) => [id, now.version])),
  } as Partial<AccountStore> as AccountStore;
}

/** An account, and two hands on it: `g` grants, `e` ends; each takes its steps when it is their turn. */
async function world(turns: Turns, max = 5) {
  const clock = new HeldClock();
  const coordination = openMemory({ clock });
  await coordination.nodes.register(NODE, LONG);
  const hasher = await passwords;
  const user = userId(7);
  const name = { username: "ada", email: "ada@example.com" };
  const table = accountsOf({ id: user, ...name, passwordHash: await hasher.hash(PASSWORD), version: 0 });
  const profile: Profile = { id: user, ...name, nickname: "", avatar: "", description: "", sex: 0 };
  /** Sessions that were told that they are over. */
  const told = new Set<string>();
  const tell = (events: readonly UserEvent[]) => {
    for (const event of events) if (event.type === "end_session") told.add(String(event.session));
  };
  const handOf = (who: string) => {
    const accounts = turns.stepping(who, table, ["setPassword", "findByUsername", "versions"]);
    const placement = turns.stepping(who, coordination.placement, ["allocate", "redeem", "revoke"]);
    const devices = turns.stepping(who, coordination.devices, ["check", "end"]);
    const routes = turns.stepping(who, coordination.routes, ["bind"]);
    const endings = new Endings({
      devices,
      nodes: coordination.nodes,
      courier: {
        postTo: async (_address, events) => {
          tell(events);
          return "acknowledged";
        },
      },
      onRecovered: () => {},
      leaseMs: 10_000,
      clock,
      logger: silentLogger,
    });
    const allocator = new PlacementService({ placement, tokenTtlMs: LONG });
    return {
      endings,
      service: new AccountService({
        accounts,
        codes: coordination.codes,
        devices,
        placement,
        passwords: hasher,
        allocator,
        sessions: {
          endAll: async (id, below) => {
            const { open } = await endings.end(id, { below }, "reset");
            await endings.close(open, "reset");
          },
        },
        logger: silentLogger,
        codeAttempts: 5,
        resetRequiresCode: false,
      }),
      sessions: new Sessions({
        store: { accounts, profiles: { find: async () => profile } as Partial<ProfileStore> as ProfileStore },
        coordination: { routes, devices },
        allocator,
        presence: { announce: async () => {} },
        endings,
        local: { deliver: tell },
        node: NODE.name,
        incarnation: NODE.incarnation,
        maxPerUser: max,
        resumeTtlMs: LONG,
        clock,
        logger: silentLogger,
      }),
    };
  };
  return { coordination, table, user, name, told, granter: handOf("g"), ender: handOf("e"), handOf };
}

type World = Awaited<ReturnType<typeof world>>;
type Hand = World["granter"];

/** What a chat node does with a login token. @returns the session */
async function enter({ sessions }: Hand, user: UserId, token: string, device = "phone") {
  const { grant } = await sessions.authenticate(user, token);
  const bound = sessions.make(user, grant, { device, name: "", resumes: true });
  await sessions.bind(bound);
  await sessions.requireStanding(bound);
  return bound;
}

/** Nobody is in who was not told to go, and no ticket or token of these opens anything. */
async function expectNothingLeft(
  { coordination, table, user, told, handOf }: World,
  { tickets, tokens }: { tickets: readonly (string | undefined)[]; tokens: readonly (string | undefined)[] },
): Promise<void> {
  const routes = (await coordination.routes.of([user])).get(user) ?? [];
  expect(routes.filter(({ session }) => !told.has(session))).toEqual([]);
  const version = (await table.versions([user])).get(user);
  for (const ticket of tickets) {
    if (ticket === undefined) continue;
    const good = await coordination.devices.check(user, ticket);
    if (good !== undefined) expect(good.version).not.toBe(version ?? 0);
    expect(
      await handOf("x")
        .service.resume(String(user), ticket)
        .catch(() => "refused"),
    ).toBe("refused");
  }
  for (const token of tokens)
    if (token !== undefined)
      expect(await enter(handOf("x"), user, token).catch(() => "refused")).toBe("refused");
}

/** Both at once, in this order. @returns what became of them */
function both<G, E>(turns: Turns, grant: () => Promise<G>, end: () => Promise<E>) {
  return Promise.allSettled([turns.run("g", grant), turns.run("e", end)]);
}

/** Where in the order the `n`th step of `who` is. */
function nth(order: string, who: string, n: number): number {
  let at = -1;
  for (let i = 0; i < n; i++) at = order.indexOf(who, at + 1);
  return at;
}

describe("a login with the old password and a reset", () => {
  // g: find, allocate, versions, redeem, bind, versions. e: find, set, revoke, end.
  test.each(orders("g", 6, "e", 4))("%s", async (order) => {
    const turns = new Turns(order);
    const here = await world(turns);
    const { granter, ender, user, name } = here;
    let token: string | undefined;
    const [granted, reset] = await both(
      turns,
      async () => {
        ({ token } = await granter.service.logIn(name.username, PASSWORD));
        return enter(granter, user, token);
      },
      () => ender.service.resetPassword({ ...name, password: NEW_PASSWORD, code: undefined }),
    );
    expect(reset.status).toBe("fulfilled");
    const session = granted.status === "fulfilled" ? granted.value : undefined;
    if (session !== undefined) expect(here.told).toContain(session.session);
    // Where the gateway could see it, it gives out nothing that is worth nothing.
    if (nth(order, "e", 2) < nth(order, "g", 3)) expect(token).toBeUndefined();
    await expectNothingLeft(here, { tickets: [session?.ticket], tokens: [token] });
    // The new password opens what the old one does not.
    const fresh = here.handOf("x");
    const { token: good } = await fresh.service.logIn(name.username, NEW_PASSWORD);
    expect((await enter(fresh, user, good)).grant.version).toBe(1);
  });
});

/** A device that was here and went, with the ticket "t". */
async function away({ coordination, user }: World): Promise<void> {
  const session = sessionId("old");
  const { epoch } = await coordination.routes.bind(
    {
      user,
      session,
      node: nodeName("elsewhere"),
      incarnation: "x",
      device: "phone",
      name: "",
      since: 0,
      version: 0,
      ticket: { secret: "t", ttlMs: LONG },
    },
    5,
  );
  await coordination.routes.unbind(user, session, epoch);
}

describe("a return with a ticket and", () => {
  // g: check, allocate, versions, check, redeem, bind, versions.
  const returning = ({ granter, user }: World) => {
    const result = { token: undefined as string | undefined };
    const run = async () => {
      const { token } = await granter.service.resume(String(user), "t");
      result.token = token;
      return enter(granter, user, token);
    };
    return { result, run };
  };

  // e: find, set, revoke, end.
  test.each(orders("g", 7, "e", 4))("a reset: %s", async (order) => {
    const turns = new Turns(order);
    const here = await world(turns);
    await away(here);
    const { result, run } = returning(here);
    const [granted, reset] = await both(turns, run, () =>
      here.ender.service.resetPassword({ ...here.name, password: NEW_PASSWORD, code: undefined }),
    );
    expect(reset.status).toBe("fulfilled");
    const session = granted.status === "fulfilled" ? granted.value : undefined;
    await expectNothingLeft(here, { tickets: ["t", session?.ticket], tokens: [result.token] });
  });

  // e: end.
  test.each(orders("g", 7, "e", 1))("a revoke of the device: %s", async (order) => {
    const turns = new Turns(order);
    const here = await world(turns);
    await away(here);
    const { result, run } = returning(here);
    const [granted, revoked] = await both(turns, run, () =>
      here.ender.sessions.revoke(here.user, "old", sessionId("the owner's")),
    );
    expect(revoked.status).toBe("fulfilled");
    const session = granted.status === "fulfilled" ? granted.value : undefined;
    await expectNothingLeft(here, { tickets: ["t", session?.ticket], tokens: [result.token] });
  });

  // e: bind, which evicts.
  test.each(orders("g", 7, "e", 1))(
    "an eviction by another device, one session allowed: %s",
    async (order) => {
      const turns = new Turns(order);
      const here = await world(turns, 1);
      const other = here.ender.sessions.make(
        here.user,
        { version: 0 },
        { device: "laptop", name: "", resumes: true },
      );
      await away(here);
      const { run } = returning(here);
      const [granted] = await both(turns, run, () => here.ender.sessions.bind(other));
      // Whoever came last is in, alone; who was evicted cannot come back.
      const routes = (await here.coordination.routes.of([here.user])).get(here.user) ?? [];
      expect(routes).toHaveLength(1);
      const session = granted.status === "fulfilled" ? granted.value : undefined;
      const [inside, outside] = routes[0]?.device === "laptop" ? [other, session] : [session, other];
      expect(await here.coordination.devices.check(here.user, inside?.ticket ?? "")).toBeDefined();
      if (outside === undefined) return;
      expect(here.told).toContain(outside.session);
      expect(await here.coordination.devices.check(here.user, outside.ticket ?? "")).toBeUndefined();
    },
  );
});

describe("the grant in a token", () => {
  test("is read as it was written", () => {
    for (const grant of [
      { version: 0 },
      { version: 7, through: "0123abcd" },
      { version: 2 ** 40, through: undefined },
    ]) {
      expect(readGrant(writeGrant(grant))).toEqual({ through: undefined, ...grant });
      expect(grantOf(tokenOf("secret-of-43_", grant))).toEqual({ through: undefined, ...grant });
    }
    expect(grantOf("a token without one")).toBeUndefined();
  });

  test.each(["", "x", "1.", "-1", "1.a b", "1.a.b", "1e3", "9".repeat(16), "1.\n"])("%p is none", (text) => {
    expect(readGrant(text)).toBeUndefined();
  });

  test("cannot be changed by who holds the token", async () => {
    const here = await world(new Turns(""));
    const { token } = await here.granter.service.logIn(here.name.username, PASSWORD);
    const [secret] = token.split(".");
    for (const forged of [secret ?? "", `${secret}.1`, `${secret}.0.abc`, `${token}.x`])
      expect(await enter(here.granter, here.user, forged).catch(({ code }) => code)).toBe(14);
    expect(await enter(here.granter, here.user, token)).toMatchObject({ grant: { version: 0 } });
  });
});
