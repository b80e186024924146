/**
 * @module roles/chat/surface
 * What clients of a chat node speak with: dialects, entrance, families, put together over its services.
 */
import { Dialects } from "../../chat/dialects/dialects.ts";
import { Original } from "../../chat/dialects/original/original.ts";
import { Protocol2 } from "../../chat/dialects/protocol2/protocol2.ts";
import { Dispatch } from "../../chat/dispatch.ts";
import { Entrance } from "../../chat/entrance/entrance.ts";
import { requestTable } from "../../chat/families/families.ts";
import { ChatLimits } from "../../chat/limits.ts";
import { ChatServer } from "../../chat/server.ts";
import { FairGate } from "../../lib/fair-gate.ts";
import { COMMIT_LANES, type Services, type ServicesInput } from "./services.ts";
import { frameLimits, idleTimes, legacyPace, sendQueue, waitingPerAddress } from "./settings.ts";

/** Logins whose reads are under way at once. */
const LOGIN_SLOTS = 16;
/** Requests that may wait for the store, and for how long (milliseconds), before they are refused. */
const TURNS = { queueLimit: 20_000, maxWaitMs: 5_000 };

/** @param draining whether no session may begin */
export function makeChatServer(
  { config, store, clock, logger }: ServicesInput,
  services: Services,
  draining: () => boolean,
): ChatServer {
  const { node, local, standing, sessions } = services;
  const dialects = new Dialects(
    new Original({ ...services, pace: legacyPace(config), sendQueue: sendQueue(config), clock }),
    new Protocol2({ ...services, ...idleTimes(config), node, clock }),
  );
  const groups = { ...services, conversations: store.conversations, logger };
  const entrance = new Entrance({ ...services, dialects, groups, draining, logger });
  const dispatch = new Dispatch({
    requests: requestTable({ ...services, entrance }),
    limits: new ChatLimits(frameLimits(config), clock),
    // What commits and logins need of the store's connections stays free.
    turns: new FairGate({ slots: Math.max(2, config.MySQL.pool_size - COMMIT_LANES - 1), ...TURNS }),
    logins: new FairGate({ slots: LOGIN_SLOTS, ...TURNS }),
    standing,
    sessions,
    logger,
  });
  return new ChatServer({
    dispatch,
    entrance,
    local,
    waitingPerAddress: waitingPerAddress(config),
    clock,
    logger,
  });
}
