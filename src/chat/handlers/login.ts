/**
 * @module chat/handlers/login
 * The beginning of a session (LOGINSERVER) and its end (LOGOUTSERVER, or the connection is lost).
 */
import type { DirectHead, Page, Profile } from "../../domain/entities.ts";
import { AppError, toAppError } from "../../domain/error.ts";
import type { ConversationId } from "../../domain/ids.ts";
import { systemTimer } from "../../lib/clock.ts";
import type { BoundSession } from "../../services/sessions/sessions.ts";
import type { DeviceStanding } from "../../store/store.ts";
import type { Body } from "../../wire/messages.ts";
import {
  fitting,
  friendRequestBody,
  headBody,
  jsonBytes,
  LIST_BUDGET_BYTES,
  profileBody,
} from "../bodies.ts";
import type { ChatContext } from "../context.ts";
import { Delivery, startAtHead } from "../delivery.ts";
import { type Handler, requireLogin, requireUser } from "../handler.ts";
import { DirectOutbox, type Outbox } from "../outbox.ts";
import { PacedOutbox } from "../paced-outbox.ts";
import type { ChatSession } from "../session.ts";
import { Shown } from "../shown.ts";

/** The original's clients do not say which device they are: an account has one of them. */
const ORIGINAL_DEVICE = "desktop";
/** Heads in the login answer of protocol 2; the rest comes by HEADSREQUEST. */
const LOGIN_HEADS = 100;
const LOGIN_REQUESTS = 100;
const LOGIN_FRIENDS = 500;
/** Wait before friends' presence is asked for again. */
const PRESENCE_RETRY_MS = 1_000;

export const login: Handler<"LOGINSERVER"> = async (context, session, body) => {
  if (session.login !== undefined) throw new AppError("LOGGED_IN_ELSEWHERE");
  try {
    if (context.draining()) throw new AppError("UNAVAILABLE", { detail: "this node drains" });
    const user = requireUser(body.uuid, "uuid");
    const { profile, grant } = await context.sessions.authenticate(user, body.token);
    const proto = body.proto !== undefined && body.proto >= 2 ? 2 : 1;
    const bound = context.sessions.make(user, grant, {
      device: proto === 2 ? body.device : ORIGINAL_DEVICE,
      name: body.name ?? "",
      resumes: proto === 2,
    });
    if (!session.isOpen) return;
    await open(context, session, bound, profile, proto);
  } catch (thrown) {
    // The original's client keeps its login button disabled until the connection closes.
    const error = toAppError(thrown);
    context.logger.log("info", "login.refused", {
      user: body.uuid,
      error: error.codeName,
      detail: error.detail,
    });
    if (session.login !== undefined) await leave(context, session);
    session.fail("LOGINRESPONSE", error);
    session.end();
  }
};

export const logout: Handler<"LOGOUTSERVER"> = async (context, session) => {
  await context.sessions.logOut(requireLogin(session).bound);
  session.send("LOGOUTRESPONSE", { error: 0 });
  session.end();
};

/** Takes a session out of the cluster's view: its connection is gone, or its login failed half way. */
export async function leave(context: ChatContext, session: ChatSession): Promise<void> {
  const { login } = session;
  if (login === undefined) return;
  session.login = undefined;
  const { bound } = login;
  context.local.remove(bound.user, bound.session);
  await Promise.all([context.cursors.flush(), context.deviceCursors.flush()]);
  await context.sessions.unbind(bound);
}

/**
 * The order matters: the session is reachable (hub, then route) before its conversations are read, so a text
 * committed meanwhile is either in what is read or pushed and kept until the answer is out.
 */
async function open(
  context: ChatContext,
  session: ChatSession,
  bound: BoundSession,
  profile: Profile,
  proto: 1 | 2,
): Promise<void> {
  const { local, sessions, cursors, settings, messages, logger } = context;
  const shown = proto === 1 ? makeShown(context, session, bound) : undefined;
  const outbox = makeOutbox(context, session, bound, shown);
  const isOpen = () => session.isOpen;
  const delivery = new Delivery({
    user: bound.user,
    messages,
    outbox,
    ownTexts: proto === 2,
    since: bound.since,
    isOpen,
    logger,
  });
  session.proto = proto;
  session.login = { bound, outbox, delivery, shown };
  session.connection.deadlineAt = 0;
  session.connection.idleTimeoutMs = proto === 2 ? settings.idleTimeoutMs : 0;
  local.add(bound.user, bound.session, session);
  await sessions.bind(bound);
  // An earlier session's acknowledgements must be in what is read now, or its texts would come again.
  await cursors.flush();
  const [{ heads, standings }, lists] = await Promise.all([
    readConversations(context, bound, proto),
    readLists(context, session, bound),
    sessions.requireStanding(bound),
  ]);
  if (!session.isOpen || session.login === undefined) return;
  for (const head of heads.items) startAtHead(delivery, head, head.lastSeq);
  for (const { conversation, peer, shownSeq } of standings) delivery.startAt(conversation, peer, shownSeq);
  if (heads.next === undefined) delivery.knowsAll();
  const modern = proto === 2 ? modernFields(context, bound, heads) : {};
  session.send("LOGINRESPONSE", loginBody(session.seen(profile), lists, modern));
  logger.log("info", "login", { user: bound.user, session: bound.session, proto, device: bound.device });
  session.enter();
  sendOffline(session, standings);
  void afterLogin(context, session, bound);
}

function makeShown(
  context: ChatContext,
  session: ChatSession,
  { user, device, session: own }: BoundSession,
): Shown {
  const { cursors, deviceCursors, clock } = context;
  return new Shown({
    connection: session.connection,
    clock,
    timer: systemTimer,
    onGot: (conversation, seq) => cursors.move(conversation, user, { delivered: seq }, own),
    onShown: (conversation, seq) => deviceCursors.move(user, device, conversation, seq),
  });
}

/** @param shown undefined for protocol 2. */
function makeOutbox(
  context: ChatContext,
  { connection }: ChatSession,
  { user }: BoundSession,
  shown: Shown | undefined,
): Outbox {
  const { legacyPace, sendQueue } = context.settings;
  if (shown === undefined) return new DirectOutbox(connection, user, true, undefined);
  const onWritten = (conversation: ConversationId, seq: number) => shown.written(conversation, seq);
  if (legacyPace === undefined) return new DirectOutbox(connection, user, false, onWritten);
  return new PacedOutbox({
    connection,
    user,
    pace: legacyPace,
    limits: sendQueue,
    onWritten,
    clock: context.clock,
    timer: systemTimer,
  });
}

/** Where a session starts in the conversations of its account. */
interface Conversations {
  /** For a client that fetches by itself what it lacks. */
  readonly heads: Page<DirectHead>;
  /** For one of the original, which is sent what its device was not shown. */
  readonly standings: readonly DeviceStanding[];
}

async function readConversations(
  { messaging, deviceCursors }: ChatContext,
  { user, device }: BoundSession,
  proto: 1 | 2,
): Promise<Conversations> {
  return proto === 2
    ? { heads: await messaging.heads(user, { limit: LOGIN_HEADS }), standings: [] }
    : { heads: { items: [], next: undefined }, standings: await deviceCursors.standings(user, device) };
}

interface Lists {
  readonly requests: readonly object[];
  readonly friends: readonly object[];
}

async function readLists(context: ChatContext, session: ChatSession, { user }: BoundSession): Promise<Lists> {
  const [requests, friends] = await Promise.all([
    context.friends.requestsTo(user, { limit: LOGIN_REQUESTS }),
    context.friends.list(user, { limit: LOGIN_FRIENDS }),
  ]);
  return {
    requests: requests.items.map((request) =>
      friendRequestBody({ ...request, from: session.seen(request.from) }),
    ),
    friends: friends.items.map((friend) => profileBody(session.seen(friend.profile))),
  };
}

function modernFields(context: ChatContext, bound: BoundSession, heads: Page<DirectHead>) {
  return {
    proto: 2,
    session: bound.session,
    node: context.settings.node,
    ...(bound.ticket !== undefined && { resume_token: bound.ticket }),
    ping_interval: context.settings.pingIntervalMs,
    server_time: context.clock.now(),
    heads: heads.items.map(headBody),
    ...(heads.next !== undefined && { heads_next: heads.next }),
  };
}

/** The answer must fit one frame: the lists are cut to what fits, an empty one is left out. */
function loginBody(profile: Profile, lists: Lists, modern: object): Partial<Body<"LOGINRESPONSE">> {
  const base = { error: 0, ...profileBody(profile), ...modern };
  let room = LIST_BUDGET_BYTES - jsonBytes(base);
  const requests = fitting(lists.requests, room);
  room -= jsonBytes(requests);
  const friends = fitting(lists.friends, room);
  return {
    ...base,
    ...(requests.length > 0 && { FriendRequestList: requests }),
    ...(friends.length > 0 && { AuthFriendList: friends }),
  } as Partial<Body<"LOGINRESPONSE">>;
}

/** What a device of the original was not shown yet: what waits longest comes first. */
function sendOffline(session: ChatSession, standings: readonly DeviceStanding[]): void {
  const behind = standings.filter(({ lastSeq, shownSeq }) => lastSeq > shownSeq);
  behind.sort((a, b) => (a.waitingSince ?? 0) - (b.waitingSince ?? 0));
  for (const standing of behind) session.catchUp(standing);
}

/** Presence both ways, once the session is in; asked for until it can be told. */
async function afterLogin(context: ChatContext, session: ChatSession, bound: BoundSession): Promise<void> {
  const { presence, local, logger } = context;
  await presence.announce(bound.user);
  while (session.isOpen && session.proto === 2)
    try {
      for (const event of await presence.friendsOf(bound.user)) local.show(bound.user, bound.session, event);
      return;
    } catch (error) {
      logger.log("debug", "presence.waits", { user: bound.user, error });
      await new Promise((resolve) => setTimeout(resolve, PRESENCE_RETRY_MS));
    }
}
