/**
 * @module client/sending
 * The outbox on a connection: its frames go out there, and what is committed comes out as one's own message.
 */
import type { Addresses } from "./addresses.ts";
import type { BackoffOptions } from "./backoff.ts";
import type { Connection } from "./connection.ts";
import type { Intake } from "./intake.ts";
import { Outbox } from "./outbox.ts";

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
      transmit: ({ peer }, texts) => {
        const { uuid: self } = connection;
        const text_msg = texts.map(({ id, content }) => ({
          msg_sender: self,
          msg_receiver: peer,
          msg_id: id,
          msg_content: content,
        }));
        connection.send("TEXTCHATMSGREQUEST", { text_sender: self, text_receiver: peer, text_msg });
      },
      committed: ({ id, content }, { seq, at }, { conversation, peer }) => {
        if (conversation === undefined) return;
        const { uuid: sender } = connection;
        intake.take({ conversation, peer, seq, at, id, sender, kind: "text", content, mine: true });
      },
    },
    options,
  );
}
