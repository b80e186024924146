/**
 * @module bench/bare-fan
 * The limit of a group: bare `Bun.listen` that writes the same bytes to the same sockets and does nothing else. Whoever
 * sends a 17 has a 19 of so many bytes (the argument) written to everybody else, and an 18 to itself.
 */
import { encodeFrame, FrameDecoder } from "../../src/wire/frame.ts";
import { ServiceId } from "../../src/wire/ids.ts";

type Socket = Bun.Socket<{ readonly frames: FrameDecoder; out: Uint8Array[] }>;

const bytes = Number(process.argv[2]);
const empty = encodeFrame(ServiceId.TEXTCHATMSGICOMINGREQUEST, { fill: "" }).length;
const PUSH = encodeFrame(ServiceId.TEXTCHATMSGICOMINGREQUEST, { fill: "x".repeat(bytes - empty) });
const ANSWER = encodeFrame(ServiceId.TEXTCHATMSGRESPONSE, { error: 0 });
const LOGGED_IN = encodeFrame(ServiceId.LOGINRESPONSE, { error: 0 });
const sockets = new Set<Socket>();
let scheduled = false;

function flush(): void {
  scheduled = false;
  for (const socket of sockets) {
    const { out } = socket.data;
    if (out.length === 0) continue;
    const all = out.length === 1 ? (out[0] as Uint8Array) : Buffer.concat(out);
    const written = Math.max(0, socket.write(all));
    socket.data.out = written < all.length ? [all.subarray(written)] : [];
  }
}

function queue(socket: Socket, frame: Uint8Array): void {
  socket.data.out.push(frame);
  if (scheduled) return;
  scheduled = true;
  setImmediate(flush);
}

const server = Bun.listen<Socket["data"]>({
  hostname: "127.0.0.1",
  port: 0,
  socket: {
    open(socket) {
      socket.setNoDelay(true); // A segment a write, as the product's.
      socket.data = { frames: new FrameDecoder(), out: [] };
      sockets.add(socket);
    },
    data(socket, chunk) {
      socket.data.frames.push(chunk, (id) => {
        if (id === ServiceId.LOGINSERVER) queue(socket, LOGGED_IN);
        if (id !== ServiceId.TEXTCHATMSGREQUEST) return;
        for (const other of sockets) if (other !== socket) queue(other, PUSH);
        queue(socket, ANSWER);
      });
    },
    drain: flush,
    close: (socket) => void sockets.delete(socket),
  },
});
process.stdout.write(`${server.port}\n`);
