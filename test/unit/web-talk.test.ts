/**
 * @module unit/web-talk
 * What the user changes in a conversation shows at once, and as it was again when the server refuses it.
 */
import { expect, test } from "bun:test";
import { ChatError, Code, changedBy } from "../../src/client/index.ts";
import { Model } from "../../src/web/model/model.ts";
import { Talk } from "../../src/web/model/talk.ts";
import { scriptedClients } from "../support/scripted-client.ts";

const scripted = scriptedClients();

/** A conversation with one message of one's own, whose server refuses changes, or takes them. */
async function talking(error: number) {
  const { client, messages } = scripted((peer, { name, body }) => {
    if (name !== "TEXTCHATMSGREQUEST") return;
    const texts = body.text_msg as { msg_id: string; kind?: string }[];
    const isChange = texts.some(({ kind }) => kind !== undefined);
    const acks = texts.map(({ msg_id }) => ({ msg_id, seq: isChange ? 2 : 1, at: 1 }));
    const refused = isChange ? error : 0;
    const answer = { error: refused, conversation: "12", text_receiver: "2", acks: refused ? [] : acks };
    peer.send("TEXTCHATMSGRESPONSE", answer);
  });
  const model = new Model();
  client.on("message", (message) => model.take(message));
  await client.connect();
  await client.sendText("2", "first");
  const conversation = model.conversations.with("2");
  const [message] = messages;
  if (message === undefined) throw new Error("nothing was sent");
  const shown = () => conversation.messages[0];
  return { talk: new Talk(client, model, Date.now), conversation, message, shown };
}

test("a change that is refused shows at once and not any more afterwards", async () => {
  const { talk, conversation, message, shown } = await talking(Code.EXPIRED);
  const changed = talk.edit(conversation, message, "second");
  expect(shown()?.content).toBe("second");
  expect(await changed.catch((thrown) => thrown)).toBeInstanceOf(ChatError);
  expect(shown()).toEqual(message);
});

test("a change that is taken stays, as everybody else has it", async () => {
  const { talk, conversation, message, shown } = await talking(0);
  const changed = talk.react(conversation, message, "👍");
  expect(shown()?.reactions).toEqual([{ emoji: "👍", count: 1, mine: true }]);
  await changed;
  const change = { ...message, seq: 2, kind: "reaction", data: { of: 1, emoji: "👍", on: true } };
  expect(shown()).toEqual(changedBy(message, change));
});
