/**
 * @module support/desktop-peer
 * The original's desktop client as it was observed, frailties included. Where the real one loses a frame or
 * hangs, this one records a violation; a test asserts that there is none.
 *
 * - It takes one read for one frame: two frames in one read, or a frame in pieces, are a violation.
 * - It draws on the thread it reads on: a frame that comes while it lays out its transcript is a violation, and it hangs.
 * - It knows the original's ids and fields; anything beyond them is a violation.
 * - It sends its dialogs' frames (11, 14) three times, a bogus 17 before a long text, no heartbeat, no 7.
 * - It drops texts of people who are not in its friend list.
 */
import { encodeFrameText, HEADER_BYTES } from "../../src/wire/frame.ts";
import { ServiceId } from "../../src/wire/ids.ts";
import { DesktopScreen } from "./desktop-screen.ts";
import { until } from "./until.ts";
import type { User } from "./users.ts";

type Json = Record<string, unknown>;

/** A frame as it arrived. */
export interface DesktopFrame {
  readonly id: number;
  readonly body: Json;
  /** When its read ended, milliseconds of a monotonic clock. */
  readonly at: number;
}

const PROFILE = ["uuid", "username", "nickname", "avator", "description", "sex"];
/** Every frame that the original's server sends, with its fields; lists by the fields of their entries. */
const KNOWN: Readonly<Record<number, Readonly<Record<string, readonly string[] | true>>>> = {
  [ServiceId.LOGINRESPONSE]: {
    ...all("error", ...PROFILE),
    FriendRequestList: [
      "src_uuid",
      "dst_uuid",
      "username",
      "avator",
      "nickname",
      "description",
      "message",
      "sex",
    ],
    AuthFriendList: PROFILE,
  },
  [ServiceId.LOGOUTRESPONSE]: all("error"),
  [ServiceId.SEARCHUSERNAMERESPONSE]: all("error", ...PROFILE),
  [ServiceId.FRIENDSENDERRESPONSE]: all("error", "src_uuid", "dst_uuid"),
  [ServiceId.FRIENDREINCOMINGREQUEST]: all(
    ...["error", "src_uuid", "dst_uuid", "src_nickname", "src_message", "src_avator", "src_username"],
    ...["src_desc", "src_sex"],
  ),
  [ServiceId.FRIENDCONFIRMRESPONSE]: all("error"),
  [ServiceId.FRIENDING_ON_BIDDIRECTIONAL]: all(
    ...["error", "friend_uuid", "friend_nickname", "friend_avator", "friend_username", "friend_desc"],
    "friend_sex",
  ),
  [ServiceId.TEXTCHATMSGRESPONSE]: all("error", "text_sender", "text_receiver"),
  [ServiceId.TEXTCHATMSGICOMINGREQUEST]: {
    ...all("error", "text_sender", "text_receiver"),
    text_msg: ["msg_sender", "msg_receiver", "msg_id", "msg_content"],
  },
  [ServiceId.VOICECHATMSGREQUEST]: all("src_uuid", "dst_uuid", "signal"),
  [ServiceId.VOICETCHATMSGRESPONSE]: all("error"),
  [ServiceId.VIDEOCHATMSGREQUEST]: all("src_uuid", "dst_uuid", "signal"),
  [ServiceId.VIDEOCHATMSGRESPONSE]: all("error"),
};

/** What a frame holds that the original's server would not have sent, in words. */
export function strangeToOriginal(id: number, body: Json): string[] {
  const known = KNOWN[id];
  if (!known) return [`frame ${id} is none of the original's`];
  const found: string[] = [];
  if (known.error && typeof body.error !== "number") found.push(`frame ${id}: error is no number`);
  for (const [field, value] of Object.entries(body)) {
    const rule = known[field];
    if (rule === undefined) found.push(`frame ${id}: field ${field} is none of the original's`);
    if (!Array.isArray(rule)) continue;
    const strange = (value as Json[]).flatMap(Object.keys).filter((key) => !rule.includes(key));
    for (const key of strange) found.push(`frame ${id}: ${field} holds ${key}`);
  }
  return found;
}

function all(...fields: string[]): Record<string, true> {
  return Object.fromEntries(fields.map((field) => [field, true]));
}

export class DesktopPeer {
  /** Every frame that it got. */
  readonly frames: DesktopFrame[] = [];
  /** What would have killed or confused the real one, in words. */
  readonly violations: string[] = [];
  /** Texts that it showed: those of its friends. */
  readonly shown: { readonly from: string; readonly content: string; readonly id: string }[] = [];
  readonly friends = new Set<string>();
  /** Who asks to be a friend. */
  readonly requests = new Set<string>();
  uuid = "";
  closed = false;
  readonly #screen: DesktopScreen;
  #hangs = false;
  /** Texts whose send button was pressed. */
  readonly #typed: { readonly to: string; readonly content: string }[] = [];
  #socket: Bun.Socket<undefined> | undefined;

  /**
   * @param url of the gateway
   * @param msPerBubble how fast its machine lays out a bubble; rather loaded unless given.
   */
  constructor(
    readonly url: string,
    msPerBubble = 3,
  ) {
    this.#screen = new DesktopScreen(msPerBubble);
  }

  /** An HTTP call as it makes it. A status other than 2xx is "network error" to it. */
  async post(path: string, body: Json): Promise<Json> {
    const response = await fetch(`${this.url}${path}`, {
      method: "POST",
      headers: { "Content-Type": "application/json", Connection: "keep-alive" },
      body: `${JSON.stringify(body, null, 4)}\n`,
    });
    if (!response.ok) this.violations.push(`${path}: status ${response.status}`);
    const answer = (await response.json()) as Json;
    if (typeof answer.error !== "number") this.violations.push(`${path}: error is no number`);
    for (const field of ["uuid", "host", "port", "token"])
      if (answer[field] !== undefined && typeof answer[field] !== "string")
        this.violations.push(`${path}: ${field} is no string`);
    return answer;
  }

  /** The login button: gateway, then chat server. Resolves with the login answer (6). */
  async login({ username, password }: Pick<User, "username" | "password">): Promise<Json> {
    const placement = await this.post("/trylogin_server", { username, password });
    if (placement.error !== 0) throw new Error(`login: ${JSON.stringify(placement)}`);
    return this.loginAt(placement);
  }

  /** The second half of it, with any token. */
  async loginAt({ uuid, host, port, token }: Json): Promise<Json> {
    this.uuid = String(uuid);
    this.#socket = await Bun.connect({
      hostname: String(host),
      port: Number(port),
      socket: {
        data: (_socket, chunk) => this.#read(chunk),
        close: () => {
          this.closed = true;
        },
      },
    });
    this.send(ServiceId.LOGINSERVER, { uuid, token });
    const { body } = await until(() => this.frames.find(({ id }) => id === ServiceId.LOGINRESPONSE), {
      what: "the login answer",
    });
    for (const { uuid: friend } of (body.AuthFriendList ?? []) as Json[]) this.friends.add(String(friend));
    for (const { src_uuid } of (body.FriendRequestList ?? []) as Json[]) this.requests.add(String(src_uuid));
    return body;
  }

  /** Writes one frame, compact, as its own write. */
  send(id: number, body: Json): void {
    this.#socket?.write(encodeFrameText(id, JSON.stringify(body)));
  }

  search(username: string): void {
    this.send(ServiceId.SEARCHUSERNAME, { username });
  }

  /** "Confirm" in the friend request dialog: three times back to back. */
  requestFriend(uuid: string, message = "hello"): void {
    for (let i = 0; i < 3; i++)
      this.send(ServiceId.FRIENDREQUESTSENDER, {
        src_uuid: this.uuid,
        dst_uuid: uuid,
        nickname: "me",
        message,
      });
  }

  /** "Confirm" in the authenticate dialog: three times back to back. */
  confirmFriend(uuid: string): void {
    for (let i = 0; i < 3; i++)
      this.send(ServiceId.FRIENDREQUESTCONFIRM, {
        src_uuid: uuid,
        dst_uuid: this.uuid,
        alternative_name: "",
      });
  }

  /** The send button, which answers when everything is laid out. A long text comes with a bogus frame in front. */
  sendText(to: string, content: string): void {
    this.#typed.push({ to, content });
    if (this.#typed.length === 1) this.#type();
  }

  #type(): void {
    const [next] = this.#typed;
    if (next === undefined) return;
    const now = performance.now();
    if (this.#screen.isBusy(now)) {
      setTimeout(() => this.#type(), this.#screen.busyUntil - now);
      return;
    }
    this.#typed.shift();
    this.#transmit(next.to, next.content);
    this.#screen.show(now, next.to, 1);
    this.#type();
  }

  #transmit(to: string, content: string): void {
    if (content.length > 1_024)
      this.send(ServiceId.TEXTCHATMSGREQUEST, { msg_receiver: to, msg_sender: this.uuid });
    this.send(ServiceId.TEXTCHATMSGREQUEST, {
      text_sender: this.uuid,
      text_receiver: to,
      text_msg: [
        {
          msg_sender: this.uuid,
          msg_receiver: to,
          msg_id: `{${crypto.randomUUID()}}`,
          msg_content: content,
        },
      ],
    });
  }

  /** The send button without a text and without a conversation. */
  sendEmpty(): void {
    this.send(ServiceId.TEXTCHATMSGREQUEST, { text_msg: [], text_receiver: null, text_sender: null });
  }

  /** Bodies of the frames of an id, in order. */
  bodies(id: number): Json[] {
    return this.frames.filter((frame) => frame.id === id).map(({ body }) => body);
  }

  /** Texts that it showed from one friend, in order. */
  shownFrom(uuid: string): string[] {
    return this.shown.filter(({ from }) => from === uuid).map(({ content }) => content);
  }

  /** The shortest time between two frames, milliseconds. */
  get shortestGap(): number {
    const gaps = this.frames.slice(1).map(({ at }, i) => at - (this.frames[i]?.at ?? 0));
    return Math.min(...gaps);
  }

  /** The window closes. It never says goodbye, but it has read what came. */
  close(): void {
    this.#socket?.end();
  }

  /** It crashes, or is ended because it hangs. */
  kill(): void {
    this.#socket?.terminate();
  }

  /** Takes no more reads until `resume`, as a client whose user drags its window. */
  pause(): void {
    this.#socket?.pause();
  }

  resume(): void {
    this.#socket?.resume();
  }

  #read(chunk: Uint8Array): void {
    if (this.#hangs) return;
    const now = performance.now();
    if (this.#screen.isBusy(now)) {
      const left = Math.ceil(this.#screen.busyUntil - now);
      this.violations.push(`a frame came ${left} ms before everything was laid out`);
      this.#hangs = true;
      return;
    }
    const view = new DataView(chunk.buffer, chunk.byteOffset, chunk.byteLength);
    const total = chunk.length >= HEADER_BYTES ? view.getUint16(2) : -1;
    if (total !== chunk.length) {
      this.violations.push(`a read of ${chunk.length} bytes is not the one frame it begins with (${total})`);
      return;
    }
    const body = JSON.parse(new TextDecoder().decode(chunk.subarray(HEADER_BYTES))) as Json;
    const frame = { id: view.getUint16(0), body, at: now };
    this.frames.push(frame);
    this.violations.push(...strangeToOriginal(frame.id, body));
    this.#show(frame);
  }

  #show({ id, body }: DesktopFrame): void {
    if (id === ServiceId.FRIENDREINCOMINGREQUEST) this.requests.add(String(body.src_uuid));
    if (id === ServiceId.FRIENDING_ON_BIDDIRECTIONAL) this.friends.add(String(body.friend_uuid));
    if (id !== ServiceId.TEXTCHATMSGICOMINGREQUEST) return;
    const entries = body.text_msg as Json[];
    this.#screen.show(performance.now(), String(body.text_sender), entries.length);
    for (const entry of entries) {
      const from = String(entry.msg_sender);
      if (!this.friends.has(from)) this.violations.push(`a text of ${from} came before the friendship`);
      this.shown.push({ from, content: String(entry.msg_content), id: String(entry.msg_id) });
    }
  }
}
