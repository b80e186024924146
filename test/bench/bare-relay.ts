/**
 * @module bench/bare-relay
 * Limit (a): the same relay with bare `Bun.listen` and no logic. A client's token names its partner; a text
 * goes to the partner as it is, under id 19, and is answered with a constant 18.
 */
import { encodeFrame, FrameDecoder } from "../../src/wire/frame.ts";
import { ServiceId } from "../../src/wire/ids.ts";

interface State {
  readonly frames: FrameDecoder;
  partner: string;
  out: Uint8Array[];
}
type Socket = Bun.Socket<State>;

const clients = new Map<string, Socket>();
const dirty = new Set<Socket>();
const LOGGED_IN = encodeFrame(ServiceId.LOGINRESPONSE, { error: 0 });
const ANSWER = encodeFrame(ServiceId.TEXTCHATMSGRESPONSE, { error: 0, text_sender: "1", text_receiver: "2" });
let scheduled = false;

function queue(socket: Socket, bytes: Uint8Array): void {
  socket.data.out.push(bytes);
  dirty.add(socket);
  if (scheduled) return;
  scheduled = true;
  setImmediate(flush);
}

function flush(): void {
  scheduled = false;
  for (const socket of dirty) {
    const bytes = Buffer.concat(socket.data.out);
    socket.data.out = [];
    const written = socket.write(bytes);
    if (written < bytes.length) socket.data.out = [bytes.subarray(Math.max(0, written))];
  }
  dirty.clear();
}

const server = Bun.listen<State>({
  hostname: "127.0.0.1",
  port: 0,
  socket: {
    open(socket) {
      socket.data = { frames: new FrameDecoder(), partner: "", out: [] };
    },
    data(socket, chunk) {
      socket.data.frames.push(chunk, (id, body) => {
        if (id === ServiceId.LOGINSERVER) {
          const { uuid, token } = JSON.parse(new TextDecoder().decode(body)) as {
            uuid: string;
            token: string;
          };
          clients.set(uuid, socket);
          socket.data.partner = token;
          queue(socket, LOGGED_IN);
        } else if (id === ServiceId.TEXTCHATMSGREQUEST) {
          const forward = new Uint8Array(body.length + 4);
          forward.set(body, 4);
          forward[1] = ServiceId.TEXTCHATMSGICOMINGREQUEST;
          forward[2] = forward.length >> 8;
          forward[3] = forward.length & 0xff;
          const partner = clients.get(socket.data.partner);
          if (partner !== undefined) queue(partner, forward);
          queue(socket, ANSWER);
        }
      });
    },
    drain(socket) {
      dirty.add(socket);
      flush();
    },
  },
});
process.stdout.write(`${server.port}\n`);
