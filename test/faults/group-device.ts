/**
 * @module faults/group-device
 * A device of somebody who is in a group, at times: it notes what it is shown, and what became of what it said.
 */
import { ChatClient, ChatError } from "../../src/client/index.ts";
import type { User } from "../support/users.ts";
import type { Place } from "./place.ts";
import { now, type Stage } from "./stage.ts";

export interface GroupText {
  readonly content: string;
  readonly saidAt: number;
  seq: number | undefined;
  ackedAt: number | undefined;
  refused: number | undefined;
}

export class GroupDevice {
  readonly user: string;
  readonly client: ChatClient;
  /** Of the group, in the order in which it came. */
  readonly shown: { readonly seq: number; readonly content: string; readonly kind: string }[] = [];
  readonly said: GroupText[] = [];
  place: Place | undefined;
  /** When its session began; undefined while it has none. */
  since: number | undefined;
  /** Since when it is a member for sure; undefined while it is not, or that is being changed. */
  inSince: number | undefined;
  readonly #seen = new Set<string>();

  constructor(
    readonly name: string,
    readonly account: User,
    transport: "tcp" | "ws",
    { world, api }: Stage,
  ) {
    this.user = account.uuid;
    this.client = new ChatClient({
      server: api,
      credentials: { username: account.username, password: account.password },
      device: name,
      dial: world.dialer(transport, (place) => {
        this.place = place;
      }),
      backoff: { minMs: 50, maxMs: 500 },
    });
    this.client.on("state", ({ state }) => {
      this.since = state === "online" ? now() : undefined;
    });
    // Whoever plays here is in one group, and talks to nobody else.
    this.client.on("message", ({ peer, seq, content, kind }) => {
      if (peer !== undefined) return;
      this.shown.push({ seq, content, kind });
      this.#seen.add(content);
    });
  }

  has(content: string): boolean {
    return this.#seen.has(content);
  }

  /** Says a text in a group. Resolves when it is settled. */
  async say(conversation: string): Promise<GroupText> {
    const content = `${this.name}, ${this.said.length + 1}`;
    const text: GroupText = {
      content,
      saidAt: now(),
      seq: undefined,
      ackedAt: undefined,
      refused: undefined,
    };
    this.said.push(text);
    try {
      text.seq = (await this.client.sendText({ conversation }, content)).seq;
      text.ackedAt = now();
    } catch (error) {
      if (error instanceof ChatError && !error.retryable) text.refused = error.code;
    }
    return text;
  }
}
