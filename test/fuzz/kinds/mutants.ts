/**
 * @module fuzz/kinds/mutants
 * Requests whose bodies are the schemas', with something wrong in any field.
 */
import { encodeFrameText, MAX_BODY_BYTES } from "../../../src/wire/frame.ts";
import { ServiceId } from "../../../src/wire/ids.ts";
import { type FrameSpec, frames, type RequestName } from "../../../src/wire/messages.ts";
import { utf8Length } from "../../../src/wire/sizes.ts";
import { type Known, mutatedBody } from "../bodies.ts";
import type { Dice } from "../dice.ts";
import type { Target } from "../tally.ts";

const requests = (Object.keys(frames) as (keyof typeof frames)[]).filter(
  (name): name is RequestName => "request" in frames[name],
);

/** What fields say that leads somewhere: the own user, the friend, a stranger, nobody. */
export function knownOf(target: Target, self: number): Known {
  const { users } = target;
  const uuid = (index: number) => users[index]?.uuid;
  const own = ["src_uuid", "text_sender", "msg_sender"];
  const other = ["dst_uuid", "text_receiver", "msg_receiver", "peer", "uuid"];
  return (field, dice) => {
    const friend = self ^ 1;
    if (own.includes(field) && dice.chance(0.9)) return uuid(self);
    if (other.includes(field) && dice.chance(0.9))
      return uuid(dice.chance(0.8) ? friend : dice.below(users.length));
    // Else a few odd ids are used for everything, and what was stored once is in conflict for ever.
    if (field === "msg_id" && dice.chance(0.8)) return `{${dice.bytes(16).toHex()}}`;
    if (field === "username" && dice.chance(0.5)) return users[dice.below(users.length)]?.username;
    return undefined;
  };
}

/** One frame of a request with a body that may have anything wrong. */
export function mutatedFrame(
  dice: Dice,
  known: Known,
): { readonly name: RequestName; readonly bytes: Uint8Array } {
  let name = dice.pick(requests);
  // Those that end the session or the friendship leave little to be tried behind them.
  if (/LOGOUT|REVOKE|REMOVE|BLOCK$/.test(name) && dice.chance(0.95)) name = "TEXTCHATMSGREQUEST";
  const spec: FrameSpec = frames[name];
  let json = mutatedBody(spec.request?.json ?? {}, dice, known);
  while (utf8Length(json) > MAX_BODY_BYTES) json = json.slice(0, json.length >> 1);
  return { name, bytes: encodeFrameText(ServiceId[name], json) };
}
