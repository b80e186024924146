/**
 * @module wire/socket-reopen
 * A listener that is opened again for another certificate: who is connected notices nothing, who comes meets the new one.
 */
import { expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import type { KeyPair } from "../../src/lib/certificates.ts";
import { encodeFrame } from "../../src/wire/frame.ts";
import { shownName } from "../support/shown-certificate.ts";
import { makeAuthority } from "../support/tls.ts";
import { until } from "../support/until.ts";
import { TestServer } from "./socket-server.ts";

const authority = makeAuthority();
const ca = readFileSync(authority.ca, "utf8");
const read = ({ cert, key }: KeyPair): KeyPair => ({
  cert: readFileSync(cert, "utf8"),
  key: readFileSync(key, "utf8"),
});
const [first, second] = [read(authority.issue("first")), read(authority.issue("second"))];

test.each(["tcp+tls", "ws+tls"] as const)("%s", async (transport) => {
  const tls = { current: first };
  const server = new TestServer(
    transport,
    { frame: ({ connection }, id) => void connection.send(encodeFrame(id + 1, {})) },
    { tls },
  );
  const { host, port } = server.listener.address;
  const shown = () => shownName(`${host}:${port}`, ca);
  const before = await server.connect();
  expect(await shown()).toBe("first");

  tls.current = second;
  expect(await shown()).toBe("first");
  server.listener.reopen();
  expect(await shown()).toBe("second");
  expect(server.listener.address.port).toBe(port);
  const after = await server.connect();
  for (const { peer } of [before, after]) {
    peer.send(encodeFrame(100, {}));
    await until(() => peer.frames.length === 1);
  }

  tls.current = { cert: "no certificate", key: first.key };
  expect(() => server.listener.reopen()).toThrow();
  await expect(shown()).rejects.toThrow();
  tls.current = first;
  server.listener.reopen();
  await expect(shown()).rejects.toThrow(); // closed, as whoever closed it left it
  server.listener.setAccepting(true);
  expect(await shown()).toBe("first");
  for (const { peer } of [before, after]) {
    peer.send(encodeFrame(100, {}));
    await until(() => peer.frames.length === 2);
  }
});
