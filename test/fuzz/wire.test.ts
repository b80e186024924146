/**
 * @module fuzz/wire
 * Random streams against the decoder, the body reader and the schemas, in this process. A run is told by its seed:
 * set `FUZZ_SEED` to repeat one, `FUZZ_ROUNDS` to run longer.
 */
import { expect, test } from "bun:test";
import { BodyError, SchemaError } from "../../src/wire/bad-input.ts";
import { decodeBody } from "../../src/wire/body.ts";
import { encodeFrameText, FrameDecoder, FrameError, MAX_FRAME_BYTES } from "../../src/wire/frame.ts";
import { type FrameSpec, frames } from "../../src/wire/messages.ts";
import { join, vectors } from "../wire/vectors.ts";
import { Dice, seedOf } from "./dice.ts";

const seed = seedOf("wire");
const rounds = Number(process.env.FUZZ_ROUNDS ?? 2_000);

test("any split of any frames gives the same frames", () => {
  const dice = new Dice(seed);
  for (let round = 0; round < rounds; round++) {
    const sent: string[] = [];
    const stream = join(
      ...Array.from({ length: 1 + dice.below(8) }, () => {
        const id = dice.below(0x10000);
        const text = dice
          .pick(["", "x", "👋", "é\0"])
          .repeat(dice.below(dice.below(40) === 0 ? 15_000 : 200));
        sent.push(`${id} ${text}`);
        return encodeFrameText(id, text);
      }),
    );
    const seen: string[] = [];
    const decoder = new FrameDecoder();
    for (const piece of dice.split(stream))
      decoder.push(piece, (id, body) => seen.push(`${id} ${new TextDecoder().decode(body)}`));
    expect(seen).toEqual(sent);
    expect(decoder.pending).toBe(0);
  }
});

test("corrupted streams end in frames and typed errors only", () => {
  const dice = new Dice(seed + 1);
  const specs: readonly FrameSpec[] = Object.values(frames);
  const counts = { frames: 0, broken: 0, bodies: 0, shapes: 0, good: 0 };
  for (let round = 0; round < rounds; round++) {
    const stream = join(
      ...Array.from({ length: 1 + dice.below(5) }, () => {
        const json = dice.pick(vectors).json;
        return encodeFrameText(dice.pick(vectors.map((_, i) => i)), mutate(json, dice));
      }),
    );
    for (let flips = dice.below(4); flips > 0; flips--) stream[dice.below(stream.length)] = dice.below(256);
    if (dice.below(20) === 0) stream.set([0, dice.below(4)], 2); // a length that cannot be
    const decoder = new FrameDecoder();
    try {
      for (const piece of dice.split(stream))
        decoder.push(piece, (_, body) => {
          counts.frames++;
          const spec = dice.pick(specs);
          try {
            (spec.request ?? spec.body)?.check(decodeBody(body), "");
            counts.good++;
          } catch (error) {
            if (error instanceof BodyError) counts.bodies++;
            else if (error instanceof SchemaError) counts.shapes++;
            else throw error;
          }
        });
    } catch (error) {
      if (!(error instanceof FrameError)) throw error;
      counts.broken++;
    }
    expect(decoder.pending).toBeLessThanOrEqual(MAX_FRAME_BYTES);
  }
  // Each kind of outcome was reached, so the streams were neither all good nor all hopeless.
  for (const count of Object.values(counts)) expect(count).toBeGreaterThan(0);
});

/** JSON text with a piece cut out, doubled or replaced, or as it was. */
function mutate(json: string, dice: Dice): string {
  const from = dice.below(json.length + 1);
  const to = from + dice.below(6);
  const odd = ["", "null", "[", '"', "\\", "\0", "1e999", "-0", '{"__proto__":', "\ud800", "\\ud800", "[[[["];
  switch (dice.below(4)) {
    case 0:
      return json.slice(0, from) + json.slice(to);
    case 1:
      return json.slice(0, to) + json.slice(from);
    case 2:
      return json.slice(0, from) + dice.pick(odd) + json.slice(to);
    default:
      return json;
  }
}
