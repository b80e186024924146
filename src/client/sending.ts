/**
 * @module client/sending
 * The outbox on a connection: its frames go out there, and what is committed comes out as one's own message.
 */
import type { Request } from "../wire/messages.ts";
import type { Addresses, Target } from "./addresses.ts";
import type { BackoffOptions } from "./backoff.ts";
import type { Connection } from "./connection.ts";
import type { Intake } from "./intake.ts";
import { Outbox } from "./outbox.ts";
import type { OutgoingText } from "./outgoing.ts";

export interface SendingPorts {
  readonly connection: Connection;
  readonly addresses: Addresses;
  readonly intake: Intake;
}

export function openOutbox(
  { connection, addresses, intake }: SendingPorts,
  options: { readonly backoff: BackoffOptions; readonly answerTimeoutMs: number },
): Outbox {
  return new Outbox(
    {
      targetOf: (address) => addresses.targetOf(address),
      transmit: (target, texts) =>
        connection.send("TEXTCHATMSGREQUEST", frameOf(target, texts, connection.uuid)),
      committed: ({ to: _, ...text }, { seq, at }, { conversation, peer }) => {
        if (conversation === undefined) return;
        const { uuid: sender } = connection;
        intake.take({
          kind: "text",
          ...text,
          conversation,
          ...(peer !== undefined && { peer }),
          seq,
          at,
          sender,
          mine: true,
          asOf: seq,
        });
      },
    },
    options,
  );
}

/** The frame of texts. One to a friend repeats in each whom it is from and to, as the original has it. */
function frameOf(
  target: Target,
  texts: readonly OutgoingText[],
  self: string,
): Request<"TEXTCHATMSGREQUEST"> {
  const { peer, conversation } = target;
  const ends = peer === undefined ? {} : { msg_sender: self, msg_receiver: peer };
  const text_msg = texts.map(({ id, content, kind, data, replyTo }) => ({
    ...ends,
    msg_id: id,
    msg_content: content,
    ...(kind !== undefined && { kind }),
    ...(data !== undefined && { data }),
    ...(replyTo !== undefined && { reply_to: replyTo }),
  }));
  if (peer !== undefined) return { text_sender: self, text_receiver: peer, text_msg };
  return { ...(conversation !== undefined && { conversation }), text_msg };
}
