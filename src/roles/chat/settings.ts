/**
 * @module roles/chat/settings
 * From the configuration to what chat/ goes by.
 */
import type { PaceSettings } from "../../chat/dialects/original/pace.ts";
import type { LimitRules } from "../../chat/limits.ts";
import type { Config } from "../../config/schema.ts";
import type { Coordination } from "../../coordination/coordination.ts";
import type { UserId } from "../../domain/ids.ts";
import type { Logger } from "../../lib/log.ts";
import type { AppendRules, GroupLimits } from "../../store/store.ts";

/** What may wait for a client that does not read, beside `send_queue_size` frames. */
export const SEND_QUEUE_BYTES = 4 * 1024 * 1024;
/** Three chances to be heard before the idle timeout. */
const PINGS_PER_TIMEOUT = 3;

/** What may wait for one client. */
export function sendQueue({ ChattingServer }: Config): { readonly frames: number; readonly bytes: number } {
  return { frames: ChattingServer.send_queue_size, bytes: SEND_QUEUE_BYTES };
}

/** Silence after which a client that pings is cut, and how often it is to ping. Milliseconds. */
export function idleTimes({ ChattingServer }: Config): { idleTimeoutMs: number; pingIntervalMs: number } {
  const idleTimeoutMs = ChattingServer.idle_timeout * 1_000;
  return {
    idleTimeoutMs,
    pingIntervalMs: Math.max(1_000, Math.round(idleTimeoutMs / PINGS_PER_TIMEOUT)),
  };
}

/** Connections of one client address that have not logged in. */
export const waitingPerAddress = ({ Limits }: Config): number =>
  Limits.enabled ? Limits.waiting_ip : Number.POSITIVE_INFINITY;

/** The pace of frames to the original's clients; undefined when they get each at once. */
export function legacyPace({ ChattingServer }: Config): PaceSettings | undefined {
  const { legacy_frame_gap: gapMs, legacy_frame_gap_max: maxGapMs } = ChattingServer;
  return gapMs === 0 ? undefined : { gapMs, maxGapMs: Math.max(gapMs, maxGapMs) };
}

/** The limits of frames; undefined when limits are off. */
export function frameLimits({ Limits }: Config): LimitRules | undefined {
  if (!Limits.enabled) return undefined;
  return {
    limits: {
      login: Limits.session_login,
      text: Limits.session_text,
      friend: Limits.session_friend,
      group: Limits.session_group,
      search: Limits.session_search,
      signal: Limits.session_signal,
      history: Limits.session_history,
      cursor: Limits.session_cursor,
      typing: Limits.session_typing,
      profile: Limits.session_profile,
      other: Limits.session_other,
    },
    sessionsPerUser: Limits.user_sessions,
    refused: Limits.session_refused,
  };
}

/** How large groups are, and how many; what is made within an hour is no limit when limits are off. */
export const groupLimits = ({ Limits }: Config): GroupLimits => ({
  members: Limits.group_members,
  groupsPerUser: Limits.groups_user,
  createdPerHour: Limits.enabled ? Limits.groups_created_user : Number.MAX_SAFE_INTEGER,
});

export const appendRules = ({ Limits }: Config): AppendRules => ({
  editWindowMs: Limits.edit_window * 1_000,
});

/**
 * The limit of friend requests, which a user has over all nodes. With coordination away they pass: what a session may
 * ask for holds all the same.
 */
export function requestLimit(
  { Limits }: Config,
  { limits }: Pick<Coordination, "limits">,
  logger: Logger,
): (user: UserId) => Promise<number> {
  if (!Limits.enabled) return async () => 0;
  return (user) =>
    limits.take(`chat:friend_request:${user}`, Limits.friend_requests_user).catch((error: unknown) => {
      logger.log("debug", "friend_requests.limit_off", { error });
      return 0;
    });
}
