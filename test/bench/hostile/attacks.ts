/**
 * @module bench/hostile/attacks
 * What hostile clients do. Each attack resolves when it is at full strength, and goes on by itself.
 */
import { encodeFrame, FrameDecoder } from "../../../src/wire/frame.ts";
import { ServiceId, type ServiceName } from "../../../src/wire/ids.ts";
import { RawSocket } from "../../support/raw-socket.ts";
import { admit, type Person } from "../people.ts";
import type { AttackOrder } from "./orders.ts";

type Count = (what: string, by?: number) => void;

export interface Attack {
  readonly what: string;
  /** Logged-in sessions that it uses, each of an account of its own. */
  readonly sessions: number;
  readonly run: (order: AttackOrder, count: Count) => Promise<void>;
}

const utf8 = new TextEncoder();
const decoder = new TextDecoder();
const DRIP_MS = 500;
/** Requests that a flood keeps unanswered. */
const PIPELINED = 64;
const RETRY_MS = 200;
/** Sessions of a flood. */
const SESSIONS = 20;

const times = <T>(count: number, make: (index: number) => T): T[] =>
  Array.from({ length: count }, (_, i) => make(i));
/** An address of one's own; the gateway believes it. */
const address = () => times(4, () => 1 + Math.floor(Math.random() * 250)).join(".");

/** Connections kept open in such a number: one that is closed is made anew. */
async function keepOpen(
  number: number,
  at: string,
  count: Count,
  begin: (socket: RawSocket) => void,
): Promise<void> {
  const one = async (): Promise<void> => {
    try {
      const socket = await RawSocket.connect(at, () => {});
      count("connections");
      begin(socket);
      void socket
        .until(() => false, 3_600_000)
        .then(async () => {
          count("closed");
          await Bun.sleep(RETRY_MS);
          await one();
        });
    } catch {
      count("refused");
      setTimeout(() => void one(), RETRY_MS);
    }
  };
  for (let made = 0; made < number; made += 200) await Promise.all(times(Math.min(200, number - made), one));
}

/** Bytes one by one, from the beginning again at their end. */
function drip(socket: RawSocket, head: string, bytes: Uint8Array): void {
  let at = 0;
  socket.write(utf8.encode(head));
  const timer = setInterval(() => {
    if (socket.closed) clearInterval(timer);
    else socket.write(bytes.subarray(at % bytes.length, (at++ % bytes.length) + 1));
  }, DRIP_MS);
}

/** A logged-in session that keeps requests unanswered, whatever is answered, and comes back when it is thrown out. */
async function flood(
  order: AttackOrder,
  [me, friend]: readonly [Person, Person],
  count: Count,
  makeFrame: (me: Person, friend: Person, index: number) => Uint8Array,
  answers: readonly ServiceName[],
): Promise<void> {
  const wanted = new Set<number>(answers.map((name) => ServiceId[name]));
  let index = 0;
  const session = async (): Promise<void> => {
    const { host, port, uuid, token } = await admit(order.ground.url, me, address());
    const frames = new FrameDecoder();
    let entered = false;
    let unanswered = 0;
    const socket = await RawSocket.connect(`${host}:${port}`, (bytes) => {
      frames.push(bytes, (id, body) => {
        if (id === ServiceId.LOGINRESPONSE) entered = true;
        if (!wanted.has(id)) return;
        unanswered--;
        count(
          body.indexOf(0x36) >= 0 && decoder.decode(body.subarray(0, 11)) === '{"error":64'
            ? "refused"
            : "answered",
        );
      });
      if (entered) push();
    });
    const push = (): void => {
      if (socket.closed) return;
      const batch: Uint8Array[] = [];
      while (unanswered < PIPELINED) {
        batch.push(makeFrame(me, friend, index++));
        unanswered++;
      }
      if (batch.length > 0) socket.write(Buffer.concat(batch));
    };
    socket.write(encodeFrame(ServiceId.LOGINSERVER, { uuid, token, proto: 2, device: `flood-${uuid}` }));
    await socket.until(() => entered);
    // What has no answer of its own is sent at a pace.
    const timer =
      answers.length > 0
        ? undefined
        : setInterval(() => {
            for (let i = 0; i < PIPELINED; i++) socket.write(makeFrame(me, friend, index++));
            count("sent", PIPELINED);
          }, 10);
    void socket
      .until(() => false, 3_600_000)
      .then(async () => {
        clearInterval(timer);
        count("thrown out");
        await again();
      });
  };
  const again = async (): Promise<void> => {
    for (;;) {
      await Bun.sleep(RETRY_MS);
      try {
        return await session();
      } catch {
        count("not let in");
      }
    }
  };
  await session();
}

const floods = (
  what: string,
  answers: readonly ServiceName[],
  makeFrame: (me: Person, friend: Person, index: number) => Uint8Array,
): Attack => ({
  what: `${SESSIONS} sessions ${what} without pause`,
  sessions: SESSIONS,
  run: async (order, count) => {
    await Promise.all(order.accounts.map((pair) => flood(order, pair, count, makeFrame, answers)));
  },
});

const id = (person: Person) => String(person.id);

export const attacks: Readonly<Record<string, Attack>> = {
  "slow-http": {
    what: "500 connections drip a request, a byte each half second",
    sessions: 0,
    run: ({ ground }, count) =>
      keepOpen(500, ground.http, count, (socket) =>
        drip(socket, "POST /trylogin_server HTTP/1.1\r\nHost: x\r\nX-Slow: ", utf8.encode("abcdefgh")),
      ),
  },
  "slow-chat": {
    what: "500 connections drip a frame, a byte each half second",
    sessions: 0,
    run: ({ ground }, count) =>
      keepOpen(500, ground.chat, count, (socket) =>
        drip(socket, "", encodeFrame(ServiceId.LOGINSERVER, { uuid: "1", token: "x".repeat(60_000) })),
      ),
  },
  silent: {
    what: "10,000 connections to the chat ports say nothing",
    sessions: 0,
    run: async ({ ground }, count) => {
      await keepOpen(5_000, ground.chat, count, () => {});
      await keepOpen(5_000, ground.ws, count, () => {});
    },
  },
  "come-and-go": {
    what: "50 clients connect and leave as fast as they can",
    sessions: 0,
    run: async ({ ground }, count) => {
      for (let i = 0; i < 50; i++)
        void (async () => {
          for (;;) {
            const socket = await RawSocket.connect(ground.chat, () => {}).catch(() => undefined);
            socket?.terminate();
            count("connections");
            await Bun.sleep(1);
          }
        })();
    },
  },
  herd: {
    what: "5,000 logins at once, each from an address of its own",
    sessions: 0,
    run: async ({ ground }, count) => {
      const one = async (index: number): Promise<void> => {
        for (;;) {
          const answer = await fetch(`${ground.url}/trylogin_server`, {
            method: "POST",
            headers: { "x-forwarded-for": address() },
            body: JSON.stringify({ username: `herd-${index}`, password: "Wrong-1-password" }),
          }).catch(() => undefined);
          const { error, retry_after_ms = RETRY_MS } = ((await answer?.json()) ?? {}) as Record<
            string,
            number
          >;
          count(error === 64 ? "told to come back" : error === 13 ? "checked" : `error ${error}`);
          if (error === 13) return;
          await Bun.sleep(retry_after_ms);
        }
      };
      for (const index of times(5_000, (i) => i)) void one(index);
    },
  },
  history: floods("read history", ["HISTORYRESPONSE"], (_, friend) =>
    encodeFrame(ServiceId.HISTORYREQUEST, { peer: id(friend), limit: 200 }),
  ),
  profile: floods("change their profiles", ["PROFILEUPDATERESPONSE"], (_, __, index) =>
    encodeFrame(ServiceId.PROFILEUPDATE, { description: String(index).repeat(500).slice(0, 4_000) }),
  ),
  texts: floods("send frames of 100 texts", ["TEXTCHATMSGRESPONSE"], (me, friend) =>
    encodeFrame(ServiceId.TEXTCHATMSGREQUEST, {
      text_sender: id(me),
      text_receiver: id(friend),
      text_msg: times(100, () => ({
        msg_sender: id(me),
        msg_receiver: id(friend),
        msg_id: crypto.randomUUID(),
        msg_content: "x".repeat(300),
      })),
    }),
  ),
  lists: floods("ask for heads and friends", ["HEADSRESPONSE", "FRIENDLISTRESPONSE"], (_, __, index) =>
    index % 2 === 0
      ? encodeFrame(ServiceId.HEADSREQUEST, {})
      : encodeFrame(ServiceId.FRIENDLISTREQUEST, { limit: 200 }),
  ),
  search: floods("search", ["SEARCHUSERNAMERESPONSE"], (_, __, index) =>
    encodeFrame(ServiceId.SEARCHUSERNAME, { username: `nobody-${index}` }),
  ),
  signs: floods("send acknowledgements and signs of typing", [], (_, friend, index) =>
    index % 2 === 0
      ? encodeFrame(ServiceId.ACK, { peer: id(friend), delivered_seq: index, read_seq: index })
      : encodeFrame(ServiceId.TYPING, { peer: id(friend) }),
  ),
};
