/**
 * @module chat/handlers
 * Which handler answers which request. The compiler holds the table complete.
 */
import type { RequestName } from "../../wire/messages.ts";
import type { Handler } from "../handler.ts";
import * as friends from "./friends.ts";
import { login, logout } from "./login.ts";
import * as sessions from "./sessions.ts";
import { video, voice } from "./signals.ts";
import * as texts from "./texts.ts";

export const handlers: { readonly [N in RequestName]: Handler<N> } = {
  LOGINSERVER: login,
  LOGOUTSERVER: logout,
  SEARCHUSERNAME: friends.search,
  FRIENDREQUESTSENDER: friends.request,
  FRIENDREQUESTCONFIRM: friends.confirm,
  TEXTCHATMSGREQUEST: texts.text,
  VOICECHATMSGREQUEST: voice,
  VIDEOCHATMSGREQUEST: video,
  PING: sessions.ping,
  HISTORYREQUEST: texts.history,
  ACK: texts.ack,
  TYPING: texts.typing,
  HEADSREQUEST: texts.heads,
  FRIENDLISTREQUEST: friends.list,
  FRIENDREMOVE: friends.remove,
  FRIENDREJECT: friends.reject,
  BLOCK: friends.block,
  BLOCKLIST: friends.blockList,
  PROFILEUPDATE: friends.updateProfile,
  SESSIONLIST: sessions.list,
  SESSIONREVOKE: sessions.revoke,
};
