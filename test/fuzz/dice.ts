/**
 * @module fuzz/dice
 * What the inputs are made of: repeatable chance, and values that programs trip over.
 */
import { Random } from "../faults/random.ts";

/** Texts that were somebody's bug once. */
const ODD_TEXTS: readonly string[] = [
  "",
  " ",
  "\0",
  "\ufeff",
  "\ud800",
  "\udc00\ud800",
  "\u202eabc",
  "👩‍👩‍👧‍👦",
  "e\u0301".repeat(40),
  "ﷺ",
  "İ",
  "ß",
  "__proto__",
  "constructor",
  "toString",
  "hasOwnProperty",
  "null",
  "undefined",
  "NaN",
  "-0",
  "1e309",
  "0x10",
  "٣",
  "'; DROP TABLE Message; --",
  '"\\"\\\\',
  "%s%n%00",
  "$(1){{1}}<b>",
  "../../../etc/passwd",
  "\r\nX: y\r\n\r\n",
];

const ODD_NUMBERS: readonly number[] = [
  0, -0, -1, 1, 0.5, 255, 256, 65_535, 65_536, 2_147_483_647, 2_147_483_648, -2_147_483_648, 4_294_967_296,
  9_007_199_254_740_991, 9_007_199_254_740_992, 1e21, 1e308, 5e-324,
];

/** Names of fields that an object has without being given them. */
export const PROTOTYPE_NAMES = ["__proto__", "constructor", "toString", "valueOf", "hasOwnProperty"] as const;

export class Dice extends Random {
  /** Below `bound`. */
  below(bound: number): number {
    return this.int(0, bound - 1);
  }

  /** True in so many of one cases. */
  chance(share: number): boolean {
    return this.next() < share;
  }

  /** Dice of one's own, which what is rolled elsewhere does not change. */
  fork(): Dice {
    return new Dice(this.below(4_294_967_296));
  }

  bytes(length: number): Uint8Array {
    return Uint8Array.from({ length }, () => this.below(256));
  }

  /** Mostly short, sometimes odd, seldom very long. */
  text(longest = 20_000): string {
    if (this.chance(0.4)) return this.pick(ODD_TEXTS);
    const unit = this.pick(["x", "é", "€", "👋", "\u0000", '"', "\ud83d"]);
    return unit.repeat(this.chance(0.05) ? this.below(longest) : this.below(80));
  }

  number(): number {
    return this.chance(0.6) ? this.pick(ODD_NUMBERS) : this.int(-1_000, 100_000);
  }

  /** Anything that JSON can say, nested at most so deep. */
  json(depth = 3): unknown {
    const kind = this.below(depth > 0 ? 9 : 6);
    if (kind === 0) return null;
    if (kind === 1) return this.chance(0.5);
    if (kind === 2 || kind === 3) return this.number();
    if (kind === 4 || kind === 5) return this.text(2_000);
    if (kind === 6) return nested(this.below(100), this.chance(0.5));
    if (kind === 7) return Array.from({ length: this.below(5) }, () => this.json(depth - 1));
    return Object.fromEntries(
      Array.from({ length: this.below(5) }, () => [
        this.chance(0.2) ? this.pick(PROTOTYPE_NAMES) : this.text(20),
        this.json(depth - 1),
      ]),
    );
  }

  /** Pieces of `bytes` in order: bytes, lines, whole reads, sometimes nothing. */
  *split(bytes: Uint8Array): Generator<Uint8Array> {
    for (let at = 0; at < bytes.length; ) {
      const length = this.pick([this.below(2), this.below(8), this.below(300), this.below(100_000)]);
      yield bytes.subarray(at, at + length);
      at += length;
    }
  }
}

/** Arrays or objects within each other. */
function nested(depth: number, arrays: boolean): unknown {
  let value: unknown = 1;
  for (let i = 0; i < depth; i++) value = arrays ? [value] : { a: value };
  return value;
}

/** The seed of a run: `FUZZ_SEED`, or a new one; printed, so that the run can be repeated. */
export function seedOf(what: string): number {
  const seed = Number(process.env.FUZZ_SEED ?? crypto.getRandomValues(new Uint32Array(1))[0]);
  console.log(`fuzz/${what}: FUZZ_SEED=${seed}`);
  return seed;
}
