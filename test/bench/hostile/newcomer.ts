/**
 * @module bench/hostile/newcomer
 * A person who logs in, password and all, while others do what they do; and again, from the beginning.
 */
import { encodeFrame, FrameDecoder } from "../../../src/wire/frame.ts";
import { ServiceId } from "../../../src/wire/ids.ts";
import { RawSocket } from "../../support/raw-socket.ts";
import { admit, type Person } from "../people.ts";

const PAUSE_MS = 1_000;

export class Newcomer {
  readonly #waits: number[] = [];
  readonly #done: Promise<void>;
  #running = true;

  constructor(url: string, person: Person) {
    this.#done = this.#logInOverAndOver(url, person);
  }

  /** @returns how long each login took, milliseconds, refusals and their waits included */
  async end(): Promise<number[]> {
    this.#running = false;
    await this.#done;
    return this.#waits;
  }

  async #logInOverAndOver(url: string, person: Person): Promise<void> {
    while (this.#running) {
      const from = performance.now();
      while (!(await logIn(url, person).catch(() => false))) await Bun.sleep(100);
      this.#waits.push(performance.now() - from);
      await Bun.sleep(PAUSE_MS);
    }
  }
}

async function logIn(url: string, person: Person): Promise<boolean> {
  const { host, port, uuid, token } = await admit(url, person, "203.0.113.9");
  const frames = new FrameDecoder();
  let entered = false;
  const socket = await RawSocket.connect(`${host}:${port}`, (bytes) =>
    frames.push(bytes, (id) => {
      if (id === ServiceId.LOGINRESPONSE) entered = true;
    }),
  );
  socket.write(encodeFrame(ServiceId.LOGINSERVER, { uuid, token, proto: 2, device: "newcomer" }));
  await socket.until(() => entered);
  socket.terminate();
  return entered;
}
