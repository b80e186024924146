/**
 * @module chat/session
 * One client's session: what hangs on its connection from the first byte to the last. What it is told, and how, is its
 * dialect's to say.
 */
import type { AppError } from "../domain/error.ts";
import type { ConversationId } from "../domain/ids.ts";
import type { Buckets } from "../lib/buckets.ts";
import type { Connection } from "../net/connection.ts";
import type { EventType, UserEvent } from "../services/delivery/events.ts";
import type { Growth } from "../services/delivery/ports.ts";
import { encodeFrame } from "../wire/frame.ts";
import { ServiceId, type ServiceName } from "../wire/ids.ts";
import type { Body } from "../wire/messages.ts";
import type { Dialect, OpenGroups, Told, View, Voice, Witness } from "./dialects/dialect.ts";
import { newcomer } from "./dialects/newcomer.ts";
import type { LimitName } from "./limits.ts";

/** The groups that a session is in, and those of them that its client shows. */
export interface Membership extends OpenGroups {
  /** At the login, before it is read where they stand. @throws AppError UNAVAILABLE */
  enter(): Promise<void>;
  /** The client says whether it shows a group from now on. */
  setOpen(conversation: ConversationId, isOpen: boolean): void;
  /** The session is over. */
  leave(): void;
}

/** What a session has from its login on. */
export interface LoggedIn extends Told {
  readonly dialect: Dialect;
  /** Undefined where the client tells by itself what it has. */
  readonly shown: Witness | undefined;
  readonly groups: Membership | undefined;
}

/** A frame that waits for an earlier one of its connection to be handled. */
export interface WaitingFrame {
  readonly id: number;
  readonly body: Uint8Array;
}

/** How long a client that asked for too much is to stay away, milliseconds. */
const OVERLOAD_WAIT_MS = 10_000;

export class ChatSession {
  /** Its dialect's, once LOGINSERVER has chosen one. */
  voice: Voice = newcomer;
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
  /** What it has left to spend, by limit, and of refusals; made at first use. */
  buckets: Buckets<LimitName | "refused"> | undefined;

  /** What is to be done once everything is answered. */
  #last: (() => void) | undefined;

  constructor(readonly connection: Connection<ChatSession>) {}

  get isOpen(): boolean {
    return this.connection.isOpen;
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

  /** Queues a frame that the session's dialect may not have: then there is nothing that could be said. */
  #sendIfKnown(name: ServiceName, body: object): void {
    if (this.voice.has(ServiceId[name])) this.send(name, body);
  }

  /** Answers a request with an error; `echo` are the fields that the original's answer carries also then. */
  fail(name: ServiceName, error: AppError, echo: object = {}): void {
    this.send(name, { ...this.voice.failure(error), ...echo });
  }

  /** The same for what has no answer of its own. */
  failUnnamed(error: AppError): void {
    this.#sendIfKnown("ERROR", this.voice.failure(error));
  }

  /** Asks the client to go, and to come back later. */
  sendAway(reason: Body<"GOAWAY">["reason"], reconnectInMs: number): void {
    this.#sendIfKnown("GOAWAY", { reason, reconnect_in_ms: reconnectInMs, resume: true });
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
    if (peer === undefined && this.login?.groups === undefined) return;
    if (this.entered) this.login?.delivery.catchUp(conversation, peer, lastSeq);
  }

  /** Something happened that concerns this session's user. */
  receive(event: UserEvent): void {
    const { login } = this;
    if (login === undefined) return;
    if (event.type === "end_session") {
      if (event.session !== undefined && event.session !== login.bound.session) return;
      this.#show(login, event);
      this.end();
    } else if (this.entered) {
      this.#show(login, event);
    } else {
      this.early ??= [];
      this.early.push(event);
    }
  }

  #show(login: LoggedIn, event: UserEvent): void {
    // The row of the event's own type; the compiler cannot pair the two through a union.
    const view = login.dialect.views[event.type] as View<EventType> | undefined;
    view?.(login, event);
  }

  /** Ends a session that does not stop asking for more than its share. */
  endForOverload(): void {
    this.sendAway("overload", OVERLOAD_WAIT_MS);
    this.end();
  }
}
