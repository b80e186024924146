/**
 * @module faults/change-watch
 * What became of edits, recalls and reactions when all is quiet: every device shows every message as a device does that
 * starts from nothing, and that is as the acknowledged changes say.
 */
import { ChatClient, type ChatMessage, changedSeq } from "../../src/client/index.ts";
import { MessageLog } from "../../src/web/model/log.ts";
import type { Asked, ChangingDevice } from "./changing-device.ts";
import type { Stage } from "./stage.ts";

const PAGE = 200;

export class ChangeWatch {
  readonly #stage: Stage;

  constructor(
    stage: Stage,
    readonly devices: readonly ChangingDevice[],
  ) {
    this.#stage = stage;
  }

  /** Whether a change is unsettled, or a device lacks what another one of the conversation has. */
  get missing(): boolean {
    return (
      this.devices.some(({ waiting, since }) => waiting > 0 || since === undefined) ||
      this.#conversations.some(([id, devices]) => new Set(devices.map((one) => one.lastOf(id))).size > 1)
    );
  }

  /** The verdict, from a fresh device of each account. */
  async conclude(): Promise<void> {
    const byUser = Map.groupBy(this.devices, ({ user }) => user);
    for (const devices of byUser.values()) {
      const [first] = devices;
      if (first === undefined) continue;
      const fresh = await this.#readAll(first);
      for (const [conversation, seen] of fresh) {
        for (const device of devices) this.#compare(device, conversation, seen);
        this.#checkAsked(
          devices.flatMap(({ asked }) => asked),
          conversation,
          seen,
        );
      }
    }
  }

  close(): void {
    for (const { client } of this.devices) client.close();
  }

  get #conversations(): [string, ChangingDevice[]][] {
    const ids = new Set(this.devices.flatMap(({ conversations }) => conversations));
    return [...ids].map((id) => [id, this.devices.filter(({ conversations }) => conversations.includes(id))]);
  }

  /** All that an account sees, by pages, on a device that knows nothing. */
  async #readAll({ account, name, conversations }: ChangingDevice): Promise<Map<string, Seen>> {
    const { world, api } = this.#stage;
    const client = new ChatClient({
      server: api,
      credentials: { username: account.username, password: account.password },
      device: `new-${name}`,
      dial: world.dialer("tcp", () => {}),
      known: new Map(),
    });
    const all = new Map<string, Seen>();
    try {
      await client.connect();
      for (const conversation of conversations) {
        const seen: Seen = { log: new MessageLog(), changes: [] };
        all.set(conversation, seen);
        for (let after = 0, last = 1; after < last; ) {
          const page = await client.history({ conversation }, { after, limit: PAGE });
          for (const message of page.messages) seen.log.take(message);
          seen.changes.push(...page.messages.filter((message) => changedSeq(message) !== undefined));
          after = page.messages.at(-1)?.seq ?? page.lastSeq;
          last = page.lastSeq;
        }
      }
      return all;
    } finally {
      client.close();
    }
  }

  #compare(device: ChangingDevice, conversation: string, { log: fresh, changes }: Seen): void {
    const shown = new Map(device.logOf(conversation).shown.map((message) => [message.seq, message]));
    for (const message of fresh.shown) {
      const own = shown.get(message.seq);
      const where = `${device.name}: #${message.seq} of ${conversation}`;
      if (own === undefined) this.#stage.verdict.add("never reached a device", where);
      else if (asShown(own) !== asShown(message))
        this.#stage.verdict.add(
          "shown otherwise",
          `${where}: ${asShown(own)}, a fresh one ${asShown(message)}; ${told(changes, message.seq)}`,
        );
    }
  }

  #checkAsked(asked: readonly Asked[], conversation: string, { log: fresh, changes }: Seen): void {
    const acknowledged = asked.filter((one) => one.seq !== undefined && one.conversation === conversation);
    const lastReactions = new Map<string, Asked>();
    for (const one of acknowledged.sort((a, b) => (a.seq ?? 0) - (b.seq ?? 0))) {
      const { by, of, change, own } = one;
      const what = `${by}: #${one.seq} ${JSON.stringify(change)} of ${conversation}`;
      if (change.kind === "reaction") lastReactions.set(JSON.stringify([of, emojiOf(change)]), one);
      else if (!own) this.#stage.verdict.add("changed without the right to", what);
      else if (!isInEffect(one, fresh.at(of))) this.#stage.verdict.add("a change without effect", what);
    }
    for (const one of lastReactions.values())
      if (!isGiven(one, fresh.at(one.of)))
        this.#stage.verdict.add(
          "a change without effect",
          `${one.by}: ${JSON.stringify(one)}; ${told(changes, one.of)}`,
        );
  }
}

/** What an account sees of a conversation. */
interface Seen {
  readonly log: MessageLog;
  /** The messages that change others. */
  readonly changes: ChatMessage[];
}

/** The changes of one message, as the log has them. */
const told = (changes: readonly ChatMessage[], of: number): string =>
  changes
    .filter((message) => changedSeq(message) === of)
    .map(({ seq, sender, kind, data }) => `#${seq} ${kind} ${JSON.stringify(data)} of ${sender}`)
    .join(", ");

/** What a person sees of a message that changes may have changed. */
function asShown({ content, editedSeq, recalled = false, reactions = [] }: ChatMessage): string {
  const sorted = reactions.toSorted((a, b) => (a.emoji < b.emoji ? -1 : 1));
  return JSON.stringify({ content, editedSeq, recalled, reactions: sorted });
}

function isInEffect({ change, seq = 0 }: Asked, message: ChatMessage | undefined): boolean {
  if (message?.recalled) return message.content === "" && (message.reactions ?? []).length === 0;
  if (message === undefined || change.kind === "recall") return false;
  const { editedSeq = 0, content } = message;
  return editedSeq > seq || (editedSeq === seq && content === change.content);
}

function isGiven({ change }: Asked, message: ChatMessage | undefined): boolean {
  if (message?.recalled) return true;
  const given = message?.reactions?.find(({ emoji }) => emoji === emojiOf(change))?.mine ?? false;
  return given === (change.data as { on: boolean }).on;
}

const emojiOf = ({ data }: Asked["change"]): string => (data as { emoji: string }).emoji;
