/** @module test/wire/frame: any split and any coalescing of the stream gives the same messages. */
import { describe, expect, spyOn, test } from "bun:test";
import {
  encodeFrame,
  encodeFrameText,
  FrameDecoder,
  FrameError,
  FrameTooLargeError,
  HEADER_BYTES,
  MAX_BODY_BYTES,
  MAX_FRAME_BYTES,
} from "../../src/wire/frame.ts";
import { ServiceId, type ServiceName } from "../../src/wire/ids.ts";
import { utf8Length } from "../../src/wire/sizes.ts";
import { bytesOf, join, vectors } from "./vectors.ts";

/** What a decoder makes of chunks, as `id json` lines. Each chunk is overwritten after its push. */
function decode(...chunks: readonly Uint8Array[]): string[] {
  const decoder = new FrameDecoder();
  const seen: string[] = [];
  for (const chunk of chunks) {
    const own = chunk.slice();
    decoder.push(own, (id, body) => seen.push(`${id} ${new TextDecoder().decode(body)}`));
    own.fill(0xff);
  }
  expect(decoder.pending).toBe(0);
  return seen;
}

const line = (vector: (typeof vectors)[number]): string => `${ServiceId[vector.name]} ${vector.json}`;

describe("golden vectors", () => {
  test("every id has one", () => {
    expect(new Set(vectors.map((vector) => vector.name))).toEqual(
      new Set(Object.keys(ServiceId) as ServiceName[]),
    );
  });

  for (const vector of vectors) {
    const bytes = bytesOf(vector);
    test(`${vector.name} from the ${vector.from}`, () => {
      expect(encodeFrame(ServiceId[vector.name], JSON.parse(vector.json))).toEqual(bytes);
      expect(decode(bytes)).toEqual([line(vector)]);
      for (let cut = 0; cut <= bytes.length; cut++)
        expect(decode(bytes.subarray(0, cut), bytes.subarray(cut))).toEqual([line(vector)]);
      expect(decode(...[...bytes].map((byte) => Uint8Array.of(byte)))).toEqual([line(vector)]);
    });
  }

  test("all in one chunk, and two frames cut at every pair of places", () => {
    expect(decode(join(...vectors.map(bytesOf)))).toEqual(vectors.map(line));
    const pair = vectors.filter(({ name }) => name === "LOGOUTSERVER" || name === "SEARCHUSERNAME");
    const bytes = join(...pair.map(bytesOf));
    for (let a = 0; a <= bytes.length; a++)
      for (let b = a; b <= bytes.length; b++)
        expect(decode(bytes.subarray(0, a), bytes.subarray(a, b), bytes.subarray(b))).toEqual(pair.map(line));
  });

  test("every way to coalesce five frames", () => {
    const five = vectors.slice(0, 5);
    for (let joins = 0; joins < 16; joins++) {
      const chunks: Uint8Array[] = [];
      for (const [i, vector] of five.entries()) {
        const last = chunks.at(-1);
        if (last !== undefined && joins & (1 << (i - 1)))
          chunks[chunks.length - 1] = join(last, bytesOf(vector));
        else chunks.push(bytesOf(vector));
      }
      expect(decode(...chunks)).toEqual(five.map(line));
    }
  });
});

describe("a receiver that stops the decoder", () => {
  test("gets the rest when it is pushed again, wherever the stream was cut", () => {
    const stream = join(...vectors.slice(0, 6).map(bytesOf));
    for (let cut = 0; cut <= stream.length; cut++) {
      const decoder = new FrameDecoder();
      const ids: number[] = [];
      for (const chunk of [stream.subarray(0, cut), stream.subarray(cut)])
        for (let rest = chunk; rest.length > 0; ) {
          const before = ids.length;
          const taken = decoder.push(rest, (id) => {
            ids.push(id);
            return false;
          });
          expect(ids.length - before).toBeLessThanOrEqual(1);
          rest = rest.subarray(taken);
        }
      expect(ids).toEqual(vectors.slice(0, 6).map(({ name }) => ServiceId[name]));
      expect(decoder.pending).toBe(0);
    }
  });
});

describe("limits of the header", () => {
  for (const total of [0, 1, 2, 3])
    test(`length ${total} breaks the stream for good, after the frames before it`, () => {
      const good = bytesOf(vectors[0] as (typeof vectors)[number]);
      const stream = join(good, Uint8Array.of(0, 17, 0, total), new Uint8Array(100_000));
      for (const cut of [0, good.length, good.length + 1, good.length + 3, good.length + 4]) {
        const decoder = new FrameDecoder();
        const ids: number[] = [];
        const push = (bytes: Uint8Array) => decoder.push(bytes, (id) => ids.push(id));
        expect(() => {
          push(stream.subarray(0, cut));
          push(stream.subarray(cut));
        }).toThrow(FrameError);
        expect(() => push(good)).toThrow(FrameError);
        expect(ids).toEqual([5]);
        expect(decoder.pending).toBe(0);
      }
    });

  test("length 4 is a frame with an empty body", () => {
    expect(decode(Uint8Array.of(0, 7, 0, 4, 0, 7, 0, 4))).toEqual(["7 ", "7 "]);
  });

  test("65535 with nothing behind keeps the header only", () => {
    const decoder = new FrameDecoder();
    const none = () => expect.unreachable();
    decoder.push(Uint8Array.of(0, 17, 0xff, 0xff), none);
    expect(decoder.pending).toBe(HEADER_BYTES);
    decoder.push(new Uint8Array(0), none);
    decoder.push(new Uint8Array(MAX_FRAME_BYTES - HEADER_BYTES - 1), none);
    expect(decoder.pending).toBe(MAX_FRAME_BYTES - 1);
    let length = 0;
    decoder.push(Uint8Array.of(1, 0, 7), (_, body) => {
      length = body.length;
    });
    expect(length).toBe(MAX_BODY_BYTES);
    expect(decoder.pending).toBe(2);
  });

  test("a false from onFrame stops behind that frame and tells how far it came, in any split", () => {
    const stream = join(...[7, 8, 9].map((id) => encodeFrame(id, { id })));
    for (let cut = 0; cut <= stream.length; cut++) {
      const decoder = new FrameDecoder();
      const ids: number[] = [];
      for (const chunk of [stream.subarray(0, cut), stream.subarray(cut)]) {
        let rest = chunk;
        do rest = rest.subarray(decoder.push(rest, (id) => ids.push(id) < 0));
        while (rest.length > 0);
      }
      expect(ids).toEqual([7, 8, 9]);
      expect(decoder.pending).toBe(0);
    }
  });

  test("ids use both bytes", () => {
    expect(decode(Uint8Array.of(0xff, 0xfe, 0, 4))).toEqual(["65534 "]);
  });

  test("the largest frame dribbling in byte by byte is not copied over and over", () => {
    const frame = encodeFrameText(17, JSON.stringify("x".repeat(MAX_BODY_BYTES - 2)));
    expect(frame.length).toBe(MAX_FRAME_BYTES);
    const decoder = new FrameDecoder();
    let frames = 0;
    const copies = spyOn(Uint8Array.prototype, "set");
    try {
      for (let i = 0; i < frame.length; i++) decoder.push(frame.subarray(i, i + 1), () => frames++);
      const copied = copies.mock.calls.reduce((sum, [bytes]) => sum + bytes.length, 0);
      expect(copied).toBeWithin(frame.length, 4 * frame.length);
    } finally {
      copies.mockRestore();
    }
    expect(frames).toBe(1);
    expect(decoder.pending).toBe(0);
  });
});

describe("encoding", () => {
  test("the largest body fits, one byte more does not", () => {
    expect(encodeFrameText(19, "x".repeat(MAX_BODY_BYTES)).length).toBe(MAX_FRAME_BYTES);
    expect(() => encodeFrameText(19, "x".repeat(MAX_BODY_BYTES + 1))).toThrow(FrameTooLargeError);
    expect(() => encodeFrameText(19, "é".repeat(MAX_BODY_BYTES / 2 + 1))).toThrow(FrameTooLargeError);
  });

  test("utf8Length counts as TextEncoder writes", () => {
    const encoder = new TextEncoder();
    const texts = [
      "",
      "a\0b",
      "é",
      "€",
      "👋🏽",
      "\ud800",
      "\udc00",
      "\ud800a",
      "a\udfff\ud83d",
      "x👨‍👩‍👧‍👦y",
    ];
    for (const text of texts) expect(utf8Length(text)).toBe(encoder.encode(text).length);
  });

  test("emoji, NUL and lone surrogates survive in short and long bodies", () => {
    for (const value of ["👨‍👩‍👧‍👦 \0 é\u2028", "\ud800 lone", "👋".repeat(4000)])
      expect(decode(encodeFrame(9, { value }))).toEqual([`9 ${JSON.stringify({ value })}`]);
  });
});
