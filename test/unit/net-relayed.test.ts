/**
 * @module unit/net-relayed
 * Whose word counts for the address of a relayed client: who shows the cluster's secret.
 */
import { expect, test } from "bun:test";
import { relayedClient, relayHeaders } from "../../src/net/relayed.ts";

const request = (headers: Record<string, string>) => new Request("http://node/", { headers });

test("a gateway of the cluster is believed, nobody else is", () => {
  const clientOf = relayedClient("right");
  const headers = relayHeaders("right", "192.0.2.7");
  expect(clientOf(request(headers))).toBe("192.0.2.7");
  expect(clientOf(request(relayHeaders("right", "fd00::7")))).toBe("fd00::7");
  expect(clientOf(request(relayHeaders("wrong", "192.0.2.7")))).toBeUndefined();
  expect(clientOf(request({ "x-chatsrv-client": "192.0.2.7" }))).toBeUndefined();
  expect(clientOf(request(relayHeaders("right", "no address")))).toBeUndefined();
  expect(clientOf(request({ "x-forwarded-for": "192.0.2.7" }))).toBeUndefined();
});

test("without a secret nobody is believed, and none is sent", () => {
  expect(relayHeaders("", "192.0.2.7")).toEqual({});
  const proofs = { authorization: "Bearer ", "x-chatsrv-client": "192.0.2.7" };
  expect(relayedClient("")(request(proofs))).toBeUndefined();
});
