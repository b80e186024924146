/**
 * @module chat/dialects/dialect
 * What sessions of one protocol see, and what they may say. There are two, chosen at the login (dialects/dialects);
 * nobody else asks which one a session speaks.
 */
import type { Message, Profile } from "../../domain/entities.ts";
import type { AppError } from "../../domain/error.ts";
import type { ConversationId } from "../../domain/ids.ts";
import type { Connection } from "../../net/connection.ts";
import type { EventOf, EventType } from "../../services/delivery/events.ts";
import type { Growth } from "../../services/delivery/ports.ts";
import type { TextReceipt } from "../../services/messages/messaging.ts";
import type { BoundSession, Client } from "../../services/sessions/sessions.ts";
import type { ServiceName } from "../../wire/ids.ts";
import type { Body, Request, RequestName } from "../../wire/messages.ts";
import type { Delivery } from "../delivery.ts";
import type { Outbox } from "../outbox.ts";

/** What a session has from its login on, as far as it is told of something. */
export interface Told {
  readonly bound: BoundSession;
  readonly outbox: Outbox;
  readonly delivery: Delivery;
  /** Undefined where the dialect knows none. */
  readonly groups: OpenGroups | undefined;
}

/** The groups that a client shows: what is of a moment is told of no others. */
export interface OpenGroups {
  isOpen(conversation: ConversationId): boolean;
}

/** Tells a session of an event. */
export type View<T extends EventType> = (to: Told, event: EventOf<T>) => void;
/** A row each event; undefined where sessions of the dialect are told nothing of it. */
export type Views = { readonly [T in EventType]: View<T> | undefined };

/** Follows what a client that acknowledges nothing was surely shown. */
export interface Witness {
  /** The client sent a frame. */
  heard(): void;
  /** It has sent its last, or its connection is gone. */
  ended(): void;
}

/** Where a session starts in the conversations of its account. */
export interface Start {
  /** What the login answer says of it. */
  readonly fields: object;
  /** What the session is sent by itself behind the answer, in this order. */
  readonly behind: readonly Omit<Growth, "user">[];
  /** Sets its positions. */
  place(delivery: Delivery): void;
}

/** Names of fields, by the answer. */
export type Echoes = Partial<Record<ServiceName, readonly string[]>>;

/** As the original's contract has it. */
export const ORIGINAL_ECHOES: Echoes = {
  FRIENDSENDERRESPONSE: ["src_uuid", "dst_uuid"],
  TEXTCHATMSGRESPONSE: ["text_sender", "text_receiver"],
};

/** How requests of a session are taken, and refused. */
export interface Voice {
  /** Whether it has a frame of this id; from a session whose dialect has not, it is no request but the end. */
  has(id: number): boolean;
  /** The fields of a failed answer. */
  failure(error: AppError): object;
  /** What an answer repeats of its request also when it refuses it. */
  readonly echoes: Echoes;
  /** The answer to a body that is no request but a habit of its clients, which is not held against them. */
  readonly oddity: ((name: RequestName, body: unknown) => AppError | undefined) | undefined;
  /** Takes out of a checked body what the dialect does not have. */
  readonly strip: (<N extends RequestName>(name: N, body: Request<N>) => void) | undefined;
}

export interface Dialect extends Voice {
  /** As the log calls it. */
  readonly proto: number;
  readonly views: Views;
  /** Whether a session knows of groups; nothing of them is ever sent to one that does not. */
  readonly knowsGroups: boolean;
  /** Whether its clients can show anything of a message; undefined where they can show all. */
  readonly shows: ((message: Message) => boolean) | undefined;
  /** Whether a session sees its user's own texts that other sessions sent. */
  readonly ownTexts: boolean;
  /** A session that sends nothing for so long is cut, milliseconds; 0 for never. */
  readonly idleTimeoutMs: number;
  /** A profile as its clients can show it. */
  seen(profile: Profile): Profile;
  /** What the answer to texts says of where they are, and of each that is stored. */
  stored(
    conversation: ConversationId,
    receipts: readonly TextReceipt[],
  ): Pick<Body<"TEXTCHATMSGRESPONSE">, "conversation" | "acks">;
  /** The client as its LOGINSERVER presents it. */
  client(body: Request<"LOGINSERVER">): Client;
  /** What stands between a new session and its connection. */
  equip(connection: Connection<unknown>, bound: BoundSession): { outbox: Outbox; shown: Witness | undefined };
  /** Reads where the session starts. @throws AppError UNAVAILABLE */
  start(bound: BoundSession): Promise<Start>;
}
