/**
 * @module client
 * The SDK: accounts over HTTP, and a chat client that keeps itself connected. Depends on `src/wire` only and
 * runs in a browser and in Bun; for TCP in Bun, import `tcpDialer` from `client/tcp.ts`.
 */
export { Code, type CodeName, codeTable } from "../wire/codes.ts";
export type { ProfilePatch, SessionInfo } from "./account.ts";
export type { Address, MessageAddress, Place } from "./addresses.ts";
export type { BackoffOptions } from "./backoff.ts";
export { applied, type Change, changedBy, changedSeq, edit, reaction, recall } from "./changes.ts";
export { ChatClient } from "./client.ts";
export { ChatError } from "./errors.ts";
export type {
  ChatEvents,
  ChatMessage,
  ConversationHead,
  CursorMark,
  FriendRequest,
  Preview,
  Reaction,
  Role,
  StateChange,
  UserProfile,
} from "./events.ts";
export type { GroupAddress, GroupChange, GroupInfo, GroupMember, NewGroup, Refused } from "./groups.ts";
export type { HistoryPage, HistoryRange } from "./history.ts";
export { HttpApi, type Placement } from "./http.ts";
export { textId } from "./id.ts";
export type { Credentials } from "./login.ts";
export type { ChatClientOptions } from "./options.ts";
export type { Content, OutgoingText, SendReceipt } from "./outgoing.ts";
export type { BlockedUser, Friend } from "./people.ts";
export type { Reader, Readers } from "./readers.ts";
export type { SearchOptions, SearchPage } from "./search.ts";
export type { Settings } from "./settings.ts";
export type { Dialer, Transport, TransportEvents } from "./transport.ts";
export { type WsOptions, wsDialer } from "./ws.ts";
