/**
 * @module support/scripted-client
 * A client of a scripted server, and everything it was told.
 */
import { afterEach } from "bun:test";
import { ChatClient, type ChatClientOptions, type ChatMessage } from "../../src/client/index.ts";
import { tcpDialer } from "../../src/client/tcp.ts";
import type { ServiceName } from "../../src/wire/ids.ts";
import { loginAnswer, type Script, ScriptedServer } from "./scripted-server.ts";

export interface Scripted {
  readonly server: ScriptedServer;
  /** Not connected yet. */
  readonly client: ChatClient;
  readonly states: string[];
  readonly messages: ChatMessage[];
  readonly errors: unknown[];
  /** A frame of the server, on the newest connection. */
  push(name: ServiceName, body: object): void;
}

/** To be called once, at the top of a test file. @returns what makes a client; all are closed behind their test. */
export function scriptedClients(): (
  script?: Script,
  login?: object,
  options?: Partial<ChatClientOptions>,
) => Scripted {
  const open: (() => void)[] = [];
  afterEach(() => {
    for (const close of open.splice(0)) close();
  });
  return (script = () => {}, login = {}, options = {}) => {
    const server = new ScriptedServer((peer, frame) => {
      if (frame.name === "LOGINSERVER") peer.send("LOGINRESPONSE", loginAnswer(login));
      script(peer, frame);
    });
    const client = new ChatClient({
      server: server.api,
      credentials: { username: "ann", password: "pw" },
      dial: tcpDialer(),
      backoff: { minMs: 5, maxMs: 20 },
      ...options,
    });
    open.push(() => {
      client.close();
      server.stop();
    });
    const messages: ChatMessage[] = [];
    const errors: unknown[] = [];
    const states: string[] = [];
    client.on("message", (message) => messages.push(message));
    client.on("error", (error) => errors.push(error));
    client.on("state", ({ state, reason }) => states.push(state === "ended" ? `ended: ${reason}` : state));
    const push: Scripted["push"] = (name, body) => server.peers.at(-1)?.send(name, body);
    return { server, client, states, messages, errors, push };
  };
}
