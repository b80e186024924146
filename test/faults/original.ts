/**
 * @module faults/original
 * A device that runs the original's client, reduced to its protocol: a name, a password, texts without a seq, nothing
 * repeated and nothing remembered. What it is not shown it never asks for, so the server must know. Whatever it is sent
 * that the original's server would not send is a violation.
 */
import type { Transport } from "../../src/client/index.ts";
import { encodeFrameText } from "../../src/wire/frame.ts";
import { ServiceId } from "../../src/wire/ids.ts";
import { strangeToOriginal } from "../support/desktop-peer.ts";
import type { User } from "../support/users.ts";
import type { Watched } from "./device.ts";
import { describe, type Text } from "./ledger.ts";
import type { Place } from "./place.ts";
import { Screen } from "./screen.ts";
import { now, type Stage, sleep } from "./stage.ts";

type Json = Record<string, unknown>;

const RETRY_MS = 400;

export class OriginalDevice implements Watched {
  readonly user: string;
  readonly screen: Screen;
  readonly showsOwn = false;
  departures = 0;
  place: Place | undefined;
  since: number | undefined;
  readonly #shown = new Set<string>();
  /** By lane of a sender: the number of the last text on this connection. */
  readonly #last = new Map<string, number>();
  #transport: Transport | undefined;
  #open = true;
  /** The text that waits for its 18, which names none. */
  #pending: { readonly text: Text; readonly done: () => void } | undefined;

  constructor(
    readonly name: string,
    readonly account: User,
    readonly stage: Stage,
  ) {
    this.user = account.uuid;
    this.screen = new Screen(account.uuid, name, stage.verdict);
    this.screen.seesPresence = this.screen.seesReceipts = false;
    void this.#stay();
  }

  readonly has = (text: Text): boolean => this.#shown.has(text.content);

  /** Says a text and resolves when its fate is known, or that it is not. One at a time. */
  async say(to: string): Promise<void> {
    const { ledger } = this.stage;
    if (this.since === undefined || this.#pending !== undefined) return;
    const text = ledger.write(this.user, this.name, to, now());
    const entry = { msg_sender: this.user, msg_receiver: to, msg_id: `{${crypto.randomUUID()}}` };
    const text_msg = [{ ...entry, msg_content: text.content }];
    await new Promise<void>((done) => {
      this.#pending = { text, done };
      this.#send(ServiceId.TEXTCHATMSGREQUEST, { text_sender: this.user, text_receiver: to, text_msg });
    });
  }

  close(): void {
    this.#open = false;
    this.departures++;
    this.#transport?.close();
    this.#left();
  }

  /** Its person clicks "log in" until it is in, and again whenever it is thrown out. */
  async #stay(): Promise<void> {
    while (this.#open) {
      const gone = Promise.withResolvers<void>();
      try {
        await this.#login(() => gone.resolve());
        await gone.promise;
      } catch {
        // Some server is away.
      }
      this.#left();
      await sleep(RETRY_MS);
    }
  }

  async #login(onClosed: () => void): Promise<void> {
    const { api, world } = this.stage;
    const { uuid, token, ...placement } = await api.login(this.account.username, this.account.password);
    const dial = world.dialer("tcp", (place) => {
      this.place = place;
    });
    this.#last.clear();
    this.#transport = await dial(
      { ...placement, uuid, token },
      { frame: (id, bytes) => this.#frame(id, bytes), closed: onClosed },
    );
    this.#send(ServiceId.LOGINSERVER, { uuid, token });
  }

  #send(id: number, body: Json): void {
    this.#transport?.send(encodeFrameText(id, JSON.stringify(body)));
  }

  #frame(id: number, bytes: Uint8Array): void {
    const { verdict } = this.stage;
    const body = JSON.parse(new TextDecoder().decode(bytes)) as Json;
    for (const what of strangeToOriginal(id, body))
      verdict.add("not of the original's protocol", `${this.name}: ${what}`);
    if (id === ServiceId.LOGINRESPONSE && body.error === 0) this.since = now();
    if (id === ServiceId.TEXTCHATMSGICOMINGREQUEST)
      for (const entry of body.text_msg as Json[]) this.#show(entry);
    if (id === ServiceId.TEXTCHATMSGRESPONSE) this.#answered(Number(body.error));
  }

  #answered(error: number): void {
    const pending = this.#pending;
    this.#pending = undefined;
    if (pending === undefined) return;
    const { ledger } = this.stage;
    if (error === 0) ledger.acknowledgedSomewhere(pending.text, now());
    else if (MAY_BE_STORED.has(error)) pending.text.givenUp = true;
    else ledger.refused(pending.text, error);
    pending.done();
  }

  #show({ msg_sender, msg_receiver, msg_content }: Json): void {
    const { ledger, verdict } = this.stage;
    const text = ledger.find(String(msg_content));
    if (text?.from !== msg_sender || text?.to !== msg_receiver || text?.to !== this.user)
      verdict.add(
        "pushed to a wrong user",
        `${this.name}: "${msg_content}" of ${msg_sender} to ${msg_receiver}`,
      );
    if (text === undefined) return;
    const last = this.#last.get(text.device) ?? 0;
    const what = `${this.name}: ${describe(text)}`;
    if (text.number === last) verdict.add("pushed twice to a session", what);
    else if (text.number < last) verdict.add("session out of order", `${what} after the sender's ${last}.`);
    this.#last.set(text.device, Math.max(last, text.number));
    this.screen.count++;
    this.#shown.add(text.content);
  }

  #left(): void {
    this.since = undefined;
    const pending = this.#pending;
    this.#pending = undefined;
    if (pending === undefined) return;
    pending.text.givenUp = true;
    pending.done();
  }
}

/** Error numbers that mean "try again", which this client does not: 64 RATE_LIMITED, 70 UNAVAILABLE. */
const MAY_BE_STORED: ReadonlySet<number> = new Set([64, 70]);
