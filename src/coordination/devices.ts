/**
 * @module coordination/devices
 * The devices of one user: who is here, who may come back, what is over. Both adapters keep this one record a
 * user and change it by these rules only; they add where it lies and that a change is one step.
 */
import type { Device, EndReason, Route } from "../domain/entities.ts";
import { AppError } from "../domain/error.ts";
import type { SessionId, UserId } from "../domain/ids.ts";
import type { Bound, Ended, NewSession, OpenSession, Resumption, Which } from "./coordination.ts";
import { byAge, type Entry, isHere, isMeant, leftMs, routeOf } from "./device-entry.ts";
import { hashToken } from "./secrets.ts";

/** Devices that are away and remembered; beyond it the one that was here longest ago is forgotten. */
const MAX_AWAY = 32;

/** What a session has beyond what its node says of it. */
interface Standing extends Pick<Entry, "device" | "before" | "born" | "epoch"> {
  readonly former: string | undefined;
}

/** How long a record is kept, milliseconds. */
export interface Lifetimes {
  /** With a session in it, or the memory of an end: its node's `renew` gives it a longer life well before. */
  readonly routes: number;
  /** With nothing but the last epoch: the longest that a clock may be set back. */
  readonly epoch: number;
}

export const lifetimes: Lifetimes = { routes: 24 * 3_600_000, epoch: 600_000 };

interface Stored {
  readonly epoch: number;
  readonly floor: number;
  readonly entries: Entry[];
}

const NOTHING: Stored = { epoch: 0, floor: 0, entries: [] };

export class UserDevices {
  readonly #user: UserId;
  /** Now, in microseconds since 1970. */
  readonly #micros: number;
  /** The last epoch given. */
  #epoch: number;
  /** Sessions born up to this epoch are good only if they are listed: the youngest that was ended was born then. */
  #floor: number;
  #entries: Entry[];

  /** @param text as `toText` wrote it; "" for a user without a record. @param micros the time, in microseconds */
  constructor(user: UserId, text: string, micros: number) {
    const { epoch, floor, entries } = text === "" ? NOTHING : (JSON.parse(text) as Stored);
    this.#user = user;
    this.#micros = micros;
    this.#epoch = epoch;
    this.#floor = floor;
    this.#entries = entries.filter((entry) => leftMs(entry, this.#now) > 0);
  }

  toText(): string {
    const stored: Stored = { epoch: this.#epoch, floor: this.#floor, entries: this.#entries };
    return JSON.stringify(stored);
  }

  /** Those who are here, oldest first. */
  routes(): Route[] {
    return this.#entries.filter(isHere).sort(byAge).map(this.#routeOf);
  }

  /** Whether any device may come back. */
  get hasTickets(): boolean {
    return this.#entries.some(({ ticket }) => ticket !== undefined);
  }

  /** The process that all of them were in is gone: who may come back is away from now on, nobody else is left. */
  restarted(): void {
    this.#entries = this.#entries.filter(({ ticket }) => ticket !== undefined);
    for (const entry of this.#entries) entry.awaySince ??= this.#now;
  }

  /** The order of an answer about the user as they are now: rises with the clock, and with every bind. */
  get order(): number {
    return Math.max(this.#epoch, this.#micros);
  }

  /** How long the record is to be kept, milliseconds. */
  lifeMs(life: Lifetimes): number {
    const least = this.#floor > 0 ? life.routes : life.epoch;
    return Math.max(
      least,
      ...this.#entries.map((entry) =>
        entry.awaySince === undefined
          ? Math.max(life.routes, entry.ticket?.ttlMs ?? 0)
          : leftMs(entry, this.#now),
      ),
    );
  }

  /** See `RouteTable.bind`. */
  bind(session: NewSession, max: number, through?: string): Bound {
    const origin = through === undefined ? undefined : this.#byTicket(through);
    if (through !== undefined && origin === undefined)
      throw new AppError("TOKEN_REFUSED", { detail: "the ticket is void" });
    const device = session.device ?? origin?.device ?? session.session;
    const isSame = (other: Entry) => other === origin || other.device === device;
    const before = this.#entries.findLast((other) => isSame(other) && other.ending === undefined)?.session;
    const epoch = this.#nextEpoch();
    const own = this.#enter(session, { device, born: epoch, epoch, before, former: through });
    return { epoch, device, ...this.#makeRoom(own, isSame, max) };
  }

  /** See `RouteTable.rebind`. */
  rebind(session: OpenSession, max: number): Bound | EndReason {
    const { device, born } = session;
    const known = this.#entries.find((entry) => entry.session === session.session);
    if (known?.ending !== undefined) return known.ending;
    const isSame = (other: Entry) => other !== known && other.device === device;
    if (known === undefined) {
      if (this.#entries.some((other) => isSame(other) && other.born > born)) return "replaced";
      if (born <= this.#floor) return "revoked";
    }
    const epoch = this.#nextEpoch();
    const { before } = known ?? {};
    const own = this.#enter(session, { device, born, epoch, before, former: known?.ticket?.former });
    return { epoch, device, ...this.#makeRoom(own, isSame, max) };
  }

  /** See `RouteTable.unbind`. */
  unbind(session: SessionId, epoch: number): Route | undefined {
    const entry = this.#entries.find((one) => one.session === session);
    if (entry === undefined || entry.awaySince !== undefined || entry.epoch > epoch) return undefined;
    const route = this.#routeOf(entry);
    if (entry.ending !== undefined || entry.ticket === undefined) this.#remove(entry);
    else entry.awaySince = this.#now;
    this.#forgetLongAway();
    return route;
  }

  /** See `DeviceTable.check`. */
  check(ticket: string): Resumption | undefined {
    const key = hashToken(ticket);
    const entry = this.#byTicket(key);
    return entry && { key, device: entry.device, version: entry.version };
  }

  /** See `DeviceTable.received`. */
  received(session: SessionId): void {
    const entry = this.#entries.find((one) => one.session === session);
    if (entry?.ticket?.former === undefined) return;
    const { hash, ttlMs } = entry.ticket;
    entry.ticket = { hash, ttlMs };
  }

  /** See `DeviceTable.end`. */
  end(which: Which, reason: EndReason): Ended {
    const over = this.#entries.filter((entry) => isMeant(entry, which));
    const open = over.filter((entry) => entry.awaySince === undefined).map(this.#routeOf);
    for (const entry of over) this.#finish(entry, reason);
    return { found: over.length > 0, open };
  }

  /** See `DeviceTable.settle`. */
  settle(sessions: readonly SessionId[]): void {
    this.#entries = this.#entries.filter(
      ({ ending, session }) => ending === undefined || !sessions.includes(session),
    );
  }

  /** See `DeviceTable.list`. */
  list(): Device[] {
    return this.#entries.toSorted(byAge).map(({ device, name, session, node, since, awaySince }) => ({
      device,
      name,
      session,
      node: awaySince === undefined ? node : undefined,
      since,
      seen: awaySince ?? this.#now,
    }));
  }

  /** Every session that its node has not unbound, those that were ended included. */
  open(): Route[] {
    return this.#entries.filter(({ awaySince }) => awaySince === undefined).map(this.#routeOf);
  }

  get #now(): number {
    return Math.floor(this.#micros / 1_000);
  }

  /** The clock's microseconds, so that it rises over a pause of any length; one set back is bridged by the last. */
  #nextEpoch(): number {
    this.#epoch = Math.max(this.#epoch + 1, this.#micros);
    return this.#epoch;
  }

  #byTicket(hash: string): Entry | undefined {
    return this.#entries.find(({ ticket }) => ticket?.hash === hash || ticket?.former === hash);
  }

  /** Puts a session in, in place of what was known of it. */
  #enter(session: NewSession, standing: Standing): Entry {
    const { name, node, incarnation, since, version, ticket } = session;
    const { device, before, born, epoch, former } = standing;
    const entry: Entry = {
      device,
      name,
      session: session.session,
      before,
      node,
      incarnation,
      born,
      epoch,
      since,
      version,
      ticket: ticket && { hash: hashToken(ticket.secret), former, ttlMs: ticket.ttlMs },
    };
    this.#entries = [...this.#entries.filter((other) => other.session !== session.session), entry];
    return entry;
  }

  /** Ends what `own` takes the place of, first of all; then the oldest beyond `max` sessions. */
  #makeRoom(own: Entry, isSame: (other: Entry) => boolean, max: number) {
    const others = this.#entries.filter((entry) => entry !== own && entry.ending === undefined);
    const same = others.filter(isSame);
    const here = others.filter((entry) => isHere(entry) && !same.includes(entry)).sort(byAge);
    const surplus = here.slice(0, Math.max(0, here.length + 1 - max));
    const routesOf = (entries: readonly Entry[]) => entries.filter(isHere).map(this.#routeOf);
    const result = { replaced: routesOf(same), evicted: routesOf(surplus) };
    for (const entry of same) this.#finish(entry, "replaced");
    for (const entry of surplus) this.#finish(entry, "kicked");
    this.#forgetLongAway();
    return result;
  }

  /** A session that is here is over once its node knows; a device that is away is at once. */
  #finish(entry: Entry, reason: EndReason): void {
    this.#floor = Math.max(this.#floor, entry.born);
    if (entry.awaySince !== undefined) this.#remove(entry);
    else {
      entry.ending ??= reason;
      entry.ticket = undefined;
    }
  }

  #forgetLongAway(): void {
    const away = this.#entries.filter(({ awaySince }) => awaySince !== undefined);
    if (away.length <= MAX_AWAY) return;
    away.sort((a, b) => (a.awaySince ?? 0) - (b.awaySince ?? 0));
    for (const entry of away.slice(0, away.length - MAX_AWAY)) this.#finish(entry, "kicked");
  }

  #remove(entry: Entry): void {
    this.#entries = this.#entries.filter((other) => other !== entry);
  }

  readonly #routeOf = (entry: Entry): Route => routeOf(this.#user, entry);
}
