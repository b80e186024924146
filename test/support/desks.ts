/**
 * @module support/desks
 * A server, and desktop clients of the original beside our own on it, for one test file: what a test opened is closed
 * behind it, the server behind the last.
 */
import { afterAll, afterEach, beforeAll } from "bun:test";
import { type Chatsrv, startEmbedded } from "./chatsrv-process.ts";
import { DesktopPeer } from "./desktop-peer.ts";
import { connect, type TestClient, type User } from "./users.ts";

export interface Desks {
  /** Running while tests do. */
  readonly server: Chatsrv;
  /** A desktop client, not logged in. */
  desk(): DesktopPeer;
  /** A desktop client of a user, logged in. */
  desktop(user: User): Promise<DesktopPeer>;
  /** A client of ours, connected. */
  modern(user: User): Promise<TestClient>;
}

/** To be called once, at the top of a test file. */
export function desks(): Desks {
  let server: Chatsrv;
  const open: { close(): void }[] = [];
  beforeAll(async () => {
    server = await startEmbedded();
  });
  afterEach(() => {
    for (const one of open.splice(0)) one.close();
  });
  afterAll(() => server.stop());
  const opened = <T extends { close(): void }>(one: T): T => {
    open.push(one);
    return one;
  };
  const desk = () => opened(new DesktopPeer(server.url));
  return {
    get server() {
      return server;
    },
    desk,
    desktop: async (user) => {
      const peer = desk();
      await peer.login(user);
      return peer;
    },
    modern: async (user) => opened(await connect(server.api, user)),
  };
}
