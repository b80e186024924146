/**
 * @module bench/load
 * The load, a process of its own: pairs of clients over TCP, each sender with so many texts unanswered. Speaks
 * protocol 2 with acknowledgements, as the SDK does, and nothing that costs more than the wire asks for.
 */
import { encodeFrame, FrameDecoder } from "../../src/wire/frame.ts";
import { ServiceId } from "../../src/wire/ids.ts";
import type { LoadOrder, LoadReport, Login, PairLogin } from "./protocol.ts";

const decoder = new TextDecoder();

/** A logged-in socket whose frames go to `onFrame`. */
async function connect(login: Login, onFrame: (id: number, body: Uint8Array) => void, onTurn: () => void) {
  const frames = new FrameDecoder();
  const entered = Promise.withResolvers<void>();
  const unsent: Uint8Array[] = [];
  const socket = await Bun.connect({
    hostname: login.host,
    port: login.port,
    socket: {
      data(_socket, chunk) {
        frames.push(chunk, (id, body) => {
          if (id !== ServiceId.LOGINRESPONSE) onFrame(id, body);
          else if (decoder.decode(body).includes('"error":0')) entered.resolve();
          else entered.reject(new Error(`login of ${login.uuid}: ${decoder.decode(body)}`));
        });
        onTurn();
      },
      drain(self) {
        while (unsent.length > 0) {
          const next = unsent[0] as Uint8Array;
          const written = self.write(next);
          if (written < next.length) {
            unsent[0] = next.subarray(Math.max(0, written));
            return;
          }
          unsent.shift();
        }
      },
      close() {
        entered.reject(new Error(`the connection of ${login.uuid} was closed`));
      },
    },
  });
  const send = (bytes: Uint8Array): void => {
    const written = unsent.length > 0 ? 0 : socket.write(bytes);
    if (written < bytes.length) unsent.push(bytes.slice(Math.max(0, written)));
  };
  send(
    encodeFrame(ServiceId.LOGINSERVER, { uuid: login.uuid, token: login.token, proto: 2, device: "bench" }),
  );
  await entered.promise;
  return { send, close: () => socket.end() };
}

async function run({ pairs, outstanding, seconds, textBytes }: LoadOrder): Promise<LoadReport> {
  const text = "x".repeat(textBytes);
  const latencies: number[] = [];
  const counts = { acked: 0, delivered: 0, failed: 0 };
  let measuring = false;
  let running = true;

  const startPair = async ({ sender, receiver }: PairLogin) => {
    let lastSeq = 0;
    let told = 0;
    const receiving = await connect(
      receiver,
      (id, body) => {
        if (id !== ServiceId.TEXTCHATMSGICOMINGREQUEST) return;
        const { text_msg } = JSON.parse(decoder.decode(body)) as { text_msg: { seq?: number }[] };
        if (measuring) counts.delivered += text_msg.length;
        lastSeq = text_msg.at(-1)?.seq ?? lastSeq;
      },
      () => {
        if (lastSeq <= told) return;
        told = lastSeq;
        receiving.send(encodeFrame(ServiceId.ACK, { peer: sender.uuid, delivered_seq: lastSeq }));
      },
    );
    const sentAt: number[] = [];
    const answer = (_id: number, body: Uint8Array): void => {
      if (_id !== ServiceId.TEXTCHATMSGRESPONSE) return;
      const at = sentAt.shift() ?? 0;
      const good = decoder.decode(body.subarray(0, 10)) === '{"error":0';
      if (measuring) {
        if (good) counts.acked++;
        else counts.failed++;
        latencies.push(performance.now() - at);
      }
      if (running) sendText();
    };
    const sending = await connect(sender, answer, () => {});
    const sendText = (): void => {
      sentAt.push(performance.now());
      sending.send(
        encodeFrame(ServiceId.TEXTCHATMSGREQUEST, {
          text_sender: sender.uuid,
          text_receiver: receiver.uuid,
          text_msg: [
            {
              msg_sender: sender.uuid,
              msg_receiver: receiver.uuid,
              msg_id: `{${crypto.randomUUID()}}`,
              msg_content: text,
            },
          ],
        }),
      );
    };
    return {
      begin: () => Array.from({ length: outstanding }, sendText),
      close: [sending.close, receiving.close],
    };
  };

  const started = await Promise.all(pairs.map(startPair));
  for (const pair of started) pair.begin();
  await new Promise((resolve) => setTimeout(resolve, 1_000)); // Warm: the compiler has seen everything twice.
  process.stdout.write("measuring\n");
  measuring = true;
  const from = performance.now();
  await new Promise((resolve) => setTimeout(resolve, seconds * 1_000));
  measuring = false;
  const took = (performance.now() - from) / 1_000;
  running = false;
  for (const pair of started) for (const close of pair.close) close();
  latencies.sort((a, b) => a - b);
  const at = (share: number) =>
    latencies[Math.min(latencies.length - 1, Math.floor(latencies.length * share))] ?? 0;
  return { ...counts, seconds: took, p50: at(0.5), p95: at(0.95), p99: at(0.99) };
}

const report = await run((await Bun.stdin.json()) as LoadOrder);
process.stdout.write(`${JSON.stringify(report)}\n`);
process.exit(0);
