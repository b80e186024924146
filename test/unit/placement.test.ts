/**
 * @module unit/placement
 * The balance role on the memory coordination.
 */
import { describe, expect, test } from "bun:test";
import { openMemory } from "../../src/coordination/memory/index.ts";
import type { ChatNode } from "../../src/domain/entities.ts";
import { unavailable } from "../../src/domain/error.ts";
import { nodeName, userId } from "../../src/domain/ids.ts";
import { PlacementService } from "../../src/services/cluster/placement.ts";
import { HeldClock } from "../support/clock.ts";

const TTL = 300_000;
const ada = userId(7);
const node: ChatNode = {
  name: nodeName("chat0"),
  incarnation: "1",
  host: "chat.example",
  port: 60_000,
  wsUrl: "wss://chat.example/",
  grpcHost: "10.0.0.1",
  grpcPort: 64_400,
  sessions: 0,
  draining: false,
  leaseUntil: 0,
};

describe("PlacementService", () => {
  test("names the node and gives a token that is good once, there, for that user", async () => {
    const coordination = openMemory();
    await coordination.nodes.register(node, TTL);
    const balance = new PlacementService({ placement: coordination.placement, tokenTtlMs: TTL });
    const { token, ...where } = await balance.allocate(ada);
    expect(where).toEqual({
      host: "chat.example",
      port: 60_000,
      wsUrl: "wss://chat.example/",
      node: "chat0",
    });
    expect(Buffer.from(token, "base64url")).toHaveLength(32);
    expect(await balance.redeem(userId(8), token, node.name)).toBe(false);
    expect(await balance.redeem(ada, token, nodeName("chat1"))).toBe(false);
    expect(await balance.redeem(ada, token, node.name)).toBe(true);
    expect(await balance.redeem(ada, token, node.name)).toBe(false);
    expect((await balance.allocate(ada)).token).not.toBe(token);
  });

  test("a token ends with its TTL", async () => {
    const clock = new HeldClock();
    const coordination = openMemory({ clock });
    await coordination.nodes.register(node, 10 * TTL);
    const balance = new PlacementService({ placement: coordination.placement, tokenTtlMs: TTL });
    const { token } = await balance.allocate(ada);
    clock.pass(TTL);
    expect(await balance.redeem(ada, token, node.name)).toBe(false);
  });

  test("no node is error 6", async () => {
    const { placement } = openMemory();
    const balance = new PlacementService({ placement, tokenTtlMs: TTL });
    await expect(balance.allocate(ada)).rejects.toMatchObject({ code: 6 });
  });

  test("coordination away is error 8, any other failure is not hidden by it", async () => {
    const failing = (error: Error) => {
      const fail = async () => {
        throw error;
      };
      return new PlacementService({ placement: { allocate: fail, redeem: fail }, tokenTtlMs: TTL });
    };
    const away = failing(unavailable("redis"));
    await expect(away.allocate(ada)).rejects.toMatchObject({ code: 8, retryable: true });
    await expect(away.redeem(ada, "token", node.name)).rejects.toMatchObject({ code: 8 });
    await expect(failing(new TypeError("a bug")).allocate(ada)).rejects.toBeInstanceOf(TypeError);
  });
});
