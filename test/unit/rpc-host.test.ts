/**
 * @module unit/rpc-host
 * A gRPC port is bound where its peers dial it, in IPv4 and in IPv6.
 */
import { expect, test } from "bun:test";
import { networkInterfaces } from "node:os";
import { loadConfig } from "../../src/config/load.ts";
import { silentLogger } from "../../src/lib/log.ts";
import { RpcHost } from "../../src/roles/rpc-host.ts";
import { Health } from "../../src/rpc/gen/health_pb.ts";
import { rpcBench } from "../support/rpc.ts";

const { client } = rpcBench();
const SECRET = "a test's secret";
const hasIPv6 = Object.values(networkInterfaces()).some((those) =>
  those?.some(({ family }) => family === "IPv6"),
);

async function reached(host: string, from: string): Promise<string> {
  const { config } = loadConfig({ env: { CHATSRV_CLUSTER_SECRET: SECRET } });
  const server = await new RpcHost({ config, logger: silentLogger, guard: undefined }, false).serve(
    { host, port: 0 },
    [],
  );
  try {
    const address = { host: from, port: server?.address.port ?? 0 };
    await client({ secret: SECRET, connectMs: 300 }).unary(address, Health.method.check, { service: "" });
    return `${from} by ${server?.address.host}`;
  } catch {
    return "not reached";
  } finally {
    await server?.stop(0);
  }
}

test("an IPv4 host", async () => {
  expect(await reached("192.0.2.1", "127.0.0.1")).toBe("127.0.0.1 by 0.0.0.0");
  expect(await reached("127.0.0.1", "127.0.0.1")).toBe("127.0.0.1 by 127.0.0.1");
});

test.skipIf(!hasIPv6)("an IPv6 host, and a name, which may be either", async () => {
  expect(await reached("fd00::1", "::1")).toBe("::1 by ::");
  expect(await reached("::1", "::1")).toBe("::1 by ::1");
  expect(await reached("chat.example.org", "::1")).toBe("::1 by ::");
  expect(await reached("chat.example.org", "127.0.0.1")).toBe("127.0.0.1 by ::");
});
