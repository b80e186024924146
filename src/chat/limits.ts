/**
 * @module chat/limits
 * Per-session limits: a token bucket per frame family, and the count of bad frames after which a connection
 * is closed. They live with the session; nothing of them is shared.
 */
import type { ServiceName } from "../wire/ids.ts";
import type { ChatContext, FrameFamily } from "./context.ts";
import type { ChatSession } from "./session.ts";

/** Requests that are not here are not limited: LOGINSERVER and LOGOUTSERVER end what they begin. */
const FAMILIES: Partial<Record<ServiceName, FrameFamily>> = {
  TEXTCHATMSGREQUEST: "text",
  SEARCHUSERNAME: "search",
  FRIENDREQUESTSENDER: "friend",
  FRIENDREQUESTCONFIRM: "friend",
  FRIENDREMOVE: "friend",
  FRIENDREJECT: "friend",
  BLOCK: "friend",
  VOICECHATMSGREQUEST: "signal",
  VIDEOCHATMSGREQUEST: "signal",
  HISTORYREQUEST: "history",
  HEADSREQUEST: "history",
  FRIENDLISTREQUEST: "history",
  ACK: "cursor",
  TYPING: "cursor",
  PING: "other",
  PROFILEUPDATE: "other",
  SESSIONLIST: "other",
  SESSIONREVOKE: "other",
};

/** Takes one of the session's tokens for that frame. @returns 0, or the milliseconds until there is one. */
export function takeToken(context: ChatContext, session: ChatSession, name: ServiceName): number {
  const family = FAMILIES[name];
  const rule = family === undefined ? undefined : context.settings.limits?.[family];
  if (family === undefined || rule === undefined) return 0;
  const now = context.clock.monotonic();
  session.buckets ??= new Map();
  let bucket = session.buckets.get(family);
  if (bucket === undefined) {
    bucket = { tokens: rule.burst, at: now };
    session.buckets.set(family, bucket);
  }
  const perToken = rule.perMs / rule.burst;
  bucket.tokens = Math.min(rule.burst, bucket.tokens + Math.max(0, now - bucket.at) / perToken);
  bucket.at = now;
  if (bucket.tokens < 1) return Math.ceil((1 - bucket.tokens) * perToken);
  bucket.tokens -= 1;
  return 0;
}

/** Bad frames in one window that a connection survives. */
const MAX_STRIKES = 10;
const STRIKE_WINDOW_MS = 60_000;

/** Counts a bad frame. @returns whether the connection has had its share and is to be closed. */
export function strike(context: ChatContext, session: ChatSession): boolean {
  const now = context.clock.monotonic();
  if (now - session.strikesSince > STRIKE_WINDOW_MS) {
    session.strikes = 0;
    session.strikesSince = now;
  }
  session.strikes++;
  return session.strikes >= MAX_STRIKES;
}
