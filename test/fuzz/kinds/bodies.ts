/**
 * @module fuzz/kinds/bodies
 * Well-formed frames whose bodies are the schemas', with something wrong in any field: every request, from
 * sessions of both protocols and before the login.
 */
import { ChatSession } from "../chat-session.ts";
import { accountKind, type Worker } from "./accounts.ts";
import { mutatedFrame } from "./mutants.ts";

/** Frames in one write, at most. */
const TOGETHER = 12;

async function attack({ target, account, username, known, dice, inputs, tally }: Worker): Promise<void> {
  let session: ChatSession | undefined;
  for (let sent = 0; sent < inputs; ) {
    if (session === undefined || session.closed) {
      if (session !== undefined) tally.count("closed");
      session = dice.chance(0.1)
        ? await ChatSession.connect(target.at.chat, tally)
        : await ChatSession.login(target, account, tally);
    }
    const together = Math.min(1 + dice.below(TOGETHER), inputs - sent);
    for (let i = 0; i < together; i++) {
      const { name, bytes } = mutatedFrame(dice, known);
      session.lastSent = `${name} ${new TextDecoder().decode(bytes.subarray(4, 300))}`;
      session.write(bytes);
    }
    sent += together;
    await session.settle(username);
  }
  session?.terminate();
}

export const bodies = accountKind(attack);
