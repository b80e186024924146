/**
 * @module chat/families/groups
 * Groups: made, looked at, changed, left.
 */
import type { GroupMember } from "../../domain/entities.ts";
import { randomSecret } from "../../lib/random.ts";
import type { Groups } from "../../services/conversations/groups.ts";
import type { Refused } from "../../store/store.ts";
import { Code } from "../../wire/codes.ts";
import type { Body } from "../../wire/messages.ts";
import { MAX_PAGE } from "../../wire/sizes.ts";
import { conversationText, idText } from "../bodies.ts";
import { nextOf, pageOfOneFrame } from "../pages.ts";
import { inTurn, pagePrice, type Rows, requireConversation, requireLogin, requireUser } from "./family.ts";

export interface GroupServices {
  readonly groups: Groups;
}

type Names = "GROUPCREATE" | "GROUPINFO" | "GROUPCHANGE" | "GROUPLEAVE";

/** Bytes of a page of members, leaving room for what the group is called. */
const MEMBERS_BUDGET = 32_768;

/** A client that does not name its change cannot ask for it twice. */
const nameOf = (msg_id: string | undefined): string => msg_id ?? randomSecret();

export function groupFamily({ groups }: GroupServices): Rows<Names> {
  return {
    GROUPCREATE: inTurn(
      "group",
      async (session, { name, members, avatar, msg_id }) => {
        const { user: creator } = requireLogin(session).bound;
        const { conversation, refused } = await groups.create({
          creator,
          clientId: nameOf(msg_id),
          name,
          ...(avatar !== undefined && { avatar }),
          members: requireUsers(members, "members"),
        });
        session.send("GROUPCREATERESPONSE", {
          error: 0,
          conversation: conversationText(conversation),
          ...refusedBody(refused),
        });
      },
      ({ members }) => pagePrice(members.length, members.length),
    ),

    GROUPINFO: inTurn(
      "history",
      async (session, { conversation: text, cursor, limit: asked = MAX_PAGE, open }) => {
        const { bound, groups: own } = requireLogin(session);
        const { user } = bound;
        const conversation = requireConversation(text);
        const { name, avatar, description, version, members: count } = await groups.info(conversation, user);
        if (open !== undefined) own?.setOpen(conversation, open);
        const read = (limit: number) => groups.members(conversation, user, { cursor, limit });
        const page = await pageOfOneFrame(Math.min(asked, MAX_PAGE), read, memberEntry, MEMBERS_BUDGET);
        session.send("GROUPINFORESPONSE", {
          ...{ error: 0, conversation: text, name, avatar, description, version, count },
          members: page.items,
          ...nextOf(page),
        });
      },
      ({ limit }) => pagePrice(limit, MAX_PAGE),
    ),

    GROUPCHANGE: inTurn(
      "group",
      async (session, { conversation: text, name, avatar, description, add, remove, roles, msg_id }) => {
        const { user: actor } = requireLogin(session).bound;
        const { version, refused } = await groups.change({
          conversation: requireConversation(text),
          actor,
          clientId: nameOf(msg_id),
          ...(name !== undefined && { name }),
          ...(avatar !== undefined && { avatar }),
          ...(description !== undefined && { description }),
          ...(add !== undefined && { add: requireUsers(add, "add") }),
          ...(remove !== undefined && { remove: requireUsers(remove, "remove") }),
          ...(roles !== undefined && {
            roles: roles.map(({ uuid, role }) => ({ user: requireUser(uuid, "roles"), role })),
          }),
        });
        session.send("GROUPCHANGERESPONSE", {
          error: 0,
          conversation: text,
          version,
          ...refusedBody(refused),
        });
      },
      ({ add = [], remove = [], roles = [] }) => {
        const named = add.length + remove.length + roles.length;
        return pagePrice(named, named);
      },
    ),

    GROUPLEAVE: inTurn("group", async (session, { conversation, msg_id }) => {
      const { user } = requireLogin(session).bound;
      await groups.leave(requireConversation(conversation), user, nameOf(msg_id));
      session.send("GROUPLEAVERESPONSE", { error: 0, conversation });
    }),
  };
}

const requireUsers = (texts: readonly string[], field: string) =>
  texts.map((text) => requireUser(text, field));

function memberEntry({ profile, role, since }: GroupMember): Body<"GROUPINFORESPONSE">["members"][number] {
  const { id, username, nickname, avatar } = profile;
  return { uuid: idText(id), username, nickname, avator: avatar, role, since };
}

/** Left out when nobody was. */
function refusedBody(refused: readonly Refused[]) {
  if (refused.length === 0) return undefined;
  return { refused: refused.map(({ user, code }) => ({ uuid: idText(user), error: Code[code] })) };
}
