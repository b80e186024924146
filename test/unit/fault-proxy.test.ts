/** @module The proxy of the fault runs: it delays, holds and cuts, and never changes what it carries. */
import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { TcpProxy } from "../faults/proxy.ts";
import { until } from "../support/until.ts";

describe("fault proxy", () => {
  let received = "";
  let closed = false;
  let server: Bun.TCPSocketListener;
  let proxy: TcpProxy;
  let client: Bun.Socket;

  beforeEach(async () => {
    received = "";
    closed = false;
    server = Bun.listen({
      hostname: "127.0.0.1",
      port: 0,
      socket: {
        data: (_socket, bytes) => {
          received += bytes.toString();
        },
      },
    });
    proxy = new TcpProxy(() => ({ host: "127.0.0.1", port: server.port }));
    client = await Bun.connect({
      hostname: "127.0.0.1",
      port: proxy.port,
      socket: {
        data: () => {},
        close: () => {
          closed = true;
        },
      },
    });
    await say("hello ");
  });

  afterEach(() => {
    client.terminate();
    proxy.close();
    server.stop(true);
  });

  const arrived = (text: string) => until(() => received === text, { what: `"${text}", not "${received}"` });

  /** Sends, and waits until it has arrived. */
  async function say(text: string): Promise<void> {
    const whole = received + text;
    client.write(text);
    await arrived(whole);
  }

  /** Resolves when the proxy has read all that was written: it says how much it holds back. */
  const taken = (chunks: number) => until(() => proxy.late === chunks, { what: `${chunks} held back` });

  test("what comes after a delay does not overtake what is still late", async () => {
    proxy.delayMs = 150;
    client.write("first ");
    await taken(1);
    proxy.delayMs = 0;
    client.write("second");
    await arrived("hello first second");
  });

  test("what it holds goes on in order when it is released", async () => {
    proxy.hold();
    client.write("first ");
    await taken(1);
    client.write("second");
    await taken(2);
    expect(received).toBe("hello ");
    proxy.release();
    await arrived("hello first second");
  });

  test("a cut ends connections", async () => {
    proxy.cut();
    await until(() => closed, { what: "the connection to be closed" });
  });
});
