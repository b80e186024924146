/**
 * @module fuzz/wire
 * Random streams against the decoder, the body reader and the schemas. A run is told by its seed: set
 * `FUZZ_SEED` to repeat one, `FUZZ_ROUNDS` to run longer.
 */
import { expect, test } from "bun:test";
import { BodyError, decodeBody } from "../../src/wire/body.ts";
import { encodeFrameText, FrameDecoder, FrameError, MAX_FRAME_BYTES } from "../../src/wire/frame.ts";
import { type FrameSpec, frames } from "../../src/wire/messages.ts";
import { SchemaError } from "../../src/wire/schema.ts";
import { join, vectors } from "../wire/vectors.ts";

const seed = Number(process.env.FUZZ_SEED ?? crypto.getRandomValues(new Uint32Array(1))[0]);
const rounds = Number(process.env.FUZZ_ROUNDS ?? 2_000);
console.log(`fuzz/wire: FUZZ_SEED=${seed} FUZZ_ROUNDS=${rounds}`);

/** Mulberry32: whole numbers below `bound`, the same for the same seed. */
function random(start: number): (bound: number) => number {
  let state = start >>> 0;
  return (bound) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) % bound;
  };
}

type Random = ReturnType<typeof random>;
const pick = <T>(dice: Random, from: readonly T[]): T => from[dice(from.length)] as T;

/** Bytes in random pieces: mostly small, sometimes a whole read, sometimes none. */
function pieces(bytes: Uint8Array, dice: Random): Uint8Array[] {
  const out: Uint8Array[] = [];
  for (let at = 0; at < bytes.length; ) {
    const length = pick(dice, [dice(2), dice(8), dice(300), dice(100_000)]);
    out.push(bytes.subarray(at, at + length));
    at += length;
  }
  return out;
}

test("any split of any frames gives the same frames", () => {
  const dice = random(seed);
  for (let round = 0; round < rounds; round++) {
    const sent: string[] = [];
    const stream = join(
      ...Array.from({ length: 1 + dice(8) }, () => {
        const id = dice(0x10000);
        const text = pick(dice, ["", "x", "👋", "é\0"]).repeat(dice(dice(40) === 0 ? 15_000 : 200));
        sent.push(`${id} ${text}`);
        return encodeFrameText(id, text);
      }),
    );
    const seen: string[] = [];
    const decoder = new FrameDecoder();
    for (const piece of pieces(stream, dice))
      decoder.push(piece, (id, body) => seen.push(`${id} ${new TextDecoder().decode(body)}`));
    expect(seen).toEqual(sent);
    expect(decoder.pending).toBe(0);
  }
});

test("corrupted streams end in frames and typed errors only", () => {
  const dice = random(seed + 1);
  const specs: readonly FrameSpec[] = Object.values(frames);
  const counts = { frames: 0, broken: 0, bodies: 0, shapes: 0, good: 0 };
  for (let round = 0; round < rounds; round++) {
    const stream = join(
      ...Array.from({ length: 1 + dice(5) }, () => {
        const json = pick(dice, vectors).json;
        return encodeFrameText(
          pick(
            dice,
            vectors.map((_, i) => i),
          ),
          mutate(json, dice),
        );
      }),
    );
    for (let flips = dice(4); flips > 0; flips--) stream[dice(stream.length)] = dice(256);
    if (dice(20) === 0) stream.set([0, dice(4)], 2); // a length that cannot be
    const decoder = new FrameDecoder();
    try {
      for (const piece of pieces(stream, dice))
        decoder.push(piece, (_, body) => {
          counts.frames++;
          const spec = pick(dice, specs);
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
function mutate(json: string, dice: Random): string {
  const from = dice(json.length + 1);
  const to = from + dice(6);
  const odd = ["", "null", "[", '"', "\\", "\0", "1e999", "-0", '{"__proto__":', "\ud800", "\\ud800", "[[[["];
  switch (dice(4)) {
    case 0:
      return json.slice(0, from) + json.slice(to);
    case 1:
      return json.slice(0, to) + json.slice(from);
    case 2:
      return json.slice(0, from) + pick(dice, odd) + json.slice(to);
    default:
      return json;
  }
}
