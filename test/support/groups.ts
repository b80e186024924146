/**
 * @module support/groups
 * People with a group, frame by frame: what tests of groups share. In the cluster a user's devices are on two nodes.
 */
import { expect } from "bun:test";
import type { ServiceName } from "../../src/wire/ids.ts";
import { RawPeer } from "./raw-peer.ts";
import type { Shape } from "./shapes.ts";
import { until } from "./until.ts";
import { makeUsers, type User } from "./users.ts";

export type Json = Record<string, unknown>;

/** A message as it is pushed, and as history has it. */
export interface Entry {
  readonly seq: number;
  readonly kind: string;
  readonly msg_content: string;
  readonly data?: Json;
  readonly reply_to?: number;
}

export const PROTO_2 = { proto: 2 };

export const ids = (...users: User[]) => users.map(({ uuid }) => uuid);

/** Texts of a frame to a group. */
export const text = (content: string, more: Json = {}) => [
  { msg_id: crypto.randomUUID(), msg_content: content, ...more },
];

/** A frame to a friend. */
export function directText(from: User, to: User, msg_content: string): Json {
  const pair = { msg_sender: from.uuid, msg_receiver: to.uuid };
  return {
    text_sender: from.uuid,
    text_receiver: to.uuid,
    text_msg: [{ ...pair, msg_id: crypto.randomUUID(), msg_content }],
  };
}

/** Sends a request and waits for its answer. */
export async function ask(
  peer: RawPeer,
  request: ServiceName,
  body: Json,
  answer: ServiceName,
): Promise<Json> {
  const before = peer.bodies(answer).length;
  peer.send(request, body);
  return peer.next(answer, before + 1);
}

export const create = (peer: RawPeer, body: Json) => ask(peer, "GROUPCREATE", body, "GROUPCREATERESPONSE");
export const change = (peer: RawPeer, body: Json) => ask(peer, "GROUPCHANGE", body, "GROUPCHANGERESPONSE");
export const info = (peer: RawPeer, body: Json) => ask(peer, "GROUPINFO", body, "GROUPINFORESPONSE");
export const leave = (peer: RawPeer, conversation: unknown) =>
  ask(peer, "GROUPLEAVE", { conversation }, "GROUPLEAVERESPONSE");
export const history = (peer: RawPeer, body: Json) => ask(peer, "HISTORYREQUEST", body, "HISTORYRESPONSE");
export const say = (peer: RawPeer, conversation: unknown, content: string, more: Json = {}) =>
  ask(peer, "TEXTCHATMSGREQUEST", { conversation, text_msg: text(content, more) }, "TEXTCHATMSGRESPONSE");

/** What a session was sent of a conversation, as it came. */
export const seen = (peer: RawPeer, conversation: unknown): Entry[] =>
  peer
    .bodies("TEXTCHATMSGICOMINGREQUEST")
    .filter((body) => body.conversation === conversation)
    .flatMap((body) => body.text_msg as Entry[]);
export const contents = (peer: RawPeer, conversation: unknown) =>
  seen(peer, conversation).map(({ kind, msg_content }) => (kind === "text" ? msg_content : kind));
export const told = (peer: RawPeer, conversation: unknown, content: string) =>
  until(() => contents(peer, conversation).includes(content), { what: content });

export async function befriend(a: RawPeer, userA: User, b: RawPeer, userB: User): Promise<void> {
  const pair = { src_uuid: userA.uuid, dst_uuid: userB.uuid };
  await ask(a, "FRIENDREQUESTSENDER", { ...pair, nickname: "", message: "" }, "FRIENDSENDERRESPONSE");
  await ask(b, "FRIENDREQUESTCONFIRM", pair, "FRIENDCONFIRMRESPONSE");
}

/** Sessions of one test. */
export class Stage {
  readonly #shape: () => Shape;
  #open: RawPeer[] = [];

  constructor(shape: () => Shape) {
    this.#shape = shape;
  }

  /** @param more what LOGINSERVER says; `{}` for a session of the original's protocol */
  async login(user: User, more: Json = { ...PROTO_2, device: crypto.randomUUID() }): Promise<RawPeer> {
    const peer = await RawPeer.login(this.#shape().api, user, more);
    this.#open.push(peer);
    return peer;
  }

  users(count: number): Promise<User[]> {
    return makeUsers(this.#shape(), this.#shape().api, count, "crew");
  }

  /** Users, the first a friend of all others, each with a session; ascending by id, as lists of members have them. */
  async crew(count: number) {
    const users = (await this.users(count)).sort((one, other) => Number(one.uuid) - Number(other.uuid));
    const peers = await Promise.all(users.map((user) => this.login(user)));
    const [hub, hubUser] = [peers[0] as RawPeer, users[0] as User];
    for (const [i, user] of users.entries())
      if (i > 0) await befriend(hub, hubUser, peers[i] as RawPeer, user);
    return {
      users: users as [User, User, User, User],
      peers: peers as [RawPeer, RawPeer, RawPeer, RawPeer],
    };
  }

  /** Ends all sessions. Those of the original's protocol were told nothing beyond its contract. */
  clear(): void {
    for (const peer of this.#open.splice(0)) {
      expect(peer.violations).toEqual([]);
      peer.terminate();
    }
  }
}
