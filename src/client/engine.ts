/**
 * @module client/engine
 * The moving parts of a client, and how they are wired: the connection, what comes in over it, what goes out.
 */
import { Addresses } from "./addresses.ts";
import { Connection } from "./connection.ts";
import { Emitter } from "./emitter.ts";
import type { ChatEvents } from "./events.ts";
import { History } from "./history.ts";
import { HttpApi } from "./http.ts";
import { textId } from "./id.ts";
import { Intake } from "./intake.ts";
import type { ChatClientOptions } from "./options.ts";
import type { Outbox } from "./outbox.ts";
import { openOutbox } from "./sending.ts";
import { wsDialer } from "./ws.ts";

export class Engine {
  readonly emitter: Emitter<ChatEvents>;
  readonly addresses = new Addresses();
  readonly connection: Connection;
  readonly history: History;
  readonly intake: Intake;
  readonly outbox: Outbox;

  constructor(options: ChatClientOptions) {
    const { known, autoAck = true, backoff = {}, requestTimeoutMs = 15_000 } = options;
    this.emitter = new Emitter((error, event) => {
      if (event !== "error") this.emitter.emit("error", error);
    });
    this.connection = this.#connection(options, { backoff, requestTimeoutMs });
    const { connection, addresses, emitter } = this;
    this.history = new History(connection, addresses);
    this.intake = new Intake({ connection, addresses, emitter, history: this.history }, { known, autoAck });
    this.outbox = openOutbox(
      { connection, addresses, intake: this.intake },
      { backoff, answerTimeoutMs: requestTimeoutMs },
    );
  }

  #connection(
    {
      server,
      credentials,
      dial = wsDialer(),
      device = textId().slice(1, -1),
      name = "sdk/1.0",
    }: ChatClientOptions,
    waits: Required<Pick<ChatClientOptions, "backoff" | "requestTimeoutMs">>,
  ): Connection {
    const api = typeof server === "string" ? new HttpApi(server) : server;
    return new Connection(
      credentials,
      { api, dial, device, name, ...waits },
      {
        connecting: () => this.intake.begin(),
        online: (session) => {
          this.outbox.start();
          void this.intake.online(session);
        },
        leaving: () => this.outbox.stop(),
        offline: () => {
          this.outbox.stop();
          this.intake.offline();
        },
        ended: (error) => this.outbox.end(error),
        push: (push) => {
          if (push.name === "TEXTCHATMSGRESPONSE") this.outbox.answer(push.body);
          else this.intake.push(push);
        },
        state: (change) => this.emitter.emit("state", change),
      },
    );
  }
}
