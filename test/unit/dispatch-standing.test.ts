/** @module What a session sends while it is not known whether it still has the right to be here. */
import { expect, test } from "bun:test";
import type { ChatContext } from "../../src/chat/context.ts";
import { receiveFrame } from "../../src/chat/dispatch.ts";
import { ChatLimits } from "../../src/chat/limits.ts";
import { DirectOutbox } from "../../src/chat/outbox.ts";
import { ChatSession, type LoggedIn } from "../../src/chat/session.ts";
import { sessionId, userId } from "../../src/domain/ids.ts";
import { silentLogger } from "../../src/lib/log.ts";
import { only } from "../../src/services/delivery/events.ts";
import type { Sessions } from "../../src/services/sessions/sessions.ts";
import { ServiceId } from "../../src/wire/ids.ts";
import { HeldClock } from "../support/clock.ts";
import { FakeConnection } from "../support/fake-connection.ts";

const user = userId(1);
const session = sessionId("s");
const bound: LoggedIn["bound"] = {
  user,
  session,
  grant: { version: 0 },
  ticket: undefined,
  claimed: undefined,
  device: "phone",
  name: "",
  since: 0,
  epoch: 1,
  born: 1,
};

/** A session of protocol 2 on a node that may be in doubt. */
function sessionOn({ loggedIn }: { loggedIn: boolean }) {
  const connection = new FakeConnection<ChatSession>();
  const chat = new ChatSession(connection);
  chat.proto = 2;
  if (loggedIn) {
    const outbox = new DirectOutbox(connection, user, true, undefined);
    chat.login = { bound, outbox } as Partial<LoggedIn> as LoggedIn;
    chat.enter();
  }
  const state = { doubt: undefined as PromiseWithResolvers<void> | undefined };
  const context = {
    standing: { doubt: () => state.doubt?.promise },
    sessions: { received: async () => {} } as Partial<Sessions> as Sessions,
    limits: new ChatLimits(undefined, new HeldClock()),
    logger: silentLogger,
  } as Partial<ChatContext> as ChatContext;
  return {
    chat,
    state,
    ping: (t: number) =>
      receiveFrame(context, chat, ServiceId.PING, new TextEncoder().encode(JSON.stringify({ t }))),
    frames: () => connection.frames.map(({ id, body }) => [id, body.t ?? body.reason]),
    /** The node knows again. */
    known: async () => {
      const { doubt } = state;
      state.doubt = undefined;
      doubt?.resolve();
      await new Promise((resolve) => setTimeout(resolve));
    },
  };
}

test("is held back, and answered in order once it is known", async () => {
  const { state, ping, frames, known } = sessionOn({ loggedIn: true });
  ping(1);
  state.doubt = Promise.withResolvers();
  ping(2);
  ping(3);
  expect(frames()).toEqual([[ServiceId.PONG, 1]]);
  await known();
  expect(frames()).toEqual([1, 2, 3].map((t) => [ServiceId.PONG, t]));
  ping(4);
  expect(frames()).toHaveLength(4);
});

test("is never answered when the session turns out to be over", async () => {
  const { chat, state, ping, frames, known } = sessionOn({ loggedIn: true });
  state.doubt = Promise.withResolvers();
  ping(1);
  chat.receive({ type: "end_session", audience: only(user), session, reason: "revoked" });
  await known();
  expect(frames()).toEqual([[ServiceId.GOAWAY, "revoked"]]);
});

test("a doubt that comes up again while frames wait holds the rest back", async () => {
  const { state, ping, frames, known } = sessionOn({ loggedIn: true });
  const first = Promise.withResolvers<void>();
  state.doubt = first;
  ping(1);
  ping(2);
  const second = Promise.withResolvers<void>();
  state.doubt = second;
  first.resolve();
  await new Promise((resolve) => setTimeout(resolve));
  expect(frames()).toEqual([]);
  await known();
  expect(frames()).toEqual([1, 2].map((t) => [ServiceId.PONG, t]));
});

test("before a login there is no right to be doubted", () => {
  const { state, ping, frames } = sessionOn({ loggedIn: false });
  state.doubt = Promise.withResolvers();
  ping(1);
  expect(frames()).toEqual([[ServiceId.PONG, 1]]);
});
