/** @module A lively chat with the original's desktop client, in held time: it is never written to while it draws. */
import { describe, expect, test } from "bun:test";
import type { PaceSettings } from "../../src/chat/dialects/original/pace.ts";
import { PacedOutbox } from "../../src/chat/dialects/original/paced-outbox.ts";
import { conversationId, userId } from "../../src/domain/ids.ts";
import { HeldClock } from "../support/clock.ts";
import { DesktopScreen, IDLE_MS, LOADED_MS } from "../support/desktop-screen.ts";
import { FakeConnection, type SentFrame } from "../support/fake-connection.ts";
import { messagesOf } from "../support/messages.ts";

const ME = userId(1);
const FRIEND = userId(2);
const CONVERSATION = conversationId(1);
const DEFAULTS: PaceSettings = { gapMs: 400, maxGapMs: 10_000 };

interface Chat {
  readonly pace?: PaceSettings;
  readonly msPerBubble: number;
  readonly mergedShare?: number;
  /** Texts of each side, one each so many milliseconds. */
  readonly texts: number;
  readonly everyMs: number;
  /** How long after the friend's text the client's own follows, milliseconds. */
  readonly offsetMs?: number;
}

/** How a chat went: what the client was showing when a frame hung it, or that none did. */
async function chat({ pace = DEFAULTS, msPerBubble, mergedShare, texts, everyMs, offsetMs = 0 }: Chat) {
  const clock = new HeldClock();
  const screen = new DesktopScreen(msPerBubble, mergedShare);
  const seen: { readonly at: number; readonly frame: SentFrame; readonly whileDrawing: boolean }[] = [];
  const connection = new (class extends FakeConnection<unknown> {
    override flush(): void {
      const before = this.writes.length;
      super.flush();
      for (const [frame, second] of this.writes.slice(before)) {
        if (frame === undefined) continue;
        const now = clock.monotonic();
        seen.push({ at: now, frame, whileDrawing: screen.isBusy(now) || second !== undefined });
        if (frame.id === 19) screen.show(now, "friend", frame.body.text_msg.length);
      }
    }
  })();
  const outbox = new PacedOutbox({
    connection,
    user: ME,
    pace,
    limits: { frames: 1_000, bytes: 4_000_000 },
    onWritten: () => {},
    clock,
    timer: clock.timer,
  });
  /** The send button, which answers only when the screen is drawn. */
  const type = () => {
    const now = clock.monotonic();
    if (screen.isBusy(now)) {
      clock.timer(type, screen.busyUntil - now);
      return;
    }
    outbox.heard();
    outbox.heardTexts(FRIEND, 1);
    screen.show(now, "friend", 1);
    clock.timer(() => outbox.send("TEXTCHATMSGRESPONSE", { error: 0 }), 5);
  };
  for (let i = 0; i < texts; i++) {
    clock.timer(() => outbox.sendTexts(CONVERSATION, FRIEND, messagesOf(2, [i + 1]), i + 1), i * everyMs);
    clock.timer(type, i * everyMs + offsetMs);
  }
  await clock.live(texts * everyMs + 10 * 60_000);
  return {
    shown: seen.flatMap(({ frame }) => frame.body.text_msg ?? []).length,
    acked: seen.filter(({ frame }) => frame.id === 18).length,
    hangs: seen.filter(({ whileDrawing }) => whileDrawing).length,
    frames: seen.filter(({ frame }) => frame.id === 19).length,
  };
}

describe("24 texts from each side, one each 250 ms", () => {
  for (const msPerBubble of [IDLE_MS, 3, LOADED_MS])
    for (const mergedShare of [0.1, 1])
      for (const offsetMs of [0, 100, 249])
        test(`hang no client: ${msPerBubble} ms a bubble, ${mergedShare} of it merged, ${offsetMs} ms apart`, async () => {
          const lively = { msPerBubble, mergedShare, texts: 24, everyMs: 250, offsetMs };
          const { shown, acked, hangs } = await chat(lively);
          expect({ shown, acked, hangs }).toEqual({ shown: 24, acked: 24, hangs: 0 });
        });

  test("come in few 19s", async () => {
    const { frames } = await chat({ msPerBubble: 3, texts: 24, everyMs: 250 });
    expect(frames).toBeLessThanOrEqual(4);
  });

  for (const gapMs of [100, 250])
    test(`hang it with a gap that stays ${gapMs} ms`, async () => {
      const pace = { gapMs, maxGapMs: gapMs };
      const { hangs } = await chat({ pace, msPerBubble: LOADED_MS, texts: 24, everyMs: 250 });
      expect(hangs).toBeGreaterThan(0);
    });
});

describe("other chats", () => {
  for (const [msPerBubble, texts, everyMs] of [
    [IDLE_MS, 500, 3_000],
    [3, 150, 1_300],
    [LOADED_MS, 150, 4_000],
  ] as const)
    test(`a long one: ${texts} texts from each side, one each ${everyMs} ms, ${msPerBubble} ms a bubble`, async () => {
      const { shown, acked, hangs } = await chat({ msPerBubble, texts, everyMs, offsetMs: everyMs / 2 });
      expect({ shown, acked, hangs }).toEqual({ shown: texts, acked: texts, hangs: 0 });
    });

  test("somebody who types without a pause for half a minute gets texts meanwhile", async () => {
    const { shown, acked, hangs, frames } = await chat({ msPerBubble: IDLE_MS, texts: 120, everyMs: 250 });
    expect({ shown, acked, hangs }).toEqual({ shown: 120, acked: 120, hangs: 0 });
    expect(frames).toBeGreaterThan(2);
  });
});
