/** @module The sessions of a node: one that cannot be told harms nobody; presence never goes back. */
import { describe, expect, test } from "bun:test";
import { NodeSessions } from "../../src/chat/local-sessions.ts";
import { ChatSession, type LoggedIn } from "../../src/chat/session.ts";
import { conversationId, sessionId, type UserId, userId } from "../../src/domain/ids.ts";
import { only, type UserEvent } from "../../src/services/delivery/events.ts";
import { FakeConnection } from "../support/fake-connection.ts";
import { LogBook } from "../support/rpc.ts";

const ADA = userId(1);
const BOB = userId(2);

/** A session that notes what it is told, or throws. */
class NotingSession extends ChatSession {
  readonly told: UserEvent[] = [];
  caughtUp = 0;
  broken = false;
  override receive(event: UserEvent): void {
    if (this.broken) throw new Error("a bug");
    this.told.push(event);
  }
  override catchUp(): void {
    if (this.broken) throw new Error("a bug");
    this.caughtUp++;
  }
}

function nodeWith(...users: UserId[]) {
  const log = new LogBook();
  const node = new NodeSessions(log);
  const sessions = users.map((user, i) => {
    const session = new NotingSession(new FakeConnection<ChatSession>());
    node.add(user, sessionId(`s${i}`), session);
    return session;
  });
  return { node, sessions, log };
}

const typing = (to: UserId): UserEvent => ({
  type: "typing",
  audience: only(to),
  conversation: conversationId(4),
  from: userId(9),
});
const FRIEND = userId(9);
const presence = (to: UserId, online: boolean, order: number): UserEvent => ({
  type: "presence",
  audience: only(to),
  friend: FRIEND,
  online,
  lastSeen: 0,
  order,
});

describe("sessions of a node", () => {
  test("one that cannot be told loses its connection; the others are told", () => {
    const { node, sessions, log } = nodeWith(ADA, ADA, BOB);
    const [first, second, third] = sessions;
    if (first !== undefined) first.broken = true;
    node.deliver([typing(ADA), typing(BOB)]);
    node.catchUp({ user: ADA, conversation: conversationId(1), peer: BOB, lastSeq: 3 });
    expect(first?.isOpen).toBe(false);
    expect([second?.told.length, second?.caughtUp, third?.told.length]).toEqual([1, 1, 1]);
    expect([second?.isOpen, third?.isOpen]).toEqual([true, true]);
    expect(log.lines.map(({ event }) => event)).toEqual(["session.bug", "session.bug"]);
  });

  test("what is for a group is told to those in it, but for who is left out; one that cannot be told harms nobody", () => {
    const group = conversationId(7);
    const { node, sessions } = nodeWith(ADA, BOB, ADA, BOB);
    for (const [i, session] of sessions.entries()) {
      session.login = { bound: { user: i % 2 ? BOB : ADA } } as LoggedIn;
      if (i > 0) node.join(group, sessionId(`s${i}`), session);
    }
    const [first, second, third, fourth] = sessions;
    if (second !== undefined) second.broken = true;
    const event = { ...typing(ADA), audience: { conversation: group, except: [ADA] } } as UserEvent;
    node.deliver([event]);
    node.catchUpGroup(group, 3);
    expect(sessions.map(({ told }) => told.length)).toEqual([0, 0, 0, 1]);
    expect([first?.caughtUp, third?.caughtUp, fourth?.caughtUp]).toEqual([0, 1, 1]);
    expect(second?.isOpen).toBe(false);
    for (const [i] of sessions.entries()) node.part(group, sessionId(`s${i}`));
    expect(node.hasGroup(group)).toBe(false);
    node.deliver([event]);
    expect(fourth?.told.length).toBe(1);
  });

  test("who was told otherwise than the others puts the friend in doubt, until all are told anew", () => {
    const { node } = nodeWith(ADA, BOB);
    const doubts = () => [...node.told()].filter(({ online }) => online === undefined).length;
    node.deliver([presence(ADA, true, 5), presence(BOB, true, 5)]);
    expect(doubts()).toBe(0);
    // A login that could not find the friend, though all others have them as online.
    node.takenForOffline([FRIEND]);
    expect(doubts()).toBe(1);
    node.deliver([presence(ADA, true, 6)]);
    expect(doubts()).toBe(0);
    // A login that found them away, newer than what the others were told.
    node.show(ADA, sessionId("s0"), presence(ADA, false, 7));
    expect(doubts()).toBe(1);
    node.deliver([presence(ADA, false, 8)]);
    expect([...node.told()]).toEqual([{ friend: FRIEND, online: false, order: 8 }]);
  });

  test("of two that log in at once both are told, whoever asked first", () => {
    const { node, sessions } = nodeWith(ADA, BOB);
    node.show(BOB, sessionId("s1"), presence(BOB, true, 8));
    node.show(ADA, sessionId("s0"), presence(ADA, true, 7));
    expect(sessions.map((session) => session.told.length)).toEqual([1, 1]);
    expect([...node.told()]).toEqual([{ friend: FRIEND, online: true, order: 8 }]);
    node.show(ADA, sessionId("s0"), presence(ADA, false, 6));
    expect([...node.told()]).toEqual([{ friend: FRIEND, online: undefined, order: 8 }]);
    expect(sessions[0]?.told.length).toBe(1);
  });

  test("what one alone is told comes before no word to the others, and after none of their own", () => {
    const { node, sessions } = nodeWith(ADA, BOB);
    const between = (to: UserId, online: boolean, order: number) =>
      ({ ...presence(to, online, order), between: online ? "open" : "hidden" }) as UserEvent;
    // A block begins: later than what is told to all, and what is told to all may still be on its way.
    node.deliver([between(ADA, false, 6), presence(ADA, true, 5), presence(BOB, true, 5)]);
    const seen = (session: NotingSession | undefined) =>
      session?.told.map((event) => event.type === "presence" && [event.online, event.order]);
    expect(seen(sessions[0])).toEqual([[false, 6]]);
    expect(seen(sessions[1])).toEqual([[true, 5]]);
    // Two become friends: nobody else was told that the friend is here.
    node.deliver([presence(ADA, false, 7), presence(BOB, false, 7), between(ADA, true, 8)]);
    expect([...node.told()]).toEqual([{ friend: FRIEND, online: undefined, order: 7 }]);
    // They left meanwhile, and that was quicker.
    node.deliver([presence(BOB, false, 10), between(BOB, true, 9)]);
    expect(seen(sessions[1])?.at(-1)).toEqual([false, 10]);
    expect([...node.told()]).toEqual([{ friend: FRIEND, online: undefined, order: 10 }]);
    // They are here, as somebody was told at a login meanwhile.
    node.deliver([presence(BOB, true, 11)]);
    node.show(BOB, sessionId("s1"), presence(BOB, true, 14));
    node.deliver([between(ADA, true, 13)]);
    expect(seen(sessions[0])?.at(-1)).toEqual([true, 13]);
    // A block of which nobody else is told is no older than what all others are told after it.
    node.deliver([presence(BOB, true, 16), between(ADA, false, 15)]);
    expect(seen(sessions[0])?.at(-1)).toEqual([false, 15]);
  });

  test("presence that is older than what was told is not told, to nobody; of unknown age it is", () => {
    const { node, sessions } = nodeWith(ADA, BOB);
    node.deliver([presence(ADA, true, 5)]);
    node.deliver([presence(ADA, false, 4), presence(BOB, false, 4)]);
    node.deliver([presence(BOB, true, 5), presence(ADA, false, 0), presence(ADA, false, 6)]);
    const seen = (session: NotingSession | undefined) =>
      session?.told.map((event) => event.type === "presence" && [event.online, event.order]);
    expect(seen(sessions[0])).toEqual([
      [true, 5],
      [false, 0],
      [false, 6],
    ]);
    expect(seen(sessions[1])).toEqual([[true, 5]]);
  });
});
