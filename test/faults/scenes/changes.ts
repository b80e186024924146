/**
 * @module faults/scenes/changes
 * People edit, take back and react to what was said, in a group and with one friend, often two of them, or both devices of
 * one of them, at once.
 */
import { type ChatMessage, edit, reaction, recall } from "../../../src/client/index.ts";
import { ChangeWatch } from "../change-watch.ts";
import { ChangingDevice } from "../changing-device.ts";
import { assembleCrew } from "../crew.ts";
import type { Scene } from "./scene.ts";

const PEOPLE = 3;
const EMOJI = ["👍", "🎉", "👩‍👩‍👧"];
/** What is older is changed no more: much happens to few. */
const LATELY = 12;

export const CHANGES: Scene = {
  name: "changes",
  everyMs: [50, 400],
  prepare: async (stage, cast, random) => {
    const { devices, owner } = await assembleCrew(
      cast,
      { size: PEOPLE, prefix: "changer" },
      (...who) => new ChangingDevice(...who, stage),
    );
    const friend = devices.find(({ user }) => user !== owner.user);
    if (friend === undefined) throw new Error("nobody to talk to");
    await owner.client.sendText(friend.user, "only to you");
    cast.changes.push(new ChangeWatch(stage, devices));

    let edits = 0;
    /** One change of a message, by somebody who may not where nothing else is to be had. */
    const changeOf = ({ seq, mine }: ChatMessage) => {
      const roll = random.next();
      if (roll < 0.4) return edit(seq, `edit ${++edits}`);
      if (roll < 0.5 && mine) return recall(seq);
      return reaction(seq, random.pick(EMOJI), random.next() < 0.6);
    };
    return async () => {
      const one = random.pick(devices);
      if (one.conversations.length === 0) return;
      const conversation = random.pick(one.conversations);
      const texts = one.logOf(conversation).shown.filter(({ kind }) => kind === "text");
      const roll = random.next();
      if (roll < 0.3 || texts.length === 0) {
        await one.say(conversation);
        return;
      }
      const message = random.pick(texts.slice(-LATELY));
      if (roll < 0.4) {
        await one.scroll(conversation, message.seq + 1);
        return;
      }
      // With a second device of the account where there is one, else with somebody else.
      const others = devices.filter((other) => other !== one && other.conversations.includes(conversation));
      const together =
        random.next() < 0.5 ? [one] : [one, others.find(({ user }) => user === one.user) ?? one];
      const change = changeOf(message);
      await Promise.all([
        ...together.map((device) => device.change(conversation, change, message.mine)),
        ...(others.length > 0 && random.next() < 0.3 ? [random.pick(others)] : []).map((other) =>
          other.change(
            conversation,
            changeOf({ ...message, mine: message.sender === other.user }),
            message.sender === other.user,
          ),
        ),
      ]);
    };
  },
};
