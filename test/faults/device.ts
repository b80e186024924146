/**
 * @module faults/device
 * A device of a person who runs the SDK, over TCP or WebSocket: it shows what comes, reads it, and says texts.
 */
import { ChatClient, ChatError, type ChatMessage } from "../../src/client/index.ts";
import type { User } from "../support/users.ts";
import { listening } from "./frames.ts";
import type { Text } from "./ledger.ts";
import type { Place } from "./place.ts";
import { Screen } from "./screen.ts";
import { now, type Stage } from "./stage.ts";

export interface DeviceOptions {
  readonly transport?: "tcp" | "ws";
  /** Whether it marks what it shows as read. */
  readonly reads?: boolean;
  /** Where it starts; where the account stands unless given. */
  readonly known?: ReadonlyMap<string, number>;
}

/** A device that is watched: what it shows, and where it is connected. */
export interface Watched {
  readonly name: string;
  readonly user: string;
  /** Where its session is; undefined while it has none. */
  readonly place: Place | undefined;
  /** When its session began; undefined while it has none. */
  readonly since: number | undefined;
  /** How often its person ended its session. */
  readonly departures: number;
  readonly has: (text: Text) => boolean;
  /** Whether it is to show its own account's texts; the original's client is not sent them. */
  readonly showsOwn: boolean;
  readonly screen: Screen;
}

export class Device implements Watched {
  readonly user: string;
  readonly screen: Screen;
  readonly showsOwn = true;
  readonly account: User;
  client: ChatClient;
  place: Place | undefined;
  since: number | undefined;
  /** Texts handed over and not yet settled. */
  waiting = 0;
  /** Switched off by its person. */
  off = false;
  departures = 0;
  /** The last seq of each peer that it marked as read on this very session, and when. */
  readonly marked = new Map<string, { readonly seq: number; readonly at: number }>();
  readonly #stage: Stage;
  readonly #options: DeviceOptions;

  constructor(
    readonly name: string,
    account: User,
    stage: Stage,
    options: DeviceOptions = {},
  ) {
    this.account = account;
    this.user = account.uuid;
    this.#stage = stage;
    this.#options = options;
    this.screen = new Screen(account.uuid, name, stage.verdict);
    this.client = this.#open(options.known);
  }

  readonly has = (text: Text): boolean => this.screen.has(text);

  /** The app is closed and started again: it goes on where it was, as the README's recipe says. */
  async reopen(): Promise<void> {
    const known = this.client.cursors();
    this.close();
    this.client = this.#open(known);
    this.off = false;
    await this.client.connect();
  }

  /** The app is closed. */
  close(): void {
    this.off = true;
    this.departures++;
    this.client.close();
    this.#left();
  }

  /**
   * Hands a text to the SDK. @returns the text, at once; `settled` resolves when it is acknowledged, refused or
   * given up.
   */
  say(to: string): { readonly text: Text; readonly settled: Promise<Text> } {
    const { ledger } = this.#stage;
    const text = ledger.write(this.user, this.name, to, now());
    this.waiting++;
    const settled = this.client
      .sendText(to, text.content)
      .then(
        ({ seq }) => ledger.acknowledged(text, seq, now()),
        (error: unknown) => {
          if (this.off || !(error instanceof ChatError) || error.retryable) text.givenUp = true;
          else ledger.refused(text, error.code);
        },
      )
      .then(() => {
        this.waiting--;
        return text;
      });
    return { text, settled };
  }

  #open(known?: ReadonlyMap<string, number>): ChatClient {
    const { world, api, ledger } = this.#stage;
    const dial = world.dialer(this.#options.transport ?? "tcp", (place) => {
      this.place = place;
    });
    const client: ChatClient = new ChatClient({
      server: api,
      credentials: { username: this.account.username, password: this.account.password },
      device: this.name,
      dial: (placement, events) =>
        dial(
          placement,
          listening(events, {
            screen: this.screen,
            ledger,
            comparable: () => !world.clocksStepped,
            closed: () => this.#left(),
          }),
        ),
      backoff: { minMs: 50, maxMs: 500 },
      ...(known !== undefined && { known }),
    });
    client.on("state", ({ state }) => {
      if (client !== this.client) return;
      if (state === "online") this.since = now();
      else this.#left();
    });
    client.on("message", (message) => this.#show(client, message));
    return client;
  }

  #show(client: ChatClient, { peer = "", sender, seq, content, mine }: ChatMessage): void {
    const told = { sender, receiver: mine ? peer : this.user, seq, content };
    const text = this.#stage.ledger.told(told, `shown on ${this.name}`);
    if (text !== undefined) this.screen.show(text, seq);
    if (mine || this.#options.reads !== true || this.since === undefined) return;
    client.markRead(peer, seq);
    this.marked.set(peer, { seq, at: now() });
  }

  #left(): void {
    this.since = undefined;
    this.marked.clear();
  }
}
