/**
 * @module chat/handlers/friends
 * Search, friend requests and their answers, friend lists, blocks, one's own profile.
 */

import type { Page, ProfilePatch, Sex } from "../../domain/entities.ts";
import { AppError } from "../../domain/error.ts";
import type { Request } from "../../wire/messages.ts";
import { MAX_PAGE } from "../../wire/sizes.ts";
import { blockedEntry, friendEntry, jsonBytes, LIST_BUDGET_BYTES, profileBody } from "../bodies.ts";
import { type Handler, requireLogin, requireSelf, requireUser } from "../handler.ts";

export const search: Handler<"SEARCHUSERNAME"> = async (context, session, body) => {
  const { user } = requireLogin(session).bound;
  const found = await context.friends.search(user, body.username);
  session.send("SEARCHUSERNAMERESPONSE", { error: 0, ...profileBody(session.seen(found)) });
};

/** The original's order: the target's 13 is queued before the sender's 12. */
export const request: Handler<"FRIENDREQUESTSENDER"> = async (context, session, body) => {
  const from = requireSelf(session, body.src_uuid, "src_uuid");
  const to = requireUser(body.dst_uuid, "dst_uuid");
  context.courier.post(
    session.proto === 2 && body.cancel
      ? await context.friends.cancel(from, to)
      : await context.friends.request(from, to, given(body, "nickname"), given(body, "message")),
  );
  session.send("FRIENDSENDERRESPONSE", { error: 0, src_uuid: body.src_uuid, dst_uuid: body.dst_uuid });
};

/** What only a request that is taken back may leave out. @throws AppError INVALID_FIELD */
function given(body: Request<"FRIENDREQUESTSENDER">, field: "nickname" | "message"): string {
  const value = body[field];
  if (value === undefined) throw new AppError("INVALID_FIELD", { field });
  return value;
}

/** The original's order: the confirmer gets 15, then 16, then the asker 16. */
export const confirm: Handler<"FRIENDREQUESTCONFIRM"> = async (context, session, body) => {
  const by = requireSelf(session, body.dst_uuid, "dst_uuid");
  const from = requireUser(body.src_uuid, "src_uuid");
  const events = await context.friends.confirm(from, by, body.alternative_name ?? "");
  session.send("FRIENDCONFIRMRESPONSE", { error: 0 });
  context.courier.post(events);
  if (events.length > 0) await context.presence.introduce(by, from);
};

export const reject: Handler<"FRIENDREJECT"> = async (context, session, body) => {
  const { bound } = requireLogin(session);
  const from = requireUser(body.src_uuid, "src_uuid");
  const events = await context.friends.reject(from, bound.user, bound.session);
  session.send("FRIENDREJECTRESPONSE", { error: 0 });
  context.courier.post(events);
};

export const remove: Handler<"FRIENDREMOVE"> = async (context, session, body) => {
  const { user } = requireLogin(session).bound;
  const events = await context.friends.remove(user, requireUser(body.uuid, "uuid"));
  session.send("FRIENDREMOVERESPONSE", { error: 0 });
  context.courier.post(events);
};

export const block: Handler<"BLOCK"> = async (context, session, body) => {
  const { bound } = requireLogin(session);
  const other = requireUser(body.uuid, "uuid");
  const change = await context.friends.setBlocked(bound.user, other, body.blocked, bound.session);
  session.send("BLOCKRESPONSE", { error: 0 });
  context.courier.post(change.events);
  if (change.between) await context.presence.introduce(bound.user, other);
};

export const blockList: Handler<"BLOCKLIST"> = async (context, session, body) => {
  const { user } = requireLogin(session).bound;
  const read = async (limit: number) => {
    const page = await context.friends.blockList(user, { cursor: body.cursor, limit });
    return { ...page, items: page.items.map(blockedEntry) };
  };
  const { items: users, next } = await pageOfOneFrame(MAX_PAGE, read);
  session.send("BLOCKLISTRESPONSE", { error: 0, users, ...(next !== undefined && { next }) });
};

export const list: Handler<"FRIENDLISTREQUEST"> = async (context, session, body) => {
  const { user } = requireLogin(session).bound;
  const read = async (limit: number) => {
    const page = await context.friends.list(user, { cursor: body.cursor, limit });
    return { ...page, items: page.items.map(friendEntry) };
  };
  const { items: friends, next } = await pageOfOneFrame(Math.min(body.limit ?? MAX_PAGE, MAX_PAGE), read);
  session.send("FRIENDLISTRESPONSE", { error: 0, friends, ...(next !== undefined && { next }) });
};

/** Reads a page anew, half as long, until it fits a frame: its cursor must match what is sent. */
async function pageOfOneFrame<T>(most: number, read: (limit: number) => Promise<Page<T>>): Promise<Page<T>> {
  for (let limit = most; ; limit = Math.max(1, limit >> 1)) {
    const page = await read(limit);
    if (limit === 1 || jsonBytes(page.items) <= LIST_BUDGET_BYTES) return page;
  }
}

export const updateProfile: Handler<"PROFILEUPDATE"> = async (context, session, body) => {
  const { bound } = requireLogin(session);
  const { nickname, avator: avatar, description, sex } = body;
  const patch: ProfilePatch = {
    ...(nickname !== undefined && { nickname }),
    ...(avatar !== undefined && { avatar }),
    ...(description !== undefined && { description }),
    ...(sex !== undefined && { sex: sex as Sex }),
  };
  if (Object.keys(patch).length === 0) throw new AppError("INVALID_FIELD", { field: "nickname" });
  const events = await context.friends.updateProfile(bound.user, patch, bound.session);
  session.send("PROFILEUPDATERESPONSE", { error: 0 });
  context.courier.post(events);
};
