/**
 * @module chat/dispatch
 * From a frame to its handler. Frames of one connection are handled in order: while one waits for the store
 * or a peer, those behind it wait too. Texts are the exception: they keep their order in the committer, so
 * the next frame need not wait for their commit.
 */
import { AppError } from "../domain/error.ts";
import type { UserId } from "../domain/ids.ts";
import { type FairGate, GateFullError } from "../lib/fair-gate.ts";
import type { Logger } from "../lib/log.ts";
import type { Sessions } from "../services/sessions/sessions.ts";
import type { Standing } from "../services/sessions/standing.ts";
import { decodeBody } from "../wire/body.ts";
import { ServiceId, type ServiceName } from "../wire/ids.ts";
import { type FrameSpec, frames, type Request, type RequestName } from "../wire/messages.ts";
import type { Row, Rows } from "./families/family.ts";
import type { ChatLimits } from "./limits.ts";
import { Refusals } from "./refusals.ts";
import type { ChatSession } from "./session.ts";

export interface DispatchOptions {
  readonly requests: Rows<RequestName>;
  readonly limits: ChatLimits;
  /** Turns at the store, shared between users, so that nobody's reads fill its connections or the event loop. */
  readonly turns: FairGate<UserId>;
  /** Turns of logins, shared between client addresses. */
  readonly logins: FairGate<string>;
  readonly standing: Pick<Standing, "doubt">;
  readonly sessions: Pick<Sessions, "received">;
  readonly logger: Logger;
}

/** A request by its id. The table pairs each name with its own schema and row; the compiler cannot follow that here. */
interface Entry {
  readonly name: RequestName;
  readonly spec: FrameSpec;
  readonly row: Row<RequestName>;
  /** The frame that answers; undefined for a request that has no answer of its own. */
  readonly reply: ServiceName | undefined;
}

const nameOf = new Map<number, ServiceName>(
  (Object.keys(ServiceId) as ServiceName[]).map((name) => [ServiceId[name], name]),
);

function entriesOf(rows: Rows<RequestName>): ReadonlyMap<number, Entry> {
  return new Map(
    (Object.keys(rows) as RequestName[]).map((name) => {
      const spec: FrameSpec = frames[name];
      const reply = spec.reply === undefined ? undefined : nameOf.get(spec.reply);
      return [ServiceId[name], { name, spec, row: rows[name] as Row<RequestName>, reply }];
    }),
  );
}

/** Frames that may wait behind one under way before the socket is left unread. */
const MAX_WAITING = 64;
/** What a session may send before it has logged in. */
const BEFORE_LOGIN: ReadonlySet<RequestName> = new Set<RequestName>(["LOGINSERVER", "PING"]);
/** Bytes of a frame that one token pays for. */
const BYTES_PER_TOKEN = 4_096;

/** What a frame costs by its size alone, whatever is in it. */
export const sizePrice = (bytes: number): number => 1 + Math.floor(bytes / BYTES_PER_TOKEN);

export class Dispatch {
  readonly #options: DispatchOptions;
  readonly #entries: ReadonlyMap<number, Entry>;
  readonly #refusals: Refusals;

  constructor(options: DispatchOptions) {
    this.#options = options;
    this.#entries = entriesOf(options.requests);
    this.#refusals = new Refusals(options);
  }

  /** One frame arrived. `body` is copied when it has to wait. */
  receive(session: ChatSession, id: number, body: Uint8Array): void {
    if (session.ending) return;
    session.heard();
    if (session.entered && !session.answered) this.#answered(session);
    if (!session.busy && !this.#waitsForStanding(session)) {
      this.#handleFrame(session, id, body);
      return;
    }
    session.waiting ??= [];
    session.waiting.push({ id, body: body.slice() });
    if (session.waiting.length === MAX_WAITING) session.connection.pauseReading();
  }

  /** Holds a session's frames back while it is not known whether it still has the right to be here. */
  #waitsForStanding(session: ChatSession): boolean {
    const doubt = session.login === undefined ? undefined : this.#options.standing.doubt();
    if (doubt === undefined) return false;
    session.busy = true;
    void doubt.finally(() => this.#release(session));
    return true;
  }

  /** The client speaks after its login was answered, so it has the answer, and the ticket in it. */
  #answered(session: ChatSession): void {
    session.answered = true;
    if (session.login !== undefined) void this.#options.sessions.received(session.login.bound);
  }

  #handleFrame(session: ChatSession, id: number, bytes: Uint8Array): void {
    if (!session.voice.has(id)) {
      session.end();
      return;
    }
    const entry = this.#entries.get(id);
    const size = sizePrice(bytes.length);
    let body: unknown;
    try {
      const known = requireAllowed(session, entry);
      body = decodeBody(bytes);
      const under = this.#handleKnown(session, known, body, size);
      if (!(under instanceof Promise)) return;
      session.busy = true;
      void under
        .catch((thrown: unknown) => this.#refusals.refuse(session, entry?.reply, thrown, body, size))
        .finally(() => this.#release(session));
    } catch (thrown) {
      this.#refusals.refuse(session, entry?.reply, thrown, body, size);
    }
  }

  #handleKnown(
    session: ChatSession,
    { name, spec, row, reply }: Entry,
    body: unknown,
    size: number,
  ): Promise<void> | void {
    const { limits, logins, turns } = this.#options;
    const { voice } = session;
    limits.charge(session, row.limit, size);
    const odd = voice.oddity?.(name, body);
    if (odd !== undefined) {
      if (reply !== undefined) session.fail(reply, odd);
      return;
    }
    const checked = spec.request?.check(body, "") as Request<RequestName>;
    voice.strip?.(name, checked);
    const rest = row.price?.(checked) ?? 0;
    if (rest > 0) limits.charge(session, row.limit, rest);
    if (!row.inTurn) return row.handle(session, checked);
    const user = session.login?.bound.user;
    const handle = () => row.handle(session, checked);
    return user === undefined
      ? whenItIsTurn(logins, session.connection.remoteAddress, session, handle)
      : whenItIsTurn(turns, user, session, handle);
  }

  #release(session: ChatSession): void {
    session.busy = false;
    while (!session.busy) {
      if (session.waiting !== undefined && session.waiting.length > 0 && this.#waitsForStanding(session))
        return;
      const next = session.waiting?.shift();
      if (next === undefined) {
        if (session.waiting !== undefined) session.connection.resumeReading();
        session.waiting = undefined;
        session.settle();
        return;
      }
      if (session.isOpen && !session.ending) this.#handleFrame(session, next.id, next.body);
    }
  }
}

/** @throws AppError NOT_LOGGED_IN, UNSUPPORTED (no request) */
function requireAllowed(session: ChatSession, entry: Entry | undefined): Entry {
  if (session.login === undefined && (entry === undefined || !BEFORE_LOGIN.has(entry.name)))
    throw new AppError("NOT_LOGGED_IN");
  if (entry === undefined) throw new AppError("UNSUPPORTED");
  return entry;
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
