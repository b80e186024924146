/**
 * @module faults/people
 * The clients under load and what they record: each device one SDK client, whose connections are listened to
 * below the SDK, so that what it would hide is seen.
 */
import { ChatClient, type HttpApi, type TransportEvents } from "../../src/client/index.ts";
import { decodeBody } from "../../src/wire/body.ts";
import { ServiceId } from "../../src/wire/ids.ts";
import type { Body } from "../../src/wire/messages.ts";
import type { User } from "../support/users.ts";
import type { DeviceHistory, Pushed, Sent, SessionHistory } from "./history.ts";
import type { World } from "./world.ts";

export class Device implements DeviceHistory {
  readonly user: string;
  readonly shown: Pushed[] = [];
  readonly sent: Sent[] = [];
  readonly sessions: SessionHistory[] = [];
  readonly client: ChatClient;
  #texts = 0;
  /** Texts handed over and not yet settled. */
  waiting = 0;

  constructor(
    readonly device: string,
    account: User,
    api: HttpApi,
    world: World,
  ) {
    this.user = account.uuid;
    this.client = new ChatClient({
      server: api,
      credentials: { username: account.username, password: account.password },
      device,
      dial: (placement, events) => world.dial(placement, this.#listen(events)),
      backoff: { minMs: 50, maxMs: 500 },
    });
    this.client.on("message", ({ peer, sender, seq, content, mine }) =>
      this.shown.push({ sender, receiver: mine ? peer : this.user, seq, content }),
    );
  }

  /** Hands a text to the SDK and notes what becomes of it. */
  say(to: string): void {
    const content = `${this.device} to ${to}, ${++this.#texts}`;
    const sent: Sent = { from: this.user, device: this.device, to, content, acked: undefined };
    this.sent.push(sent);
    this.waiting++;
    this.client
      .sendText(to, content)
      .then(
        ({ seq }) => {
          sent.acked = seq;
        },
        () => {}, // Refused or ended: not acknowledged.
      )
      .finally(() => this.waiting--);
  }

  #listen(events: TransportEvents): TransportEvents {
    const session: SessionHistory = { user: this.user, device: this.device, pushed: [] };
    this.sessions.push(session);
    return {
      frame: (id, body) => {
        if (id === ServiceId.TEXTCHATMSGICOMINGREQUEST) {
          const { text_msg } = decodeBody(body) as Body<"TEXTCHATMSGICOMINGREQUEST">;
          for (const { msg_sender, msg_receiver, seq, msg_content } of text_msg)
            session.pushed.push({
              sender: msg_sender,
              receiver: msg_receiver,
              seq: seq ?? 0,
              content: msg_content,
            });
        }
        events.frame(id, body);
      },
      closed: (reason) => events.closed(reason),
    };
  }
}
