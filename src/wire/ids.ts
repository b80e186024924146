/**
 * @module wire/ids
 * Service ids of the chat wire: the first two bytes of every frame. Ids 5 to 23 are the original's, 100 to
 * 153 are protocol 2's; every id stays below 256 because the original dispatches on 8 bits. Ids 0 to 4 name
 * the five HTTP calls and never travel here; 24 and 25 belong to the original's next version (files) and are
 * never used. Spellings are the wire's own.
 */

export const ServiceId = {
  // 5..23: the original's contract
  LOGINSERVER: 5,
  LOGINRESPONSE: 6,
  LOGOUTSERVER: 7,
  LOGOUTRESPONSE: 8,
  SEARCHUSERNAME: 9,
  SEARCHUSERNAMERESPONSE: 10,
  FRIENDREQUESTSENDER: 11,
  FRIENDSENDERRESPONSE: 12,
  FRIENDREINCOMINGREQUEST: 13,
  FRIENDREQUESTCONFIRM: 14,
  FRIENDCONFIRMRESPONSE: 15,
  FRIENDING_ON_BIDDIRECTIONAL: 16,
  TEXTCHATMSGREQUEST: 17,
  TEXTCHATMSGRESPONSE: 18,
  TEXTCHATMSGICOMINGREQUEST: 19,
  VOICECHATMSGREQUEST: 20,
  VOICETCHATMSGRESPONSE: 21,
  VIDEOCHATMSGREQUEST: 22,
  VIDEOCHATMSGRESPONSE: 23,
  // 100..153: protocol 2
  PING: 100,
  PONG: 101,
  ERROR: 102,
  HISTORYREQUEST: 110,
  HISTORYRESPONSE: 111,
  ACK: 112,
  RECEIPT: 113,
  TYPING: 114,
  PRESENCE: 115,
  GOAWAY: 116,
  HEADSREQUEST: 117,
  HEADSRESPONSE: 118,
  FRIENDLISTREQUEST: 119,
  FRIENDLISTRESPONSE: 120,
  FRIENDREMOVE: 121,
  FRIENDREMOVERESPONSE: 122,
  FRIENDREMOVED: 123,
  FRIENDREJECT: 124,
  FRIENDREJECTRESPONSE: 125,
  BLOCK: 126,
  BLOCKRESPONSE: 127,
  PROFILEUPDATE: 128,
  PROFILEUPDATERESPONSE: 129,
  SESSIONLIST: 130,
  SESSIONREVOKE: 131,
  SESSIONREVOKERESPONSE: 132,
  CURSOR: 133,
  BLOCKLIST: 149,
  BLOCKLISTRESPONSE: 150,
  PROFILECHANGED: 153,
} as const;

/** The original knows no id from here on: it closes a connection that sends one. */
export const ORIGINAL_IDS_END = 24;

export type ServiceName = keyof typeof ServiceId;
export type ServiceId = (typeof ServiceId)[ServiceName];
