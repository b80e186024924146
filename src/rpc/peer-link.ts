/**
 * @module rpc/peer-link
 * The stream to one peer node. Events that queue while batches are under way go out together as the next batch:
 * no timer, no artificial delay. What was not acknowledged when the stream is lost is given back to the caller,
 * never sent again from here: only the caller knows where the users are by then.
 */
import { type ClientDuplexStream, status } from "@grpc/grpc-js";
import type { NodeAddress } from "../domain/entities.ts";
import { type AppError, unavailable } from "../domain/error.ts";
import type { Logger } from "../lib/log.ts";
import { type UserEvent, unitsOf } from "../services/delivery/events.ts";
import { toMessage } from "./events.ts";
import type { BatchAck, Event, EventBatch } from "./gen/cluster_pb.ts";

/** Batches written and not yet acknowledged. */
const MAX_OUTSTANDING = 4;
const MAX_BATCH_EVENTS = 1_000;
/** About what an event takes beside its texts, which count one byte a character. */
const EVENT_BYTES = 200;
const MAX_BATCH_BYTES = 1024 * 1024;
/** What one link holds, outstanding batches included. */
const MAX_QUEUED_EVENTS = 10_000;
const MAX_QUEUED_BYTES = 16 * 1024 * 1024;
/** Wait before a lost stream is opened again: doubled at each failure, back to the first by an acknowledgement. */
const BACKOFF_MS = { first: 50, last: 1_000 };
/** A peer that acknowledges nothing for so long is taken for dead. */
const ACK_TIMEOUT_MS = 5_000;

export type EventStream = ClientDuplexStream<EventBatch, BatchAck>;

export interface PeerLinkOptions {
  readonly node: string;
  /** Who sends; undefined for a process without a chat node. */
  readonly self: NodeAddress | undefined;
  /** Opens a stream to where the node is now; undefined when it is not known. */
  readonly open: () => EventStream | undefined;
  readonly logger: Logger;
  readonly ackTimeoutMs?: number;
}

/** What one `send` handed in. It settles when its last event does. */
interface Parcel {
  readonly events: readonly Event[];
  readonly bytes: number;
  readonly missedMs: number;
  readonly resolve: () => void;
  readonly reject: (error: AppError) => void;
}

interface Batch {
  readonly id: number;
  readonly parcels: readonly Parcel[];
}

export class PeerLink {
  readonly #options: PeerLinkOptions;
  #stream: EventStream | undefined;
  #queue: Parcel[] = [];
  #outstanding: Batch[] = [];
  #events = 0;
  #bytes = 0;
  #lastId = 0;
  #flushing = false;
  #backoffMs = BACKOFF_MS.first;
  /** No new stream before this time. */
  #retryAt = 0;
  #watchdog: Timer | undefined;

  constructor(options: PeerLinkOptions) {
    this.#options = options;
  }

  /** True when nothing is under way: the link can be closed. */
  get quiet(): boolean {
    return this.#events === 0;
  }

  /**
   * Puts events behind those sent before; without any it is a greeting. Resolves when the peer has acknowledged all
   * of them.
   * @param missedMs how long ago texts for the peer began to be left out, 0 when none were.
   * @throws AppError UNAVAILABLE (as a rejection) when the stream was lost before, or too much is queued.
   */
  async send(events: readonly UserEvent[], missedMs = 0): Promise<void> {
    const pieces = events.length === 0 ? [{ events: [], bytes: 0 }] : split(events);
    await Promise.all(pieces.map((piece) => this.#enqueue({ ...piece, missedMs })));
  }

  /** Ends the stream; what is under way is rejected. */
  close(): void {
    const stream = this.#stream;
    this.#lose("closed");
    stream?.cancel();
  }

  #enqueue({ events, bytes, missedMs }: Omit<Parcel, "resolve" | "reject">): Promise<void> {
    if (this.#events + events.length > MAX_QUEUED_EVENTS || this.#bytes + bytes > MAX_QUEUED_BYTES)
      return Promise.reject(unavailable(`${this.#options.node}: its queue is full; it`));
    if (!this.#connected()) return Promise.reject(unavailable(`node ${this.#options.node}`));
    this.#events += events.length;
    this.#bytes += bytes;
    return new Promise((resolve, reject) => {
      this.#queue.push({ events, bytes, missedMs, resolve, reject });
      this.#flushSoon();
    });
  }

  /** Has a stream or opens one, unless the last was lost a moment ago. */
  #connected(): boolean {
    if (this.#stream !== undefined) return true;
    if (performance.now() < this.#retryAt) return false;
    const stream = this.#options.open();
    if (stream === undefined) return false;
    this.#stream = stream;
    this.#lastId = 0;
    const lost = (reason: string) => {
      if (this.#stream === stream) this.#lose(reason);
    };
    stream.on("data", (ack: BatchAck) => {
      if (this.#stream !== stream) return;
      if (this.#outstanding[0]?.id === ack.id) this.#acknowledged();
      else {
        lost(`acknowledged batch ${ack.id} out of order`);
        stream.cancel();
      }
    });
    stream.on("error", (error: { code?: number; details?: string }) =>
      lost(`${status[error.code ?? status.UNKNOWN]} ${error.details ?? ""}`),
    );
    stream.on("end", () => {
      lost("ended by the peer");
      stream.end();
    });
    return true;
  }

  /** At the end of the current turn, so that what is sent in one turn goes together. */
  #flushSoon(): void {
    if (this.#flushing) return;
    this.#flushing = true;
    queueMicrotask(() => {
      this.#flushing = false;
      this.#flush();
    });
  }

  #flush(): void {
    const stream = this.#stream;
    while (stream !== undefined && this.#queue.length > 0 && this.#outstanding.length < MAX_OUTSTANDING) {
      const parcels = this.#nextBatch();
      const batch = { id: ++this.#lastId, parcels };
      if (this.#outstanding.push(batch) === 1) this.#watch();
      const events =
        parcels.length === 1 ? [...(parcels[0]?.events ?? [])] : parcels.flatMap((p) => p.events);
      const missedMs = Math.max(...parcels.map((parcel) => parcel.missedMs));
      const { node = "", incarnation = "" } = this.#options.self ?? {};
      const from = { node, incarnation };
      stream.write({ $typeName: "chatsrv.cluster.EventBatch", id: batch.id, events, ...from, missedMs });
    }
  }

  /** Takes from the queue what fits one batch, one parcel at least. */
  #nextBatch(): Parcel[] {
    let count = 0;
    let events = 0;
    let bytes = 0;
    for (const parcel of this.#queue) {
      events += parcel.events.length;
      bytes += parcel.bytes;
      if (count > 0 && (events > MAX_BATCH_EVENTS || bytes > MAX_BATCH_BYTES)) break;
      count++;
    }
    return this.#queue.splice(0, count);
  }

  #acknowledged(): void {
    const batch = this.#outstanding.shift();
    this.#backoffMs = BACKOFF_MS.first;
    this.#watch();
    for (const parcel of batch?.parcels ?? []) {
      this.#release(parcel);
      parcel.resolve();
    }
    this.#flush();
  }

  #lose(reason: string): void {
    if (this.#stream === undefined) return;
    const parcels = [...this.#outstanding.flatMap((batch) => batch.parcels), ...this.#queue];
    this.#stream = undefined;
    this.#outstanding = [];
    this.#queue = [];
    this.#watch();
    this.#retryAt = performance.now() + this.#backoffMs;
    this.#backoffMs = Math.min(2 * this.#backoffMs, BACKOFF_MS.last);
    const { node, logger } = this.#options;
    const level = this.#events > 0 ? "warn" : "info";
    logger.log(level, "peer.lost", { node, reason, unacknowledged: this.#events });
    const error = unavailable(`node ${node}`, reason);
    for (const parcel of parcels) {
      this.#release(parcel);
      parcel.reject(error);
    }
  }

  #release(parcel: Parcel): void {
    this.#events -= parcel.events.length;
    this.#bytes -= parcel.bytes;
  }

  /** Restarts the wait for the oldest outstanding batch; ends it when there is none. */
  #watch(): void {
    clearTimeout(this.#watchdog);
    this.#watchdog = undefined;
    if (this.#outstanding.length === 0) return;
    this.#watchdog = setTimeout(() => {
      const stream = this.#stream;
      this.#lose("acknowledges nothing");
      stream?.cancel();
    }, this.#options.ackTimeoutMs ?? ACK_TIMEOUT_MS);
  }
}

/** Events in pieces that each fit a batch. */
function split(events: readonly UserEvent[]): Pick<Parcel, "events" | "bytes">[] {
  const pieces: { events: Event[]; bytes: number }[] = [];
  let piece: { events: Event[]; bytes: number } | undefined;
  for (const event of events) {
    const message = toMessage(event);
    const bytes = EVENT_BYTES + unitsOf(event);
    if (
      piece === undefined ||
      piece.events.length === MAX_BATCH_EVENTS ||
      piece.bytes + bytes > MAX_BATCH_BYTES
    ) {
      piece = { events: [], bytes: 0 };
      pieces.push(piece);
    }
    piece.events.push(message);
    piece.bytes += bytes;
  }
  return pieces;
}
