/** @module Changes of groups: what is refused before the store is asked, who is told, and what becomes of a lost answer. */
import { describe, expect, test } from "bun:test";
import type { Message } from "../../src/domain/entities.ts";
import { AppError } from "../../src/domain/error.ts";
import { conversationId, userId } from "../../src/domain/ids.ts";
import { Groups } from "../../src/services/conversations/groups.ts";
import type { UserEvent } from "../../src/services/delivery/events.ts";
import type { GroupOutcome, GroupStore } from "../../src/store/store.ts";
import { HeldClock } from "../support/clock.ts";
import { failureOf } from "../support/failure.ts";
import { messagesOf } from "../support/messages.ts";

const ME = userId(1);
const GROUP = conversationId(1);

/** Groups over a store whose every change comes to this, or fails. */
function groupsOver(outcome: Partial<GroupOutcome> | AppError) {
  const told: UserEvent[] = [];
  const uncertain: unknown[] = [];
  let asked = 0;
  const change = async (): Promise<GroupOutcome> => {
    asked++;
    if (outcome instanceof AppError) throw outcome;
    const nothing = { conversation: GROUP, version: 1, message: undefined, duplicate: false, refused: [] };
    return { ...nothing, ...outcome };
  };
  const store: Partial<GroupStore> = {
    ...{ createGroup: change, change, leave: change },
    ...{ info: async () => undefined, members: async () => undefined },
  };
  const groups = new Groups({
    groups: store as GroupStore,
    limits: { members: 10, groupsPerUser: 10, createdPerHour: 10 },
    uncertain: (one) => uncertain.push(one),
    post: (events) => told.push(...events),
    clock: new HeldClock(),
  });
  return { groups, told, uncertain, asked: () => asked };
}

const members = (data: object): Message => ({
  ...(messagesOf(ME, [5], () => "")[0] as Message),
  kind: "members",
  data,
});
const rename = { conversation: GROUP, actor: ME, clientId: "{c}", name: "n" };

describe("a change of a group", () => {
  test("is told to its members, and to whom it adds wherever they are", async () => {
    const { groups, told } = groupsOver({ message: members({ added: ["3", "4"] }) });
    await groups.change({ ...rename, add: [userId(3), userId(4), userId(5)] });
    expect(told.map(({ audience }) => audience)).toEqual([
      { users: [userId(3), userId(4)] },
      { conversation: GROUP },
    ]);
  });

  test("that adds nobody is told to members alone; nothing changed, nobody; a repeat, again", async () => {
    const removing = groupsOver({ message: members({ removed: ["3"] }), duplicate: true });
    await removing.groups.leave(GROUP, ME, "{c}");
    expect(removing.told.map(({ audience }) => audience)).toEqual([{ conversation: GROUP }]);
    const nothing = groupsOver({});
    await nothing.groups.change(rename);
    expect(nothing.told).toEqual([]);
  });

  test("whose answer is lost is looked for; one that is refused is not", async () => {
    const lost = groupsOver(new AppError("UNAVAILABLE"));
    expect(await failureOf(lost.groups.change(rename))).toMatchObject({ codeName: "UNAVAILABLE" });
    expect(await failureOf(lost.groups.leave(GROUP, ME, "{l}"))).toMatchObject({ codeName: "UNAVAILABLE" });
    expect(lost.uncertain).toEqual(
      ["{c}", "{l}"].map((clientId) => ({ conversation: GROUP, sender: ME, clientId })),
    );
    const refused = groupsOver(new AppError("FORBIDDEN"));
    expect(await failureOf(refused.groups.change(rename))).toMatchObject({ codeName: "FORBIDDEN" });
    expect(refused.uncertain).toEqual([]);
  });

  test.each([
    ["nothing", { name: undefined }, "name"],
    ["empty lists", { name: undefined, add: [], remove: [], roles: [] }, "name"],
    ["no name", { name: "" }, "name"],
    ["a blank name", { name: " \n " }, "name"],
    ["a long name", { name: "x".repeat(101) }, "name"],
    ["a name that hides", { name: "a\u202eb" }, "name"],
    ["a long avatar", { avatar: "x".repeat(256) }, "avatar"],
    ["a long description", { description: "x".repeat(4_097) }, "description"],
  ])("%s is refused before the store is asked", async (_, wrong, field) => {
    const { groups, asked } = groupsOver({});
    const { name, ...rest } = { ...rename, ...wrong };
    const change = { ...rest, ...(name !== undefined && { name }) };
    expect(await failureOf(groups.change(change))).toMatchObject({ codeName: "INVALID_FIELD", field });
    expect(asked()).toBe(0);
  });
});

test("who is no member learns nothing of a group", async () => {
  const { groups } = groupsOver({});
  for (const asking of [groups.info(GROUP, ME), groups.members(GROUP, ME, { limit: 1 })])
    expect(await failureOf(asking)).toMatchObject({ codeName: "NOT_A_MEMBER", field: "conversation" });
});
