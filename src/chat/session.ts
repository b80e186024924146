/**
 * @module chat/session
 * One client's session: what hangs on its connection from the first byte to the last. It turns events into
 * the frames that its protocol knows; a session without `proto` sees nothing beyond the original's contract.
 */
import type { EndReason, Profile } from "../domain/entities.ts";
import type { AppError } from "../domain/error.ts";
import type { Buckets } from "../lib/buckets.ts";
import type { Connection } from "../net/connection.ts";
import type { UserEvent } from "../services/delivery/events.ts";
import type { Growth } from "../services/delivery/ports.ts";
import type { BoundSession } from "../services/sessions/sessions.ts";
import { encodeFrame } from "../wire/frame.ts";
import { ServiceId, type ServiceName } from "../wire/ids.ts";
import {
  changedProfileBody,
  conversationText,
  cursorBody,
  failureBody,
  idText,
  incomingRequestBody,
  newFriendBody,
} from "./bodies.ts";
import type { Delivery } from "./delivery.ts";
import { withStandIns } from "./desktop.ts";
import type { Outbox } from "./outbox.ts";
import type { FrameFamily } from "./prices.ts";
import type { Shown } from "./shown.ts";

/** What a session has from its login on. */
export interface LoggedIn {
  readonly bound: BoundSession;
  readonly outbox: Outbox;
  readonly delivery: Delivery;
  /** What its client was surely shown, which one of the original does not tell by itself. */
  readonly shown: Shown | undefined;
}

/** A frame that waits for an earlier one of its connection to be handled. */
export interface WaitingFrame {
  readonly id: number;
  readonly body: Uint8Array;
}

/** How long a client that asked for too much is to stay away, milliseconds. */
const OVERLOAD_WAIT_MS = 10_000;

/** What sessions of the original's protocol are told nothing of. */
type ModernEvent = Exclude<
  UserEvent,
  { type: "texts" | "friend_request" | "friend_added" | "signal" | "end_session" }
>;

export class ChatSession {
  /** 1: the original's contract; 2 once LOGINSERVER asked for it. */
  proto: 1 | 2 = 1;
  /** From a good login on. */
  login: LoggedIn | undefined;
  /** True once LOGINRESPONSE is written; events that come before wait in `early`. */
  entered = false;
  /** True once a frame came in behind LOGINRESPONSE: the client has got it. */
  answered = false;
  early: UserEvent[] | undefined;
  /** A frame whose handling is under way; what follows waits in `waiting`. */
  busy = false;
  waiting: WaitingFrame[] | undefined;
  /** Texts that are under way to the store; the frame that sent them is answered when they are there. */
  texts = 0;
  /** True once `end` was called: what still comes in, or waits, is not handled any more. */
  ending = false;
  /** Bad frames: how many since when (`monotonic`). */
  strikes = 0;
  strikesSince = 0;
  /** What it has left to spend, by frame family, and of refusals; made at first use. */
  buckets: Buckets<FrameFamily | "refused"> | undefined;

  /** What is to be done once everything is answered. */
  #last: (() => void) | undefined;

  constructor(readonly connection: Connection<ChatSession>) {}

  get isOpen(): boolean {
    return this.connection.isOpen;
  }

  /** Whether its client is known to be one of the original's: it logged in, and not to protocol 2. */
  get isOriginal(): boolean {
    return this.login !== undefined && this.proto === 1;
  }

  /** A profile as this session is to see it. */
  seen(profile: Profile): Profile {
    return this.proto === 2 ? profile : withStandIns(profile);
  }

  /** The client sent a frame. */
  heard(): void {
    this.login?.outbox.heard();
    this.login?.shown?.heard();
  }

  /** Queues a frame. Before login there is nothing else to queue with, so it goes out as it is. */
  send(name: ServiceName, body: object): void {
    if (this.login !== undefined) this.login.outbox.send(name, body);
    else this.connection.send(encodeFrame(ServiceId[name], body));
  }

  /** Answers a request with an error; `echo` are the fields that the original's answer carries also then. */
  fail(name: ServiceName, error: AppError, echo: object = {}): void {
    this.send(name, { ...failureBody(error, this.proto), ...echo });
  }

  /** The same for what has no answer of its own. The original's contract has no frame that could say it. */
  failUnnamed(error: AppError): void {
    if (!this.isOriginal) this.fail("ERROR", error);
  }

  /** Takes no more frames, answers those whose handling is under way, then closes. */
  end(): void {
    this.ending = true;
    this.connection.finish("ended");
    this.whenAnswered(() => this.close());
  }

  /** No more frames will come: calls `last`, the first that was given, once all that did are answered. */
  whenAnswered(last: () => void): void {
    this.#last ??= last;
    this.settle();
  }

  /** A frame was answered; is it time for the last word? */
  settle(): void {
    const last = this.#last;
    if (last === undefined || this.busy || this.texts > 0) return;
    if (this.waiting !== undefined && !this.ending) return;
    this.#last = () => {};
    last();
  }

  /** Sends what is queued, then closes. */
  close(): void {
    if (this.login !== undefined) this.login.outbox.end();
    else this.connection.end("ended");
  }

  /** The login answer is written: what came meanwhile follows. */
  enter(): void {
    this.entered = true;
    const early = this.early ?? [];
    this.early = undefined;
    for (const event of early) this.receive(event);
  }

  /** Texts that the store holds and this session may lack. */
  catchUp({ conversation, peer, lastSeq }: Omit<Growth, "user">): void {
    if (this.entered) this.login?.delivery.catchUp(conversation, peer, lastSeq);
  }

  /** Something happened that concerns this session's user. */
  receive(event: UserEvent): void {
    const { login } = this;
    if (login === undefined) return;
    if (event.type === "end_session") {
      if (event.session === undefined || event.session === login.bound.session)
        this.#endBecause(event.reason);
      return;
    }
    if (!this.entered) {
      this.early ??= [];
      this.early.push(event);
      return;
    }
    // Its client would show it twice.
    if ("again" in event && event.again === true && this.proto === 1) return;
    switch (event.type) {
      case "texts":
        if (event.peer !== undefined)
          login.delivery.push(event.peer, event.messages, event.except === login.bound.session);
        break;
      case "friend_request":
        this.send(
          "FRIENDREINCOMINGREQUEST",
          incomingRequestBody(this.seen(event.from), login.bound.user, event.nickname, event.message),
        );
        break;
      case "friend_added":
        this.send("FRIENDING_ON_BIDDIRECTIONAL", newFriendBody(this.seen(event.friend)));
        break;
      case "signal":
        this.send(event.medium === "voice" ? "VOICECHATMSGREQUEST" : "VIDEOCHATMSGREQUEST", {
          src_uuid: idText(event.from),
          dst_uuid: idText(login.bound.user),
          signal: event.signal,
        });
        break;
      default:
        if (this.proto === 2) this.#receiveModern(event);
    }
  }

  #receiveModern(event: ModernEvent): void {
    if ("except" in event && event.except === this.login?.bound.session) return;
    switch (event.type) {
      case "friend_removed":
        this.send("FRIENDREMOVED", { uuid: idText(event.friend) });
        break;
      case "receipt": {
        const news = this.login?.delivery.receipt(event.conversation, event);
        if (news) this.send("RECEIPT", cursorBody(event.conversation, event.peer, news));
        break;
      }
      case "cursor_moved": {
        const news = this.login?.delivery.cursor(event.conversation, event);
        if (news) this.send("CURSOR", cursorBody(event.conversation, event.peer, news));
        break;
      }
      case "request_gone":
        this.send("FRIENDREJECT", { src_uuid: idText(event.from) });
        break;
      case "block_changed":
        this.send("BLOCK", { uuid: idText(event.other), blocked: event.blocked });
        break;
      case "profile_changed":
        this.send("PROFILECHANGED", changedProfileBody(event.profile));
        break;
      case "typing":
        this.send("TYPING", {
          conversation: conversationText(event.conversation),
          peer: idText(event.from),
        });
        break;
      case "presence":
        this.send("PRESENCE", {
          uuid: idText(event.friend),
          online: event.online,
          last_seen: event.lastSeen,
        });
    }
  }

  /** Ends a session that does not stop asking for more than its share. */
  endForOverload(): void {
    if (this.proto === 2)
      this.send("GOAWAY", { reason: "overload", reconnect_in_ms: OVERLOAD_WAIT_MS, resume: true });
    this.end();
  }

  #endBecause(reason: EndReason): void {
    if (this.proto === 2)
      this.send("GOAWAY", {
        reason,
        reconnect_in_ms: 0,
        resume: false,
        ...(reason === "kicked" && { error: 15 }),
      });
    this.end();
  }
}
