/**
 * @module chat/families/families
 * All requests that there are, by name. The compiler holds the table complete: a request that no family answers, or
 * that has no limit, does not compile.
 */
import type { RequestName } from "../../wire/messages.ts";
import { type BlockServices, blockFamily } from "./blocks.ts";
import { type ConversationServices, conversationFamily } from "./conversations.ts";
import { type CursorServices, cursorFamily } from "./cursors.ts";
import { type DeviceServices, deviceFamily } from "./devices.ts";
import type { Rows } from "./family.ts";
import { type FriendServices, friendFamily } from "./friends.ts";
import { type GroupServices, groupFamily } from "./groups.ts";
import { type HistoryServices, historyFamily } from "./history.ts";
import { type ProfileServices, profileFamily } from "./profiles.ts";
import { type SearchServices, searchFamily } from "./search.ts";
import { type SessionServices, sessionFamily } from "./sessions.ts";
import { type SignalServices, signalFamily } from "./signals.ts";
import { type TextServices, textFamily } from "./texts.ts";

export type FamilyServices = BlockServices &
  ConversationServices &
  CursorServices &
  DeviceServices &
  FriendServices &
  GroupServices &
  HistoryServices &
  ProfileServices &
  SearchServices &
  SessionServices &
  SignalServices &
  TextServices;

export const requestTable = (services: FamilyServices): Rows<RequestName> => ({
  ...sessionFamily(services),
  ...deviceFamily(services),
  ...friendFamily(services),
  ...blockFamily(services),
  ...profileFamily(services),
  ...groupFamily(services),
  ...textFamily(services),
  ...historyFamily(services),
  ...searchFamily(services),
  ...conversationFamily(services),
  ...cursorFamily(services),
  ...signalFamily(services),
});
