/**
 * @module bench/group-load
 * The load of a group, a process of its own: members who write, each with one text unanswered, so that each is a frame
 * of its own, and those who listen. Every receiver gets every text, so its nth is the nth of all; between the first and the last who get one is its spread.
 */
import { encodeFrame, FrameDecoder } from "../../src/wire/frame.ts";
import { ServiceId } from "../../src/wire/ids.ts";
import type { GroupOrder, GroupReport, Login } from "./protocol.ts";

const LOGINS_AT_ONCE = 50;

interface Spread {
  readonly first: number;
  last: number;
  left: number;
}

async function connect(login: Login, onFrame: (id: number, bytes: number) => void) {
  const entered = Promise.withResolvers<void>();
  const frames = new FrameDecoder();
  const socket = await Bun.connect({
    hostname: login.host,
    port: login.port,
    socket: {
      data(_socket, chunk) {
        frames.push(chunk, (id, body) => {
          if (id === ServiceId.LOGINRESPONSE) entered.resolve();
          else onFrame(id, body.length);
        });
      },
      close: () => entered.reject(new Error(`the connection of ${login.uuid} was closed`)),
    },
  });
  const { uuid, token } = login;
  socket.write(encodeFrame(ServiceId.LOGINSERVER, { uuid, token, proto: 2, device: "bench" }));
  await entered.promise;
  return socket;
}

async function run(order: GroupOrder): Promise<GroupReport> {
  const { writers, receivers, conversation, seconds, textBytes } = order;
  const texts: (Spread | undefined)[] = [];
  let [deliveries, bytes, acked] = [0, 0, 0];
  let [measuring, running] = [false, true];

  const receive = async (login: Login) => {
    let got = 0;
    await connect(login, (id, length) => {
      if (id !== ServiceId.TEXTCHATMSGICOMINGREQUEST) return;
      const now = performance.now();
      const text = texts[got];
      if (text === undefined) texts[got] = { first: now, last: now, left: receivers.length - 1 };
      else {
        text.last = now;
        text.left--;
      }
      got++;
      if (!measuring) return;
      deliveries++;
      bytes = length + 4;
    });
  };
  for (let from = 0; from < receivers.length; from += LOGINS_AT_ONCE)
    await Promise.all(receivers.slice(from, from + LOGINS_AT_ONCE).map(receive));

  const content = "x".repeat(textBytes);
  const write = async (login: Login) => {
    const send = () =>
      void socket.write(
        encodeFrame(ServiceId.TEXTCHATMSGREQUEST, {
          conversation,
          text_msg: [{ msg_id: `{${crypto.randomUUID()}}`, msg_content: content }],
        }),
      );
    const socket = await connect(login, (id) => {
      if (id !== ServiceId.TEXTCHATMSGRESPONSE) return;
      if (measuring) acked++;
      if (running) send();
    });
    return send;
  };
  for (const send of await Promise.all(writers.map(write))) send();
  await Bun.sleep(1_500);
  process.stdout.write("measuring\n");
  measuring = true;
  const [from, first] = [performance.now(), texts.length];
  await Bun.sleep(seconds * 1_000);
  measuring = false;
  running = false;
  const took = (performance.now() - from) / 1_000;
  await Bun.sleep(1_000);
  const spreads = texts
    .slice(first)
    .flatMap((text) => (text?.left === 0 ? [text.last - text.first] : []))
    .sort((a, b) => a - b);
  const at = (share: number) =>
    spreads[Math.min(spreads.length - 1, Math.floor(spreads.length * share))] ?? 0;
  return { deliveries, acked, bytes, seconds: took, p50: at(0.5), p99: at(0.99) };
}

const report = await run((await Bun.stdin.json()) as GroupOrder);
process.stdout.write(`${JSON.stringify(report)}\n`);
process.exit(0);
