/**
 * @module chat/context
 * What the handlers work with: the services, and this node's settings. One object per process, made by
 * roles/chat; no handler reaches for anything else.
 */
import type { UserId } from "../domain/ids.ts";
import type { Clock } from "../lib/clock.ts";
import type { FairGate } from "../lib/fair-gate.ts";
import type { Logger } from "../lib/log.ts";
import type { Meter } from "../lib/metrics.ts";
import type { Conversations } from "../services/conversations/conversations.ts";
import type { Cursors } from "../services/conversations/cursors.ts";
import type { DeviceCursors } from "../services/conversations/device-cursors.ts";
import type { Courier } from "../services/delivery/courier.ts";
import type { Messaging } from "../services/messages/messaging.ts";
import type { Friends } from "../services/people/friends.ts";
import type { Presence } from "../services/people/presence.ts";
import type { Sessions } from "../services/sessions/sessions.ts";
import type { Standing } from "../services/sessions/standing.ts";
import type { MessageStore } from "../store/store.ts";
import type { ChatLimits } from "./limits.ts";
import type { NodeSessions } from "./local-sessions.ts";
import type { PaceSettings } from "./pace.ts";

export interface ChatSettings {
  readonly node: string;
  /** The pace of frames to sessions without `proto`; undefined when they get each at once. */
  readonly legacyPace: PaceSettings | undefined;
  readonly sendQueue: { readonly frames: number; readonly bytes: number };
  /** A protocol 2 session that sends nothing for so long is cut. Milliseconds. */
  readonly idleTimeoutMs: number;
  /** How often its client is to ping. Milliseconds. */
  readonly pingIntervalMs: number;
  /** Connections of one client address that have not logged in; one more ends the oldest. */
  readonly waitingPerAddress: number;
}

export interface ChatContext {
  readonly settings: ChatSettings;
  readonly sessions: Sessions;
  readonly standing: Pick<Standing, "doubt">;
  readonly local: NodeSessions;
  readonly friends: Friends;
  readonly presence: Presence;
  readonly conversations: Conversations;
  readonly messaging: Messaging;
  readonly messages: Pick<MessageStore, "history">;
  readonly cursors: Cursors;
  readonly deviceCursors: DeviceCursors;
  readonly courier: Courier;
  readonly limits: ChatLimits;
  /** Turns at the store, shared between users, so that nobody's reads fill its connections or the event loop. */
  readonly turns: FairGate<UserId>;
  /** Turns of logins, shared between client addresses. */
  readonly logins: FairGate<string>;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly meter: Meter;
  /** True while the node drains: no session may begin. */
  readonly draining: () => boolean;
}
