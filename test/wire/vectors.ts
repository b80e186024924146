/**
 * @module wire/vectors
 * Golden frames: header bytes and body text written down, not computed, so that nothing in src/wire can change
 * on the wire without a test noticing. Every id has one; ids that travel both ways have one for each.
 */
import type { ServiceName } from "../../src/wire/ids.ts";

export interface Vector {
  readonly from: "client" | "server";
  readonly name: ServiceName;
  /** The four header bytes: id, total length. */
  readonly header: string;
  readonly json: string;
}

const client = (name: ServiceName, header: string, json: string): Vector => ({
  from: "client",
  name,
  header,
  json,
});
const server = (name: ServiceName, header: string, json: string): Vector => ({
  from: "server",
  name,
  header,
  json,
});

export const vectors: readonly Vector[] = [
  client("LOGINSERVER", "00 05 00 47", '{"uuid":"1","token":"abc","proto":2,"device":"d1","name":"web/1.0"}'),
  server(
    "LOGINRESPONSE",
    "00 06 01 62",
    '{"error":0,"uuid":"1","username":"bob","nickname":"Bob","avator":"b.png","description":"hi","sex":0,"FriendRequestList":[{"src_uuid":"3","dst_uuid":"1","username":"eve","avator":"","nickname":"Eve","description":"","message":"hi","sex":1}],"AuthFriendList":[{"uuid":"2","username":"bob","nickname":"Bob","avator":"b.png","description":"hi","sex":0}]}',
  ),
  server(
    "LOGINRESPONSE",
    "00 06 01 7d",
    '{"error":0,"uuid":"1","username":"bob","nickname":"Bob","avator":"b.png","description":"hi","sex":0,"proto":2,"session":"s1","node":"n0","resume_token":"r","ping_interval":30000,"server_time":1700000000000,"heads":[{"conversation":"7","peer":"2","kind":"direct","last_seq":9,"delivered_seq":8,"read_seq":7,"peer_delivered_seq":6,"peer_read_seq":5,"unread":2}],"heads_next":"2"}',
  ),
  client("LOGOUTSERVER", "00 07 00 06", "{}"),
  server("LOGOUTRESPONSE", "00 08 00 0f", '{"error":0}'),
  client("SEARCHUSERNAME", "00 09 00 1a", '{"username":"jürgen"}'),
  server(
    "SEARCHUSERNAMERESPONSE",
    "00 0a 00 68",
    '{"error":0,"uuid":"2","username":"bob","nickname":"Bob","avator":"b.png","description":"hi","sex":0}',
  ),
  client(
    "FRIENDREQUESTSENDER",
    "00 0b 00 4a",
    '{"src_uuid":"1","dst_uuid":"2","nickname":"Al","message":"hello 👋"}',
  ),
  server("FRIENDSENDERRESPONSE", "00 0c 00 2d", '{"error":0,"src_uuid":"1","dst_uuid":"2"}'),
  server(
    "FRIENDREINCOMINGREQUEST",
    "00 0d 00 95",
    '{"error":0,"src_uuid":"1","dst_uuid":"2","src_nickname":"Al","src_message":"hello","src_avator":"","src_username":"al","src_desc":"","src_sex":0}',
  ),
  client("FRIENDREQUESTCONFIRM", "00 0e 00 3d", '{"src_uuid":"1","dst_uuid":"2","alternative_name":"Ally"}'),
  server("FRIENDCONFIRMRESPONSE", "00 0f 00 0f", '{"error":0}'),
  server(
    "FRIENDING_ON_BIDDIRECTIONAL",
    "00 10 00 84",
    '{"error":0,"friend_uuid":"2","friend_nickname":"Bob","friend_avator":"","friend_username":"bob","friend_desc":"","friend_sex":1}',
  ),
  client(
    "TEXTCHATMSGREQUEST",
    "00 11 00 a6",
    '{"text_sender":"1","text_receiver":"2","text_msg":[{"msg_sender":"1","msg_receiver":"2","msg_id":"{6f9619ff-8b86-d011-b42d-00c04fc964ff}","msg_content":"hello"}]}',
  ),
  server(
    "TEXTCHATMSGRESPONSE",
    "00 12 00 9e",
    '{"error":0,"text_sender":"1","text_receiver":"2","acks":[{"msg_id":"{6f9619ff-8b86-d011-b42d-00c04fc964ff}","seq":1,"at":1700000000000,"duplicate":true}]}',
  ),
  server(
    "TEXTCHATMSGICOMINGREQUEST",
    "00 13 00 cb",
    '{"error":0,"text_sender":"1","text_receiver":"2","text_msg":[{"msg_sender":"1","msg_receiver":"2","msg_id":"{6f9619ff-8b86-d011-b42d-00c04fc964ff}","msg_content":"hello","seq":1,"at":1700000000000}]}',
  ),
  client("VOICECHATMSGREQUEST", "00 14 00 3a", '{"src_uuid":"1","dst_uuid":"2","signal":{"sdp":"v=0"}}'),
  server("VOICECHATMSGREQUEST", "00 14 00 31", '{"src_uuid":"1","dst_uuid":"2","signal":null}'),
  server("VOICETCHATMSGRESPONSE", "00 15 00 0f", '{"error":0}'),
  client("VIDEOCHATMSGREQUEST", "00 16 00 30", '{"src_uuid":"1","dst_uuid":"2","signal":"x"}'),
  server("VIDEOCHATMSGREQUEST", "00 16 00 30", '{"src_uuid":"1","dst_uuid":"2","signal":[1]}'),
  server("VIDEOCHATMSGRESPONSE", "00 17 00 0f", '{"error":0}'),
  client("PING", "00 64 00 17", '{"t":1700000000000}'),
  server("PONG", "00 65 00 21", '{"error":0,"t":1700000000000}'),
  server("ERROR", "00 66 00 10", '{"error":72}'),
  client("HISTORYREQUEST", "00 6e 00 29", '{"peer":"2","after_seq":0,"limit":50}'),
  server(
    "HISTORYRESPONSE",
    "00 6f 00 cb",
    '{"error":0,"conversation":"7","peer":"2","messages":[{"seq":1,"at":1700000000000,"msg_id":"{6f9619ff-8b86-d011-b42d-00c04fc964ff}","msg_sender":"1","msg_content":"hello","kind":"text"}],"last_seq":9}',
  ),
  client("ACK", "00 70 00 2f", '{"peer":"2","delivered_seq":9,"read_seq":8}'),
  server("RECEIPT", "00 71 00 42", '{"conversation":"7","peer":"2","delivered_seq":9,"read_seq":8}'),
  client("TYPING", "00 72 00 10", '{"peer":"2"}'),
  server("TYPING", "00 72 00 23", '{"conversation":"7","peer":"1"}'),
  server("PRESENCE", "00 73 00 39", '{"uuid":"2","online":false,"last_seen":1700000000000}'),
  server("GOAWAY", "00 74 00 45", '{"error":15,"reason":"kicked","reconnect_in_ms":0,"resume":false}'),
  client("HEADSREQUEST", "00 75 00 12", '{"cursor":"2"}'),
  server(
    "HEADSRESPONSE",
    "00 76 01 6f",
    '{"error":0,"heads":[{"conversation":"8","kind":"group","last_seq":9,"delivered_seq":8,"read_seq":7,"peer_delivered_seq":0,"peer_read_seq":0,"unread":1,"last":{"seq":9,"at":1700000000000,"msg_sender":"2","kind":"text","preview":"hi"},"name":"crew","avatar":"c.png","members":3,"role":"member","muted_until":1700000000000,"pinned":true,"archived":true}],"next":"3"}',
  ),
  client("FRIENDLISTREQUEST", "00 77 00 10", '{"limit":10}'),
  server(
    "FRIENDLISTRESPONSE",
    "00 78 00 91",
    '{"error":0,"friends":[{"uuid":"2","username":"bob","nickname":"Bob","avator":"b.png","description":"hi","sex":0,"alternative_name":"Bobby"}]}',
  ),
  client("FRIENDREMOVE", "00 79 00 10", '{"uuid":"2"}'),
  server("FRIENDREMOVERESPONSE", "00 7a 00 0f", '{"error":0}'),
  server("FRIENDREMOVED", "00 7b 00 10", '{"uuid":"1"}'),
  client("FRIENDREJECT", "00 7c 00 14", '{"src_uuid":"3"}'),
  server("FRIENDREJECT", "00 7c 00 14", '{"src_uuid":"3"}'),
  server("FRIENDREJECTRESPONSE", "00 7d 00 0f", '{"error":0}'),
  client("BLOCK", "00 7e 00 1f", '{"uuid":"3","blocked":true}'),
  server("BLOCK", "00 7e 00 20", '{"uuid":"3","blocked":false}'),
  server("BLOCKRESPONSE", "00 7f 00 0f", '{"error":0}'),
  client("PROFILEUPDATE", "00 80 00 1f", '{"nickname":"Ally","sex":1}'),
  server("PROFILEUPDATERESPONSE", "00 81 00 0f", '{"error":0}'),
  client("SESSIONLIST", "00 82 00 06", "{}"),
  server(
    "SESSIONLIST",
    "00 82 00 91",
    '{"error":0,"sessions":[{"session":"s1","device":"d1","name":"web/1.0","node":"n0","since":1700000000000,"online":true,"seen":1700000000001}]}',
  ),
  client("SESSIONREVOKE", "00 83 00 14", '{"session":"s1"}'),
  server("SESSIONREVOKERESPONSE", "00 84 00 0f", '{"error":0}'),
  server("CURSOR", "00 85 00 42", '{"conversation":"7","peer":"2","delivered_seq":9,"read_seq":8}'),
  client("GROUPCREATE", "00 86 00 47", '{"name":"crew","members":["2","3"],"avatar":"c.png","msg_id":"{g}"}'),
  server(
    "GROUPCREATERESPONSE",
    "00 87 00 46",
    '{"error":0,"conversation":"8","refused":[{"uuid":"3","error":65}]}',
  ),
  client("GROUPINFO", "00 88 00 30", '{"conversation":"8","cursor":"2","limit":10}'),
  server(
    "GROUPINFORESPONSE",
    "00 89 00 e4",
    '{"error":0,"conversation":"8","name":"crew","avatar":"c.png","description":"","version":1,"count":2,"members":[{"uuid":"1","username":"bob","nickname":"Bob","avator":"b.png","role":"owner","since":1700000000000}],"next":"1"}',
  ),
  client(
    "GROUPCHANGE",
    "00 8a 00 99",
    '{"conversation":"8","name":"crew","avatar":"c.png","description":"d","add":["3"],"remove":["2"],"roles":[{"uuid":"3","role":"admin"}],"msg_id":"{h}"}',
  ),
  server(
    "GROUPCHANGERESPONSE",
    "00 8b 00 52",
    '{"error":0,"conversation":"8","version":2,"refused":[{"uuid":"3","error":66}]}',
  ),
  client("GROUPLEAVE", "00 8c 00 27", '{"conversation":"8","msg_id":"{i}"}'),
  server("GROUPLEAVERESPONSE", "00 8d 00 22", '{"error":0,"conversation":"8"}'),
  client("SEARCH", "00 8e 00 42", '{"text":"heron","conversation":"8","before":"1:8:2","limit":1}'),
  server(
    "SEARCHRESPONSE",
    "00 8f 00 91",
    '{"error":0,"hits":[{"conversation":"8","seq":2,"at":1,"msg_id":"{a}","msg_sender":"2","msg_content":"A heron","kind":"text"}],"next":"1:8:2"}',
  ),
  client("READERS", "00 90 00 2d", '{"conversation":"8","seq":3,"cursor":"2"}'),
  server(
    "READERSRESPONSE",
    "00 91 00 68",
    '{"error":0,"delivered":2,"read":1,"members":[{"uuid":"2","delivered":true,"read":false}],"next":"2"}',
  ),
  client(
    "CONVERSATIONSET",
    "00 92 00 4b",
    '{"peer":"2","muted_until":1700000000000,"pinned":true,"archived":false}',
  ),
  server("CONVERSATIONSETRESPONSE", "00 93 00 0f", '{"error":0}'),
  server(
    "CONVERSATIONSETTINGS",
    "00 94 00 5e",
    '{"conversation":"7","peer":"2","muted_until":1700000000000,"pinned":true,"archived":false}',
  ),
  client("BLOCKLIST", "00 95 00 12", '{"cursor":"3"}'),
  server(
    "BLOCKLISTRESPONSE",
    "00 96 00 5f",
    '{"error":0,"users":[{"uuid":"3","username":"eve","nickname":"Eve","avator":""}],"next":"3"}',
  ),
  server(
    "PROFILECHANGED",
    "00 99 00 4d",
    '{"uuid":"2","nickname":"Bob","avator":"b.png","description":"hi","sex":0}',
  ),
  server("GROUPRECEIPT", "00 9a 00 43", '{"conversation":"8","seq":4,"members":9,"delivered":3,"read":2}'),
];

const encoder = new TextEncoder();

/** A vector's bytes. */
export function bytesOf({ header, json }: Vector): Uint8Array {
  return new Uint8Array([
    ...header.split(" ").map((hex) => Number.parseInt(hex, 16)),
    ...encoder.encode(json),
  ]);
}

/** Several pieces as one. */
export function join(...pieces: readonly Uint8Array[]): Uint8Array {
  return Uint8Array.from(pieces.flatMap((piece) => [...piece]));
}
