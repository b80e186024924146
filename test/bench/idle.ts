/**
 * @module bench/idle
 * Sessions that log in and then say nothing, in a process of their own. Says "ready" when all are in.
 */
import { encodeFrame, FrameDecoder } from "../../src/wire/frame.ts";
import { ServiceId } from "../../src/wire/ids.ts";
import type { Login } from "./protocol.ts";

const AT_ONCE = 100;

async function hold(login: Login): Promise<void> {
  const entered = Promise.withResolvers<void>();
  const frames = new FrameDecoder();
  const socket = await Bun.connect({
    hostname: login.host,
    port: login.port,
    socket: {
      data(_socket, chunk) {
        frames.push(chunk, (id) => {
          if (id === ServiceId.LOGINRESPONSE) entered.resolve();
        });
      },
      close: () => entered.reject(new Error("closed")),
    },
  });
  socket.write(
    encodeFrame(ServiceId.LOGINSERVER, { uuid: login.uuid, token: login.token, proto: 2, device: "idle" }),
  );
  await entered.promise;
}

const logins = (await Bun.stdin.json()) as Login[];
for (let from = 0; from < logins.length; from += AT_ONCE)
  await Promise.all(logins.slice(from, from + AT_ONCE).map(hold));
process.stdout.write("ready\n");
