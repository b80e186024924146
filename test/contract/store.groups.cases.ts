/**
 * @module contract/store.groups.cases
 * Groups: making and changing them, on any store.
 */
import { expect, test } from "bun:test";
import type { UserId } from "../../src/domain/ids.ts";
import type { Store } from "../../src/store/store.ts";
import { failureOf } from "../support/failure.ts";
import { change, crew, friendsOf, LIMITS, leave, post, rolesIn, seen } from "./store.groups.harness.ts";
import { befriend, friends, HOSTILE, nobody, nowhere, register, statuses, talkOf } from "./store.harness.ts";

export function groupCases(store: () => Store): void {
  const create = (creator: UserId, members: readonly UserId[], more: object = {}) =>
    store().conversations.createGroup(
      { creator, clientId: crypto.randomUUID(), name: "g", members, ...more },
      1_000,
      { ...LIMITS, ...("limits" in more && (more.limits as object)) },
    );
  const codeOf = async (call: Promise<unknown>) => (await failureOf(call)).codeName;

  test("a group is made with its first message, which says who is in it", async () => {
    const owner = await register(store());
    const [a, b] = (await friendsOf(store(), owner, 2)) as [UserId, UserId];
    const made = await create(owner, [b, a, b, owner], { name: "crew", avatar: "x", clientId: "{one}" });
    const data = {
      ...{ added: [owner, b, a].map(String), roles: [{ uuid: String(owner), role: "owner" }] },
      ...{ name: "crew", avatar: "x" },
    };
    expect(made).toMatchObject({ version: 1, duplicate: false, refused: [] });
    expect(made.message).toEqual({
      ...{ conversation: made.conversation, seq: 1, sender: owner, clientId: "{one}" },
      ...{ kind: "members", body: "", at: 1_000, data },
    });
    expect(await store().conversations.info(made.conversation, a)).toEqual({
      ...{ conversation: made.conversation, name: "crew", avatar: "x", description: "" },
      ...{ version: 1, members: 3, creator: owner, createdAt: 1_000 },
    });
    expect(await rolesIn(store(), made.conversation, b)).toEqual([
      [owner, "owner"],
      [a, "member"],
      [b, "member"],
    ]);
    for (const user of [owner, a, b]) {
      expect(await seen(store(), made.conversation, user)).toEqual([made.message as never]);
      expect(await store().conversations.groupsOf(user)).toEqual([made.conversation]);
    }
    expect((await store().conversations.members(made.conversation, a, { limit: 9 }))?.items[0]?.since).toBe(
      1_000,
    );
  });

  test("a creation made again is the same one; another client id makes another", async () => {
    const owner = await register(store());
    const first = await create(owner, [], { clientId: "{same}" });
    expect(await create(owner, [], { clientId: "{same}", name: "other" })).toMatchObject({
      ...{ conversation: first.conversation, duplicate: true, message: first.message },
    });
    expect((await create(owner, [])).conversation).not.toBe(first.conversation);
    const other = await register(store());
    expect((await create(other, [], { clientId: "{same}" })).conversation).not.toBe(first.conversation);
  });

  test("only friends without a block between are added, the others are named with the reason", async () => {
    const owner = await register(store());
    const [friend, blocker, blocked, full] = (await friendsOf(store(), owner, 4)) as UserId[];
    const stranger = await register(store());
    await store().friends.setBlocked(blocker as UserId, owner, true);
    await store().friends.setBlocked(owner, blocked as UserId, true);
    await create(full as UserId, []);
    const everybody = [friend, blocker, blocked, full, stranger, nobody] as UserId[];
    const limits = { groupsPerUser: 1 };
    const made = await create(owner, everybody, { limits });
    const refused = [
      { user: blocker, code: "BLOCKED" },
      { user: blocked, code: "BLOCKED" },
      { user: full, code: "FULL" },
      { user: stranger, code: "NOT_FRIENDS" },
      { user: nobody, code: "NOT_FRIENDS" },
    ] as never[];
    expect(made.refused as never[]).toEqual(refused);
    const group = { conversation: made.conversation, actor: owner };
    const again = await change(store(), { ...group, add: everybody }, limits);
    expect(again).toMatchObject({ message: undefined, version: 1, refused });
    expect((await rolesIn(store(), made.conversation, owner))?.map(([id]) => id)).toEqual([
      owner,
      friend as UserId,
    ]);
  });

  test("limits: of members, of groups, of creations in an hour, of who is named at once", async () => {
    const owner = await register(store());
    const some = await friendsOf(store(), owner, 3);
    const many = Array.from({ length: 501 }, (_, index) => (1_500_000_000 + index) as UserId);
    expect(await codeOf(create(owner, some, { limits: { members: 3 } }))).toBe("FULL");
    expect(await codeOf(create(owner, many))).toBe("TOO_LARGE");
    const { conversation } = await create(owner, some.slice(1), { limits: { members: 3 } });
    const group = { conversation, actor: owner };
    expect(await codeOf(change(store(), { ...group, add: some }, { members: 3 }))).toBe("FULL");
    expect(await codeOf(change(store(), { ...group, add: many }))).toBe("TOO_LARGE");
    // One goes, another comes.
    await change(store(), { ...group, add: some, remove: [] }, { members: 4 });
    expect((await store().conversations.info(conversation, owner))?.members).toBe(4);
    expect(await codeOf(create(owner, [], { limits: { groupsPerUser: 1 } }))).toBe("FULL");
    const again = create(owner, [], { limits: { createdPerHour: 1 } });
    // All are made at the same time here: in an hour from then there is room again.
    expect(await failureOf(again)).toMatchObject({ codeName: "RATE_LIMITED", retryAfterMs: 3_600_000 });
    expect((await store().conversations.groupsOf(owner)).length).toBe(1);
  });

  test("who may do what: members nothing, admins all but roles and each other, owners all", async () => {
    const { group, owner, members } = await crew(store(), 4);
    const [admin, other, plain, more] = members as [UserId, UserId, UserId, UserId];
    const roles = (...given: [UserId, "owner" | "admin" | "member"][]) =>
      given.map(([user, role]) => ({ user, role }));
    const by = (actor: UserId, what: object) => change(store(), { conversation: group, actor, ...what });
    await by(owner, { roles: roles([admin, "admin"], [other, "admin"]) });
    const forbidden: [UserId, object][] = [
      [plain, { name: "mine" }],
      [plain, { add: [nobody] }],
      [plain, { remove: [more] }],
      [plain, { roles: roles([plain, "owner"]) }],
      [admin, { remove: [other] }],
      [admin, { remove: [owner] }],
      [admin, { remove: [more, owner] }],
      [admin, { roles: roles([plain, "admin"]) }],
      [owner, { remove: [owner] }],
      [owner, { roles: roles([owner, "member"]) }],
    ];
    for (const [actor, what] of forbidden) expect(await codeOf(by(actor, what))).toBe("FORBIDDEN");
    expect((await seen(store(), group, owner)).length).toBe(2);

    const stranger = await register(store());
    for (const [conversation, actor] of [
      [group, stranger],
      [nowhere, owner],
      [await talkOf(store(), owner, admin), owner],
    ] as const)
      expect(await codeOf(change(store(), { conversation, actor, name: "x" }))).toBe("NOT_A_MEMBER");
    expect(await codeOf(leave(store(), group, stranger))).toBe("NOT_A_MEMBER");
    expect(await codeOf(by(owner, { add: [more], remove: [more] }))).toBe("INVALID_FIELD");

    expect((await by(admin, { name: "new", description: "what for" })).message?.data).toEqual({
      ...{ name: "new", description: "what for" },
    });
    expect((await by(admin, { remove: [more, nobody] })).message?.data).toEqual({ removed: [String(more)] });
    expect(await by(owner, { roles: roles([more, "admin"], [admin, "admin"]) })).toMatchObject({
      ...{ message: undefined, refused: [{ user: more, code: "NOT_A_MEMBER" }] },
    });
    expect((await by(owner, { roles: roles([owner, "member"], [admin, "owner"]) })).message?.seq).toBe(5);
    expect(await rolesIn(store(), group, plain)).toEqual([
      ...([
        [owner, "member"],
        [admin, "owner"],
        [other, "admin"],
        [plain, "member"],
      ] as never[]),
    ]);
    expect(await store().conversations.info(group, plain)).toMatchObject({
      ...{ name: "new", description: "what for", members: 4, version: 5 },
    });
  });

  test("a change made again is answered with what was stored, also to who is no member any more", async () => {
    const { group, owner, members } = await crew(store(), 1);
    const [a] = members as [UserId];
    const asked = { conversation: group, actor: owner, clientId: "{c}", name: "renamed" };
    const first = await change(store(), asked);
    expect(await change(store(), asked)).toEqual({ ...first, duplicate: true });
    const out = await store().conversations.leave(group, a, "{out}", 1);
    expect(await store().conversations.leave(group, a, "{out}", 1)).toEqual({ ...out, duplicate: true });
    expect(await codeOf(leave(store(), group, a))).toBe("NOT_A_MEMBER");
    await store().messages.append([{ ...post(group, owner), clientId: "{text}" }], 1);
    expect(await codeOf(change(store(), { ...asked, clientId: "{text}" }))).toBe("MESSAGE_ID_CONFLICT");
    expect(await change(store(), { ...asked, clientId: "{again}" })).toMatchObject({ message: undefined });
  });

  test("the last owner who leaves hands over to the oldest admin, else to the oldest member", async () => {
    const { group, owner, members } = await crew(store(), 3);
    const [a, b, c] = members as [UserId, UserId, UserId];
    await change(store(), { conversation: group, actor: owner, roles: [{ user: c, role: "admin" }] });
    expect((await leave(store(), group, owner)).message?.data).toEqual({
      ...{ left: [String(owner)], roles: [{ uuid: String(c), role: "owner" }] },
    });
    expect((await leave(store(), group, c)).message?.data).toEqual({
      ...{ left: [String(c)], roles: [{ uuid: String(a), role: "owner" }] },
    });
    await change(store(), { conversation: group, actor: a, roles: [{ user: b, role: "owner" }] });
    expect((await leave(store(), group, a)).message?.data).toEqual({ left: [String(a)] });
    expect((await leave(store(), group, b)).message?.data).toEqual({ left: [String(b)] });
    expect(await store().conversations.info(group, b)).toBeUndefined();
    expect((await seen(store(), group, b)).length).toBe(7);
  });

  test("who is added sees from there on; who goes sees up to it, and added again nothing earlier", async () => {
    const { group, owner, members } = await crew(store(), 1);
    const [a] = members as [UserId];
    const [late] = (await friendsOf(store(), owner, 1)) as [UserId];
    const say = (body: string) => store().messages.append([post(group, owner, body)], 1);
    const bodies = async (reader: UserId) => (await seen(store(), group, reader)).map(({ seq }) => seq);
    await say("2");
    await change(store(), { conversation: group, actor: owner, add: [late] });
    await say("4");
    expect(await bodies(late)).toEqual([3, 4]);
    expect(await store().conversations.standing(group, late)).toEqual({
      ...{ role: "member", joinedSeq: 3, visibleFrom: 3 },
    });
    await change(store(), { conversation: group, actor: owner, remove: [late], name: "later name" });
    await say("6");
    expect([await bodies(late), await bodies(a)]).toEqual([
      [3, 4, 5],
      [1, 2, 3, 4, 5, 6],
    ]);
    expect(await store().conversations.standing(group, late)).toEqual({
      ...{ role: undefined, joinedSeq: 3, visibleFrom: 3, leftSeq: 5 },
    });
    for (const range of [
      { limit: 9 },
      { before: 100, limit: 9 },
      { after: 4, limit: 9 },
      { before: 6, limit: 1 },
    ])
      expect(await store().messages.history(group, late, range)).toMatchObject({ lastSeq: 5 });
    const told = (await store().messages.history(group, late, { limit: 1 }))?.messages;
    expect(told?.map(({ seq }) => seq)).toEqual([5]);
    expect(statuses(await store().messages.append([post(group, late)], 1))).toEqual(["not_a_member"]);
    await change(store(), { conversation: group, actor: owner, add: [late] });
    await say("8");
    expect(await bodies(late)).toEqual([7, 8]);
    const stranger = await register(store());
    expect(await store().messages.history(group, stranger, { limit: 9 })).toBeUndefined();
    expect(await store().conversations.members(group, stranger, { limit: 9 })).toBeUndefined();
    expect(await store().conversations.standing(group, stranger)).toBeUndefined();
    expect(new Map(await store().conversations.standings(group, [a, stranger, late]))).toEqual(
      new Map([
        [a, { role: "member", joinedSeq: 1, visibleFrom: 1 }],
        [late, { role: "member", joinedSeq: 7, visibleFrom: 7 }],
      ]),
    );
  });

  test("a batch of groups and pairs counts each on its own, repeats and strangers included", async () => {
    const { group, owner, members } = await crew(store(), 1);
    const [a] = members as [UserId];
    const other = await crew(store(), 0);
    const pair = await talkOf(store(), owner, a);
    const again = post(group, a);
    const batch = [
      ...[post(group, owner), post(pair, a), again, post(group, other.owner)],
      ...[
        post(other.group, other.owner),
        again,
        post(other.group, a),
        { ...post(group, owner), kind: "members" },
      ],
    ];
    expect(statuses(await store().messages.append(batch, 1))).toEqual([
      ...["stored", "stored", "stored", "not_a_member"],
      ...["stored", "duplicate", "not_a_member", "forbidden"],
    ]);
    await leave(store(), group, a);
    expect(statuses(await store().messages.append([again, post(group, a)], 1))).toEqual([
      ...["duplicate", "not_a_member"],
    ]);
    expect((await seen(store(), group, owner)).map(({ seq }) => seq)).toEqual([1, 2, 3, 4]);
  });

  test("data and what a text answers are stored with it, and count for a repeat", async () => {
    const [a, b] = await friends(store());
    const conversation = await talkOf(store(), a, b);
    const data = { items: [{ id: "1", name: HOSTILE.join("") }] };
    await store().messages.append([post(conversation, a)], 1);
    const entry = { ...post(conversation, a), data, replyTo: 1 };
    expect(statuses(await store().messages.append([entry], 1))).toEqual(["stored"]);
    expect((await seen(store(), conversation, b))[1]).toMatchObject({ data, replyTo: 1 });
    const { replyTo: _, ...without } = entry;
    expect(
      statuses(await store().messages.append([entry, without, { ...entry, data: { items: [] } }], 1)),
    ).toEqual(["duplicate", "conflict", "conflict"]);
  });

  test("names are stored as they are, a lone surrogate as U+FFFD", async () => {
    const owner = await register(store());
    for (const name of HOSTILE.map((evil) => evil.slice(0, 90))) {
      const { conversation } = await create(owner, [], { name, description: name });
      expect(await store().conversations.info(conversation, owner)).toMatchObject({
        name,
        description: name,
      });
    }
    const { conversation, message } = await create(owner, [], { name: "half \ud83c" });
    expect(message?.data).toMatchObject({ name: "half \ufffd" });
    expect(await store().conversations.info(conversation, owner)).toMatchObject({ name: "half \ufffd" });
  });

  test("members come in pages, who blocks the reader as they were then", async () => {
    const { group, owner, members } = await crew(store(), 4);
    const all = [owner, ...members];
    await store().friends.setBlocked(owner, members[0] as UserId, true);
    await store().profiles.update(owner, { nickname: "later" });
    const found: UserId[] = [];
    let cursor: string | undefined;
    do {
      const page = await store().conversations.members(group, members[0] as UserId, { limit: 2, cursor });
      found.push(...(page?.items.map(({ profile }) => profile.id) ?? []));
      for (const { profile } of page?.items ?? []) expect(profile.nickname).not.toBe("later");
      cursor = page?.next;
    } while (cursor !== undefined);
    expect(found).toEqual(all);
    // A block is between two; in the group both write.
    const entries = [post(group, owner), post(group, members[0] as UserId)];
    expect(statuses(await store().messages.append(entries, 1))).toEqual(["stored", "stored"]);
    await befriend(store(), members[1] as UserId, members[2] as UserId);
  });
}
