/**
 * @module cli/trace
 * `chatsrv trace MSG_ID`: what the durable records tell of a message's way.
 */
import type { ConversationStore, MessageStore, Reader, Trace, TraceReceiver } from "../store/store.ts";
import type { Command } from "./command.ts";
import { CommandFailure, EXIT } from "./io.ts";
import { loadSettings, withStore } from "./settings.ts";
import { labelled, printable, timeText } from "./text.ts";

const NOT_YET = "not yet";

export const trace: Command = {
  name: "trace",
  words: ["MSG_ID"],
  flags: ["config", "data"],
  summary: "the way of a message: who, where, stored when, delivered when, read when",
  more: "MSG_ID is the client's own id of the message, a UUID in braces; quote it, or leave the braces out.",
  run: async (args, io) => {
    const settings = await loadSettings(args, io);
    const id = args.words[0] ?? "";
    const texts = await withStore(settings, async (store) => {
      const found = await find(store.messages, id);
      return Promise.all(found.map((trace) => describe(trace, store.conversations)));
    });
    if (texts.length === 0) throw new CommandFailure(`no message has the id ${printable(id)}`);
    io.stdout.write(texts.join("\n"));
    return EXIT.ok;
  },
};

/** A shell eats braces and people leave them out: a bare id is looked for in braces too. */
async function find(messages: MessageStore, id: string): Promise<Trace[]> {
  const found = await messages.trace(id);
  return found.length > 0 || id.startsWith("{") ? found : messages.trace(`{${id}}`);
}

async function describe(found: Trace, conversations: Pick<ConversationStore, "readers">): Promise<string> {
  const { message, senderName, receiver, groupName } = found;
  const { clientId, sender, conversation, seq, at } = message;
  return labelled([
    ["message", printable(clientId)],
    ["from", `${printable(senderName)} (${sender})`],
    ["to", receiver ? `${printable(receiver.name)} (${receiver.user})` : `the group ${printable(groupName)}`],
    ["conversation", String(conversation)],
    ["seq", String(seq)],
    ["committed at", timeText(at)],
    ...(receiver ? way(seq, receiver) : await wayInGroup(found, conversations)),
  ]);
}

type Lines = readonly (readonly [label: string, value: string])[];

const way = (seq: number, receiver: TraceReceiver): Lines => [
  ["delivered at", passed(seq, receiver.deliveredSeq, receiver.deliveredAt)],
  ["read at", passed(seq, receiver.readSeq, receiver.readAt)],
];

/** Members that are named; of the others there are the counts. */
const NAMED = 100;

async function wayInGroup(
  { message: { conversation, seq } }: Trace,
  conversations: Pick<ConversationStore, "readers">,
): Promise<Lines> {
  const found = await conversations.readers(conversation, seq, { limit: NAMED });
  if (found === undefined) return [];
  const { members, delivered, read, items, next } = found;
  const names = (which: readonly Reader[]) =>
    which.map(({ user, username }) => `${printable(username)} (${user})`).join(", ") || "nobody";
  const among = next === undefined ? "" : `, of the first ${NAMED}: `;
  const line = (count: number, which: readonly Reader[]) =>
    `${count} of ${members}${among || ": "}${names(which)}`;
  return [
    [
      "delivered to",
      line(
        delivered,
        items.filter((one) => one.delivered),
      ),
    ],
    [
      "read by",
      line(
        read,
        items.filter((one) => one.read),
      ),
    ],
    [
      "not yet",
      line(
        members - delivered,
        items.filter((one) => !one.delivered),
      ),
    ],
  ];
}

/** A cursor says when it last moved: for a message that it passed earlier, that is the latest it can have been. */
function passed(seq: number, cursor: number, movedAt: number | undefined): string {
  if (cursor < seq) return NOT_YET;
  const when = movedAt === undefined ? "yes, at a time not recorded" : timeText(movedAt);
  return cursor === seq || movedAt === undefined
    ? when
    : `${when} or before (since then up to seq ${cursor})`;
}
