/** @module What a session sends while it is not known whether it still has the right to be here. */
import { expect, test } from "bun:test";
import { Protocol2 } from "../../src/chat/dialects/protocol2/protocol2.ts";
import { Dispatch } from "../../src/chat/dispatch.ts";
import { type FamilyServices, requestTable } from "../../src/chat/families/families.ts";
import { ChatLimits } from "../../src/chat/limits.ts";
import { ChatSession, type LoggedIn } from "../../src/chat/session.ts";
import { sessionId, userId } from "../../src/domain/ids.ts";
import { FairGate } from "../../src/lib/fair-gate.ts";
import { silentLogger } from "../../src/lib/log.ts";
import { only } from "../../src/services/delivery/events.ts";
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
  const dialect = new Protocol2({
    ...{ node: "n", idleTimeoutMs: 0, pingIntervalMs: 1_000, clock: new HeldClock() },
    messaging: { heads: async () => ({ items: [], next: undefined }) },
  });
  chat.voice = dialect;
  if (loggedIn) {
    const login: Partial<LoggedIn> = { bound, dialect, ...dialect.equip(connection, bound) };
    chat.login = login as LoggedIn;
    chat.enter();
  }
  const state = { doubt: undefined as PromiseWithResolvers<void> | undefined };
  const turns = { slots: 1, queueLimit: 1, maxWaitMs: 1 };
  const dispatch = new Dispatch({
    // A ping asks none of them.
    requests: requestTable({} as FamilyServices),
    standing: { doubt: () => state.doubt?.promise },
    sessions: { received: async () => {} },
    limits: new ChatLimits(undefined, new HeldClock()),
    turns: new FairGate(turns),
    logins: new FairGate(turns),
    logger: silentLogger,
  });
  return {
    chat,
    state,
    ping: (t: number) =>
      dispatch.receive(chat, ServiceId.PING, new TextEncoder().encode(JSON.stringify({ t }))),
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
