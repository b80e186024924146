/**
 * @module cli/trace
 * `chatsrv trace MSG_ID`: what the durable records tell of a message's way.
 */
import type { MessageStore, Trace } from "../store/store.ts";
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
    const found = await withStore(settings, (store) => find(store.messages, id));
    if (found.length === 0) throw new CommandFailure(`no message has the id ${printable(id)}`);
    io.stdout.write(found.map(describe).join("\n"));
    return EXIT.ok;
  },
};

/** A shell eats braces and people leave them out: a bare id is looked for in braces too. */
async function find(messages: MessageStore, id: string): Promise<Trace[]> {
  const found = await messages.trace(id);
  return found.length > 0 || id.startsWith("{") ? found : messages.trace(`{${id}}`);
}

function describe(found: Trace): string {
  const { message, receiver, senderName, receiverName } = found;
  return labelled([
    ["message", printable(message.clientId)],
    ["from", `${printable(senderName)} (${message.sender})`],
    ["to", `${printable(receiverName)} (${receiver})`],
    ["conversation", String(message.conversation)],
    ["seq", String(message.seq)],
    ["committed at", timeText(message.at)],
    ["delivered at", passed(message.seq, found.deliveredSeq, found.deliveredAt)],
    ["read at", passed(message.seq, found.readSeq, found.readAt)],
  ]);
}

/** A cursor says when it last moved: for a message that it passed earlier, that is the latest it can have been. */
function passed(seq: number, cursor: number, movedAt: number | undefined): string {
  if (cursor < seq) return NOT_YET;
  const when = movedAt === undefined ? "yes, at a time not recorded" : timeText(movedAt);
  return cursor === seq || movedAt === undefined
    ? when
    : `${when} or before (since then up to seq ${cursor})`;
}
