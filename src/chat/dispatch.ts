/**
 * @module chat/dispatch
 * From a frame to its handler. Frames of one connection are handled in order: while one waits for the store
 * or a peer, those behind it wait too. Texts are the exception: they keep their order in the committer, so
 * the next frame need not wait for their commit.
 */
import { AppError, toAppError } from "../domain/error.ts";
import { type FairGate, GateFullError } from "../lib/fair-gate.ts";
import { decodeBody } from "../wire/body.ts";
import { ORIGINAL_IDS_END, ServiceId, type ServiceName } from "../wire/ids.ts";
import { type FrameSpec, frames, type Request, type RequestName } from "../wire/messages.ts";
import type { ChatContext } from "./context.ts";
import { isDesktopOddity } from "./desktop.ts";
import type { Handler } from "./handler.ts";
import { handlers } from "./handlers/index.ts";
import { type Price, prices, sizePrice } from "./prices.ts";
import type { ChatSession } from "./session.ts";

interface Entry {
  readonly name: RequestName;
  readonly spec: FrameSpec;
  /** The frame that answers; undefined for a request that has no answer of its own. */
  readonly reply: ServiceName | undefined;
}

const nameOf = new Map<number, ServiceName>(
  (Object.keys(ServiceId) as ServiceName[]).map((name) => [ServiceId[name], name]),
);

const requests: ReadonlyMap<number, Entry> = new Map(
  (Object.keys(handlers) as RequestName[]).map((name) => {
    const spec: FrameSpec = frames[name];
    const reply = spec.reply === undefined ? undefined : nameOf.get(spec.reply);
    return [ServiceId[name], { name, spec, reply }];
  }),
);

/** Frames that may wait behind one under way before the socket is left unread. */
const MAX_WAITING = 64;
/** What a session may send before it has logged in. */
const BEFORE_LOGIN: ReadonlySet<RequestName> = new Set<RequestName>(["LOGINSERVER", "PING"]);

/** One frame arrived. `body` is copied when it has to wait. */
export function receiveFrame(context: ChatContext, session: ChatSession, id: number, body: Uint8Array): void {
  if (session.ending) return;
  session.heard();
  if (session.entered && !session.answered) answered(context, session);
  if (!session.busy && !waitsForStanding(context, session)) {
    handleFrame(context, session, id, body);
    return;
  }
  session.waiting ??= [];
  session.waiting.push({ id, body: body.slice() });
  if (session.waiting.length === MAX_WAITING) session.connection.pauseReading();
}

/** Holds a session's frames back while it is not known whether it still has the right to be here. */
function waitsForStanding(context: ChatContext, session: ChatSession): boolean {
  const doubt = session.login === undefined ? undefined : context.standing.doubt();
  if (doubt === undefined) return false;
  session.busy = true;
  void doubt.finally(() => release(context, session));
  return true;
}

/** The client speaks after its login was answered, so it has the answer, and the ticket in it. */
function answered(context: ChatContext, session: ChatSession): void {
  session.answered = true;
  if (session.login !== undefined) void context.sessions.received(session.login.bound);
}

function handleFrame(context: ChatContext, session: ChatSession, id: number, bytes: Uint8Array): void {
  // As the original does: protocol 2 is closed to such a session, and so is whatever comes after the original.
  if (session.isOriginal && id >= ORIGINAL_IDS_END) {
    session.end();
    return;
  }
  const entry = requests.get(id);
  const reply = entry?.reply;
  const size = sizePrice(bytes.length);
  let body: unknown;
  try {
    const known = requireAllowed(session, entry);
    body = decodeBody(bytes);
    const under = handleKnown(context, session, known, body, size);
    if (!(under instanceof Promise)) return;
    session.busy = true;
    void under
      .catch((thrown: unknown) => refuse(context, session, reply, thrown, body, size))
      .finally(() => release(context, session));
  } catch (thrown) {
    refuse(context, session, reply, thrown, body, size);
  }
}

/** @throws AppError NOT_LOGGED_IN, UNSUPPORTED (no request) */
function requireAllowed(session: ChatSession, entry: Entry | undefined): Entry {
  if (session.login === undefined && (entry === undefined || !BEFORE_LOGIN.has(entry.name)))
    throw new AppError("NOT_LOGGED_IN");
  if (entry === undefined) throw new AppError("UNSUPPORTED");
  return entry;
}

function handleKnown(
  context: ChatContext,
  session: ChatSession,
  { name, spec }: Entry,
  body: unknown,
  size: number,
): Promise<void> | void {
  // The tables pair each name with its own schema; the compiler cannot follow that through the look-ups.
  const { family, more, inTurn } = prices[name] as Price<RequestName>;
  context.limits.charge(session, family, size);
  if (session.proto === 1 && name === "TEXTCHATMSGREQUEST" && isDesktopOddity(body)) {
    session.fail("TEXTCHATMSGRESPONSE", new AppError("INVALID_FIELD", { field: "text_msg" }));
    return;
  }
  const checked = spec.request?.check(body, "") as Request<RequestName>;
  const rest = more?.(checked) ?? 0;
  if (rest > 0) context.limits.charge(session, family, rest);
  const handle = () => (handlers[name] as Handler<RequestName>)(context, session, checked);
  if (!inTurn) return handle();
  const user = session.login?.bound.user;
  return user === undefined
    ? whenItIsTurn(context.logins, session.connection.remoteAddress, session, handle)
    : whenItIsTurn(context.turns, user, session, handle);
}

/** Handles a request when its turn has come, unless its connection is gone by then. @throws AppError RATE_LIMITED */
async function whenItIsTurn<K>(
  gate: FairGate<K>,
  key: K,
  session: ChatSession,
  handle: () => Promise<void> | void,
): Promise<void> {
  try {
    await gate.run(key, async () => {
      if (session.isOpen && !session.ending) await handle();
    });
  } catch (thrown) {
    if (!(thrown instanceof GateFullError)) throw thrown;
    throw new AppError("RATE_LIMITED", {
      retryAfterMs: thrown.retryAfterMs,
      detail: "too many requests wait",
    });
  }
}

function release(context: ChatContext, session: ChatSession): void {
  session.busy = false;
  while (!session.busy) {
    if (session.waiting !== undefined && session.waiting.length > 0 && waitsForStanding(context, session))
      return;
    const next = session.waiting?.shift();
    if (next === undefined) {
      if (session.waiting !== undefined) session.connection.resumeReading();
      session.waiting = undefined;
      session.settle();
      return;
    }
    if (session.isOpen && !session.ending) handleFrame(context, session, next.id, next.body);
  }
}

/**
 * Answers with an error. A client that sends one bad frame after another, or goes on although it was told that it
 * asks for too much, is shown the door; so is one whose login had no turn, as after any failed login.
 */
function refuse(
  context: ChatContext,
  session: ChatSession,
  reply: ServiceName | undefined,
  thrown: unknown,
  body: unknown,
  size: number,
): void {
  const error = toAppError(thrown);
  if (error.codeName === "UNAVAILABLE")
    context.logger.log("warn", "chat.unavailable", { user: session.login?.bound.user, reply, error });
  if (!session.isOpen) return;
  if (reply === undefined) session.failUnnamed(error);
  else session.fail(reply, error, echoOf(reply, body));
  if (BAD_INPUT.has(error.codeName) && context.limits.strike(session)) session.end();
  if (error.codeName !== "RATE_LIMITED") return;
  if (reply === "LOGINRESPONSE") session.end();
  else if (context.limits.refused(session, size)) {
    context.logger.log("warn", "session.flooded", { user: session.login?.bound.user, reply });
    session.endForOverload();
  }
}

/** What an answer repeats of its request also when it refuses it, as the contract has it. */
const ECHOES: Partial<Record<ServiceName, readonly string[]>> = {
  FRIENDSENDERRESPONSE: ["src_uuid", "dst_uuid"],
  TEXTCHATMSGRESPONSE: ["text_sender", "text_receiver"],
};

function echoOf(reply: ServiceName, body: unknown): Record<string, string> {
  const echo: Record<string, string> = {};
  if (typeof body !== "object" || body === null) return echo;
  for (const field of ECHOES[reply] ?? []) {
    const value = (body as Record<string, unknown>)[field];
    if (typeof value === "string") echo[field] = value;
  }
  return echo;
}

const BAD_INPUT: ReadonlySet<string> = new Set(["NOT_JSON", "INVALID_FIELD", "UNSUPPORTED", "NOT_LOGGED_IN"]);
