/**
 * @module chat/refusals
 * Answers with an error, and what becomes of who asks for one after the other.
 */
import { toAppError } from "../domain/error.ts";
import type { Logger } from "../lib/log.ts";
import type { ServiceName } from "../wire/ids.ts";
import type { ChatLimits } from "./limits.ts";
import type { ChatSession } from "./session.ts";

export interface RefusalsOptions {
  readonly limits: Pick<ChatLimits, "strike" | "refused">;
  readonly logger: Logger;
}

const BAD_INPUT: ReadonlySet<string> = new Set(["NOT_JSON", "INVALID_FIELD", "UNSUPPORTED", "NOT_LOGGED_IN"]);

export class Refusals {
  readonly #options: RefusalsOptions;

  constructor(options: RefusalsOptions) {
    this.#options = options;
  }

  /**
   * Answers with an error. A client that sends one bad frame after another, or goes on although it was told that it
   * asks for too much, is shown the door; so is one whose login had no turn, as after any failed login.
   * @param reply the request's answer; undefined for none. @param body as it came. @param size its price
   */
  refuse(
    session: ChatSession,
    reply: ServiceName | undefined,
    thrown: unknown,
    body: unknown,
    size: number,
  ): void {
    const { limits, logger } = this.#options;
    const error = toAppError(thrown);
    const user = session.login?.bound.user;
    if (error.codeName === "UNAVAILABLE") logger.log("warn", "chat.unavailable", { user, reply, error });
    if (!session.isOpen) return;
    if (reply === undefined) session.failUnnamed(error);
    else session.fail(reply, error, echoOf(session.voice.echoes[reply], body));
    if (BAD_INPUT.has(error.codeName) && limits.strike(session)) session.end();
    if (error.codeName !== "RATE_LIMITED") return;
    if (reply === "LOGINRESPONSE") session.end();
    else if (limits.refused(session, size)) {
      logger.log("warn", "session.flooded", { user, reply });
      session.endForOverload();
    }
  }
}

function echoOf(fields: readonly string[] = [], body: unknown): Record<string, string> {
  const echo: Record<string, string> = {};
  if (typeof body !== "object" || body === null) return echo;
  for (const field of fields) {
    const value = (body as Record<string, unknown>)[field];
    if (typeof value === "string") echo[field] = value;
  }
  return echo;
}
