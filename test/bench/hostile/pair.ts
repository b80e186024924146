/**
 * @module bench/hostile/pair
 * Well-behaved pairs, a process of its own: each sender writes a text, waits for the answer, thinks for a moment, and
 * writes the next. A line on standard input asks for what they saw since the last one.
 */
import { encodeFrame, FrameDecoder } from "../../../src/wire/frame.ts";
import { ServiceId } from "../../../src/wire/ids.ts";
import { RawSocket } from "../../support/raw-socket.ts";
import type { Login, PairLogin } from "../protocol.ts";
import type { PairOrder, PairReport } from "./orders.ts";

const decoder = new TextDecoder();
type Json = Record<string, unknown>;

let seen: { acked: number[]; delivered: number[]; failed: number } = { acked: [], delivered: [], failed: 0 };

async function enter(login: Login, onFrame: (id: number, body: Json) => void): Promise<RawSocket> {
  const frames = new FrameDecoder();
  let entered = false;
  const socket = await RawSocket.connect(`${login.host}:${login.port}`, (bytes) =>
    frames.push(bytes, (id, body) => {
      if (id === ServiceId.LOGINRESPONSE) entered = true;
      onFrame(id, JSON.parse(decoder.decode(body)) as Json);
    }),
  );
  const { uuid, token } = login;
  socket.write(encodeFrame(ServiceId.LOGINSERVER, { uuid, token, proto: 2, device: `pair-${uuid}` }));
  await socket.until(() => entered);
  if (!entered) throw new Error(`the pair's ${uuid} could not log in`);
  return socket;
}

async function converse({ sender, receiver }: PairLogin, everyMs: number): Promise<void> {
  const sentAt = new Map<string, number>();
  const receiving = await enter(receiver, (id, body) => {
    if (id !== ServiceId.TEXTCHATMSGICOMINGREQUEST) return;
    for (const { msg_id, seq } of body.text_msg as { msg_id: string; seq: number }[]) {
      seen.delivered.push(performance.now() - (sentAt.get(msg_id) ?? 0));
      receiving.write(encodeFrame(ServiceId.ACK, { peer: sender.uuid, delivered_seq: seq }));
    }
  });
  let answered: ((body: Json) => void) | undefined;
  const sending = await enter(sender, (id, body) => {
    if (id === ServiceId.TEXTCHATMSGRESPONSE) answered?.(body);
  });
  for (;;) {
    const id = `{${crypto.randomUUID()}}`;
    const { promise, resolve } = Promise.withResolvers<Json>();
    answered = resolve;
    const at = performance.now();
    sentAt.set(id, at);
    sending.write(
      encodeFrame(ServiceId.TEXTCHATMSGREQUEST, {
        text_sender: sender.uuid,
        text_receiver: receiver.uuid,
        text_msg: [
          { msg_sender: sender.uuid, msg_receiver: receiver.uuid, msg_id: id, msg_content: "x".repeat(100) },
        ],
      }),
    );
    const answer = await promise;
    seen.acked.push(performance.now() - at);
    if (answer.error !== 0) seen.failed++;
    await Bun.sleep(everyMs);
  }
}

const lines = console[Symbol.asyncIterator]();
const order = JSON.parse((await lines.next()).value) as PairOrder;
for (const pair of order.pairs) void converse(pair, order.everyMs);
for (;;) {
  const { done } = await lines.next();
  if (done) break;
  const report: PairReport = seen;
  seen = { acked: [], delivered: [], failed: 0 };
  process.stdout.write(`${JSON.stringify(report)}\n`);
}
process.exit(0);
