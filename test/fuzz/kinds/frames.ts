/**
 * @module fuzz/kinds/frames
 * Bytes for the chat port: frames in any pieces, with any id and any length, cut off, followed by noise.
 */
import { MAX_FRAME_BYTES } from "../../../src/wire/frame.ts";
import { ChatSession } from "../chat-session.ts";
import type { Dice } from "../dice.ts";
import { accountKind, type Worker } from "./accounts.ts";
import { mutatedFrame } from "./mutants.ts";

/** A frame with something done to its bytes. */
function corrupt(frame: Uint8Array, dice: Dice): Uint8Array {
  const bytes = frame.slice();
  switch (dice.below(7)) {
    case 0: // another id
      bytes.set([dice.chance(0.7) ? 0 : dice.below(256), dice.below(256)], 0);
      return bytes;
    case 1: // another length: what follows is read at another place
      bytes.set([dice.below(256), dice.below(256)], 2);
      return bytes;
    case 2: // a length that cannot be
      bytes.set([0, dice.below(4)], 2);
      return bytes;
    case 3:
      return bytes.subarray(0, dice.below(bytes.length + 1));
    case 4:
      for (let flips = 1 + dice.below(5); flips > 0; flips--)
        bytes[dice.below(bytes.length)] = dice.below(256);
      return bytes;
    case 5: // an empty body, the longest frame
      return dice.chance(0.8) ? Uint8Array.of(0, dice.below(160), 0, 4) : longest(dice);
    default:
      return dice.bytes(dice.below(64));
  }
}

function longest(dice: Dice): Uint8Array {
  const bytes = new Uint8Array(MAX_FRAME_BYTES).fill(dice.pick([0x20, 0x5b, 0x7b, 0x22, 0xff]));
  bytes.set([0, dice.below(160), 0xff, 0xff], 0);
  return bytes;
}

async function attack({ target, account, known, dice, inputs, tally }: Worker): Promise<void> {
  for (let sent = 0; sent < inputs; ) {
    const loggedIn = dice.chance(0.5);
    const session = loggedIn
      ? await ChatSession.login(target, account, tally)
      : await ChatSession.connect(target.at.chat, tally);
    const count = Math.min(1 + dice.below(20), inputs - sent);
    sent += count;
    const stream = Buffer.concat(
      Array.from({ length: count }, () => {
        const { bytes } = mutatedFrame(dice, known);
        return dice.chance(0.3) ? corrupt(bytes, dice) : bytes;
      }),
    );
    session.lastSent = `a stream of ${stream.length} bytes: ${stream.subarray(0, 40).toHex()}`;
    for (const piece of dice.split(stream)) session.write(piece);
    // Behind a wrong length nothing can be asked any more: its end is what can be waited for.
    if (dice.chance(0.2)) session.terminate();
    else {
      session.end();
      if (!(await session.closedWithin(20_000))) tally.violation(`never closed; ${session.lastSent}`);
      session.terminate();
    }
    tally.count("connections");
  }
}

export const streams = accountKind(attack);
