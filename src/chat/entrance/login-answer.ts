/**
 * @module chat/entrance/login-answer
 * The answer to LOGINSERVER: profile, open requests and friends, cut to what fits one frame.
 */
import type { Friend, FriendRequest, Profile } from "../../domain/entities.ts";
import type { UserId } from "../../domain/ids.ts";
import type { Friends } from "../../services/people/friends.ts";
import type { Body } from "../../wire/messages.ts";
import { fitting, friendRequestBody, jsonBytes, LIST_BUDGET_BYTES, profileBody } from "../bodies.ts";
import type { Dialect } from "../dialects/dialect.ts";

const LOGIN_REQUESTS = 100;
const LOGIN_FRIENDS = 500;

/** Whom a user is told of at the login. */
export interface Lists {
  readonly requests: readonly FriendRequest[];
  readonly friends: readonly Friend[];
}

export async function readLists(friends: Pick<Friends, "requestsTo" | "list">, user: UserId): Promise<Lists> {
  const [requests, list] = await Promise.all([
    friends.requestsTo(user, { limit: LOGIN_REQUESTS }),
    friends.list(user, { limit: LOGIN_FRIENDS }),
  ]);
  return { requests: requests.items, friends: list.items };
}

/** An empty list is left out. @param fields what the dialect adds */
export function loginBody(
  dialect: Pick<Dialect, "seen">,
  profile: Profile,
  lists: Lists,
  fields: object,
): Partial<Body<"LOGINRESPONSE">> {
  const seen = (one: Profile) => dialect.seen(one);
  const base = { error: 0, ...profileBody(seen(profile)), ...fields };
  let room = LIST_BUDGET_BYTES - jsonBytes(base);
  const requests = fitting(
    lists.requests.map((request) => friendRequestBody({ ...request, from: seen(request.from) })),
    room,
  );
  room -= jsonBytes(requests);
  const friends = fitting(
    lists.friends.map((friend) => profileBody(seen(friend.profile))),
    room,
  );
  return {
    ...base,
    ...(requests.length > 0 && { FriendRequestList: requests }),
    ...(friends.length > 0 && { AuthFriendList: friends }),
  };
}
