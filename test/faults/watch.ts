/**
 * @module faults/watch
 * Looks a few times a second at what every device shows, as its person would, and complains of what has been
 * wrong for longer than it may. It looks while the faults go on: at the end the next text has healed the hole.
 *
 * A device's time does not run while it has no session, nor while something stands between it and the store
 * (faults/obstacles); it begins anew after either.
 */
import type { Watched } from "./device.ts";
import { lateRule } from "./late.ts";
import { type Conversation, describe, type Text } from "./ledger.ts";
import { PresenceWatch } from "./presence.ts";
import { ReceiptWatch } from "./receipts.ts";
import { SessionWatch } from "./sessions.ts";
import { now, type Stage } from "./stage.ts";

const LOOK_EVERY_MS = 200;
/** Between two looks: this process did not get its time, so nobody can be blamed for theirs. */
const STOOD_STILL_MS = 1_000;
/** Seqs beyond the first missing one that are looked at: nobody is told of some before they are acknowledged. */
const LOOK_AHEAD = 300;

/** So long before and after a break a text may have been on its way. */
const ABOUT_MS = 1_000;

/** What is remembered of a device between two looks. */
export interface Sight {
  readonly device: Watched;
  /** Since when nothing hinders it; undefined while something does. */
  freeSince: number | undefined;
  /** By conversation: everything below is shown, or complained of. */
  readonly done: Map<string, number>;
}

export class Watch {
  readonly #stage: Stage;
  readonly #sights: Sight[] = [];
  readonly #complained = new WeakSet<Text>();
  readonly #presence: PresenceWatch;
  readonly #receipts: ReceiptWatch;
  readonly #sessions: SessionWatch;
  #lookedAt = now();
  readonly #timer: ReturnType<typeof setInterval>;
  /** When links between nodes were broken; what is written then must find another way. */
  readonly #brokenLinks: { readonly from: number; until: number }[] = [];
  /** What was missing for longest on a device that nothing hindered. */
  longest = { ms: 0, what: "nothing", seenAt: new Date() };

  constructor(stage: Stage) {
    this.#stage = stage;
    this.#presence = new PresenceWatch(stage);
    this.#receipts = new ReceiptWatch(stage);
    this.#sessions = new SessionWatch(stage);
    this.#timer = setInterval(() => this.look(), LOOK_EVERY_MS);
  }

  add(device: Watched): void {
    this.#sights.push({ device, freeSince: undefined, done: new Map() });
  }

  remove(device: Watched): void {
    const at = this.#sights.findIndex((sight) => sight.device === device);
    if (at >= 0) this.#sights.splice(at, 1);
  }

  get devices(): Watched[] {
    return this.#sights.map(({ device }) => device);
  }

  /** How many texts are missing on devices that are connected, or still waited for. */
  get missing(): number {
    let missing = 0;
    for (const [sight, conversation] of this.#pairs()) if (this.#firstMissing(sight, conversation)) missing++;
    return missing;
  }

  /** A link between nodes is broken from now on. @returns what to call when it is whole again */
  linkBroken(): () => void {
    const broken = { from: now(), until: Number.POSITIVE_INFINITY };
    this.#brokenLinks.push(broken);
    return () => {
      broken.until = now();
    };
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  look(): void {
    const { world } = this.#stage;
    const at = now();
    const stoodStill = at - this.#lookedAt > STOOD_STILL_MS;
    this.#lookedAt = at;
    for (const sight of this.#sights) {
      const { device } = sight;
      const isHindered = stoodStill || world.hinders("texts", device);
      if (device.since === undefined || isHindered) sight.freeSince = undefined;
      else sight.freeSince = Math.max(device.since, sight.freeSince ?? at);
    }
    for (const [sight, conversation] of this.#pairs()) this.#lookAt(sight, conversation, at);
    for (const text of this.#stage.ledger.unplaced) this.#lookForUnplaced(text, at);
    this.#presence.look(this.#sights, at);
    this.#receipts.look(this.#sights, at);
    this.#sessions.look(this.devices, at);
  }

  *#pairs(): Iterable<[Sight, Conversation]> {
    const byUser = Map.groupBy(this.#sights, ({ device }) => device.user);
    for (const conversation of this.#stage.ledger.conversations)
      for (const user of conversation.members)
        for (const sight of byUser.get(user) ?? []) yield [sight, conversation];
  }

  /** The first text of the conversation that is acknowledged and that the device lacks. */
  #firstMissing({ device, done }: Sight, conversation: Conversation): Text | undefined {
    let from = done.get(conversation.name) ?? 1;
    const expected = (text: Text) => device.showsOwn || text.from !== device.user;
    const settled = (text: Text | undefined) => text !== undefined && (!expected(text) || device.has(text));
    while (from <= conversation.last && settled(conversation.at(from))) from++;
    done.set(conversation.name, from);
    for (let seq = from; seq <= Math.min(conversation.last, from + LOOK_AHEAD); seq++) {
      const text = conversation.at(seq);
      if (text?.ackedAt !== undefined && !settled(text)) return text;
    }
    return undefined;
  }

  /** A text that its sender was told is stored, and of which no device of the receiver has heard. */
  #lookForUnplaced(text: Text, at: number): void {
    const { withinMs, verdict } = this.#stage;
    for (const { device, freeSince } of this.#sights) {
      if (device.user !== text.to || freeSince === undefined || text.ackedAt === undefined) continue;
      if (this.#complained.has(text) || at - Math.max(text.ackedAt, freeSince) <= withinMs) continue;
      this.#complained.add(text);
      verdict.add("not shown in time", `${device.name} at ${device.place?.name}: ${describe(text)}`);
    }
  }

  #lookAt(sight: Sight, conversation: Conversation, at: number): void {
    const { freeSince, device, done } = sight;
    const text = this.#firstMissing(sight, conversation);
    if (text?.ackedAt === undefined || freeSince === undefined) return;
    const forMs = at - Math.max(text.ackedAt, freeSince);
    const connected = ((at - (device.since ?? at)) / 1_000).toFixed(1);
    const what = `${device.name} at ${device.place?.name}, connected for ${connected} s: ${describe(text)} ${Math.round(forMs)} ms after its acknowledgement`;
    if (forMs > this.longest.ms) this.longest = { ms: Math.round(forMs), what, seenAt: new Date() };
    if (forMs <= this.#stage.withinMs) return;
    const others = this.devices.filter((other) => other !== device && other.user === device.user);
    const rule = lateRule({
      device,
      text,
      others,
      first: device.screen.last(conversation.name) === 0,
      linkWasBroken: this.#brokenLinks.some(
        ({ from, until }) => text.saidAt > from - ABOUT_MS && text.saidAt < until + ABOUT_MS,
      ),
    });
    this.#stage.verdict.add(rule, what);
    // Once per hole: go on behind it.
    done.set(conversation.name, (text.seq ?? 0) + 1);
  }
}
