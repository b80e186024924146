/**
 * @module chat/dialects/protocol2/protocol2
 * Sessions of protocol 2: they are told everything, acknowledge what they have, and fetch by themselves what they lack.
 */
import type { Profile } from "../../../domain/entities.ts";
import { failureBody } from "../../../domain/error.ts";
import type { ConversationId } from "../../../domain/ids.ts";
import type { Clock } from "../../../lib/clock.ts";
import type { Connection } from "../../../net/connection.ts";
import type { Messaging, TextReceipt } from "../../../services/messages/messaging.ts";
import type { BoundSession } from "../../../services/sessions/sessions.ts";
import type { Body, Request } from "../../../wire/messages.ts";
import { conversationText, headBody, LIST_BUDGET_BYTES } from "../../bodies.ts";
import { startAtHead } from "../../delivery.ts";
import { DirectOutbox } from "../../outbox.ts";
import { pageOfOneFrame } from "../../pages.ts";
import { sharedFrames } from "../../texts-frame.ts";
import { type Dialect, type Echoes, ORIGINAL_ECHOES, type Start } from "../dialect.ts";
import { numberedTexts } from "./texts.ts";
import { protocol2Views } from "./views.ts";

/** Heads in the login answer; the rest comes by HEADSREQUEST. */
const LOGIN_HEADS = 100;
/** What they may take of the login answer, in bytes: open friend requests come by it alone. */
const HEADS_BUDGET = LIST_BUDGET_BYTES / 2;

const ECHOES: Echoes = {
  ...ORIGINAL_ECHOES,
  TEXTCHATMSGRESPONSE: ["conversation", "text_sender", "text_receiver"],
};

export interface Protocol2Options {
  /** This node's name. */
  readonly node: string;
  readonly idleTimeoutMs: number;
  /** How often a client is to ping. Milliseconds. */
  readonly pingIntervalMs: number;
  readonly messaging: Pick<Messaging, "heads">;
  readonly clock: Pick<Clock, "now">;
}

export class Protocol2 implements Dialect {
  readonly proto = 2;
  readonly views = protocol2Views;
  readonly knowsGroups = true;
  readonly shows = undefined;
  readonly ownTexts = true;
  readonly idleTimeoutMs: number;
  readonly echoes = ECHOES;
  readonly oddity = undefined;
  readonly strip = undefined;
  readonly failure = failureBody;
  readonly #options: Protocol2Options;
  readonly #frameOf = sharedFrames(numberedTexts);

  constructor(options: Protocol2Options) {
    this.#options = options;
    this.idleTimeoutMs = options.idleTimeoutMs;
  }

  has(): boolean {
    return true;
  }

  seen(profile: Profile): Profile {
    return profile;
  }

  stored(
    conversation: ConversationId,
    receipts: readonly TextReceipt[],
  ): Pick<Body<"TEXTCHATMSGRESPONSE">, "conversation" | "acks"> {
    return {
      conversation: conversationText(conversation),
      acks: receipts.map(({ clientId, seq, at, duplicate }) => ({
        msg_id: clientId,
        seq,
        at,
        ...(duplicate && { duplicate }),
      })),
    };
  }

  client({ device, name = "" }: Request<"LOGINSERVER">) {
    return { device, name, resumes: true };
  }

  equip(connection: Connection<unknown>, { user }: BoundSession) {
    return { outbox: new DirectOutbox(connection, user, this.#frameOf, undefined), shown: undefined };
  }

  async start({ user, session, ticket }: BoundSession): Promise<Start> {
    const { node, pingIntervalMs, messaging, clock } = this.#options;
    const read = (limit: number) => messaging.heads(user, { limit });
    const heads = await pageOfOneFrame(LOGIN_HEADS, read, headBody, HEADS_BUDGET);
    return {
      fields: {
        proto: this.proto,
        session,
        node,
        ...(ticket !== undefined && { resume_token: ticket }),
        ping_interval: pingIntervalMs,
        server_time: clock.now(),
        heads: heads.items,
        ...(heads.next !== undefined && { heads_next: heads.next }),
      },
      behind: [],
      place: (delivery) => {
        for (const head of heads.read.items) startAtHead(delivery, head, head.lastSeq);
        if (heads.next === undefined) delivery.knowsAll();
      },
    };
  }
}
