/**
 * @module faults/frames
 * Listens to a connection below the SDK, so that what the SDK would hide is seen: the order of texts on one
 * connection, and every word about receipts, cursors and presence.
 */
import type { TransportEvents } from "../../src/client/index.ts";
import { ServiceId } from "../../src/wire/ids.ts";
import { conversationOf, type Ledger } from "./ledger.ts";
import type { Screen } from "./screen.ts";
import { now } from "./stage.ts";

/** The body of a frame, its fields not believed in. */
type Json = Record<string, unknown>;

/** Told to one's own devices when the account's cursors moved on another. Not every build under test has it. */
const CURSOR = 133;

export interface Listener {
  readonly screen: Screen;
  readonly ledger: Ledger;
  /** Whether the clocks of nodes can be compared: else an older word about presence cannot be told. */
  readonly comparable: () => boolean;
  readonly closed: () => void;
}

/** Passes on what a connection carries, and notes it first. */
export function listening(to: TransportEvents, listener: Listener): TransportEvents {
  const session = new SessionOrder(listener);
  return {
    frame: (id, bytes) => {
      session.frame(id, bytes);
      to.frame(id, bytes);
    },
    closed: (reason) => {
      listener.closed();
      to.closed(reason);
    },
  };
}

class SessionOrder {
  readonly #listener: Listener;
  readonly #last = new Map<string, number>();

  constructor(listener: Listener) {
    this.#listener = listener;
  }

  frame(id: number, bytes: Uint8Array): void {
    if (!HEARD.has(id)) return;
    const body = JSON.parse(new TextDecoder().decode(bytes)) as Json;
    const { screen } = this.#listener;
    switch (id) {
      case ServiceId.TEXTCHATMSGICOMINGREQUEST:
        for (const entry of list(body.text_msg)) this.#pushed(entry);
        break;
      case ServiceId.LOGINRESPONSE:
        screen.presence.clear();
        for (const head of list(body.heads)) this.#head(head);
        break;
      case ServiceId.HEADSRESPONSE:
        for (const head of list(body.heads)) this.#head(head);
        break;
      case ServiceId.RECEIPT:
        screen.receipt(String(body.peer), marks(body.delivered_seq, body.read_seq), "a receipt");
        break;
      case CURSOR:
        screen.cursor(String(body.peer), marks(body.delivered_seq, body.read_seq), "a cursor");
        break;
      case ServiceId.PRESENCE:
        this.#presence(body);
    }
  }

  #pushed(entry: Json): void {
    const { screen, ledger } = this.#listener;
    const [sender, receiver, seq] = [String(entry.msg_sender), String(entry.msg_receiver), Number(entry.seq)];
    const conversation = conversationOf(sender, receiver);
    const what = `${screen.device}: #${seq} "${entry.msg_content}"`;
    const last = this.#last.get(conversation) ?? 0;
    if (seq === last) screen.verdict.add("pushed twice to a session", what);
    else if (seq < last) screen.verdict.add("session out of order", `${what} after #${last}`);
    this.#last.set(conversation, Math.max(last, seq));
    const content = String(entry.msg_content);
    const text = ledger.find(content);
    // Whatever the entry says of itself: it is whose text it is that counts.
    const whose = text === undefined ? [sender, receiver] : [text.from, text.to];
    if (whose.includes(screen.user))
      ledger.told({ sender, receiver, seq, content }, `a push to ${screen.device}`);
    else screen.verdict.add("pushed to a wrong user", `${what} (${whose.join(" to ")})`);
  }

  #head(head: Json): void {
    const { screen } = this.#listener;
    const peer = String(head.peer);
    screen.receipt(peer, marks(head.peer_delivered_seq, head.peer_read_seq), "a head");
    screen.cursor(peer, marks(head.delivered_seq, head.read_seq), "a head");
  }

  #presence({ uuid, online, last_seen }: Json): void {
    const { screen, comparable } = this.#listener;
    const friend = String(uuid);
    const word = { online: online === true, lastSeen: Number(last_seen) };
    const before = screen.presence.get(friend);
    const isOlder = before !== undefined && word.lastSeen < before.lastSeen;
    if (isOlder && before.online !== word.online && comparable())
      screen.doubtful.set(friend, { what: `${words(word)} after ${words(before)}`, at: now() });
    else screen.doubtful.delete(friend);
    screen.presence.set(friend, word);
  }
}

const HEARD: ReadonlySet<number> = new Set([
  ServiceId.TEXTCHATMSGICOMINGREQUEST,
  ServiceId.LOGINRESPONSE,
  ServiceId.HEADSRESPONSE,
  ServiceId.RECEIPT,
  ServiceId.PRESENCE,
  CURSOR,
]);

const list = (value: unknown): Json[] => (Array.isArray(value) ? (value as Json[]) : []);
const marks = (delivered: unknown, read: unknown) => ({ delivered: Number(delivered), read: Number(read) });
const words = ({ online, lastSeen }: { online: boolean; lastSeen: number }) =>
  `${online ? "online" : "offline"} at ${new Date(lastSeen).toISOString().slice(11, 23)}`;
