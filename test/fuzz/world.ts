/**
 * @module fuzz/world
 * A live server, accounts for the inputs to use, and two friends who write to each other all the while.
 */
import { expect } from "bun:test";
import { type Chatsrv, type LogLine, startEmbedded } from "../support/chatsrv-process.ts";
import { until } from "../support/until.ts";
import { befriend, connect, makeUsers, type TestClient, type User } from "../support/users.ts";
import type { Target } from "./tally.ts";

/** Accounts beside the two friends. */
const ACCOUNTS = 8;

export interface World {
  readonly target: Target;
  readonly server: Chatsrv;
  readonly pair: Pair;
  /** Makes the accounts friends again who were before inputs ended that. */
  mend(): Promise<void>;
  /** What the server logged that only a bug makes it log. */
  bugs(): LogLine[];
  /** Ends all; throws when the server does not stop as it should. */
  stop(): Promise<void>;
}

/** Two friends. */
export class Pair {
  #sent = 0;

  constructor(
    readonly one: TestClient,
    readonly other: TestClient,
  ) {}

  /** Texts that were acknowledged. */
  get sent(): number {
    return this.#sent;
  }

  /** One text, acknowledged and delivered. */
  async textPasses(): Promise<void> {
    const text = crypto.randomUUID();
    await this.one.sendText(this.other.uuid, text);
    this.#sent++;
    await until(() => this.other.messages.at(-1)?.content === text, { what: "a text between the friends" });
  }
}

async function mend(server: Chatsrv, users: readonly User[]): Promise<void> {
  for (let i = 0; i < users.length; i += 2) {
    const [a, b] = [users[i], users[i + 1]];
    if (!a || !b) throw new Error("accounts come in pairs");
    const [left, right] = [await connect(server.api, a), await connect(server.api, b)];
    // Each may be refused for being so already.
    const steps = [
      () => left.people.block(b.uuid, false),
      () => right.people.block(a.uuid, false),
      () => left.people.requestFriend(b.uuid),
      () => right.people.confirmFriend(a.uuid),
    ];
    for (const step of steps) await step().catch(() => {});
    left.close();
    right.close();
  }
}

/** @param env settings beside those without limits */
export async function startWorld(env: Record<string, string> = {}): Promise<World> {
  const server = await startEmbedded({ env: { CHATSRV_CHATTINGSERVER_LEGACY_FRAME_GAP: "0", ...env } });
  const users = await makeUsers(server, server.api, ACCOUNTS, "fuzz");
  await mend(server, users);
  const [a, b] = await makeUsers(server, server.api, 2, "friend");
  if (!a || !b) throw new Error("two friends were asked for");
  const pair = new Pair(await connect(server.api, a), await connect(server.api, b));
  await befriend(pair.one, pair.other);
  const services = ["http", "chat", "ws", "verify", "balance", "grpc"] as const;
  const at = Object.fromEntries(services.map((name) => [name, server.address(name)])) as Target["at"];
  return {
    target: { at, users },
    server,
    pair,
    mend: () => mend(server, users),
    bugs: () => server.lines().filter((line) => line.level === "error" || line.event === "chat.unavailable"),
    async stop() {
      for (const client of [pair.one, pair.other]) {
        expect(client.states).toEqual(["connecting", "online"]);
        client.close();
      }
      expect(await server.stop()).toBe(0);
    },
  };
}
