/**
 * @module unit/http-surface
 * What is beside the calls: health, the description for machines, headers, the log line and the metrics.
 */
import { describe, expect, test } from "bun:test";
import { Hono } from "hono";
import type { HttpEnv } from "../../src/http/env.ts";
import { observe } from "../../src/http/observe.ts";
import { openApi } from "../../src/http/openapi.ts";
import { silentLogger } from "../../src/lib/log.ts";
import type { Meter } from "../../src/lib/metrics.ts";
import { noMeter } from "../../src/lib/metrics.ts";
import { Code } from "../../src/wire/codes.ts";
import { httpCalls } from "../../src/wire/http.ts";
import { HeldClock } from "../support/clock.ts";
import { openGateway, PASSWORD } from "../support/gateway.ts";
import { post } from "../support/http.ts";

const peer = "192.0.2.1";

test("/healthz says ok to GET and HEAD, and nothing to others", async () => {
  const { app } = await openGateway();
  const response = await app.request("/healthz", {}, { peer });
  expect([response.status, await response.json()]).toEqual([200, { status: "ok" }]);
  expect((await app.request("/healthz", { method: "HEAD" }, { peer })).status).toBe(200);
  expect((await app.request("/healthz", { method: "POST" }, { peer })).status).toBe(405);
});

describe("/openapi.json", () => {
  test("describes every call with the fields and limits that are checked", async () => {
    const { app } = await openGateway();
    const document = await (await app.request("/openapi.json", {}, { peer })).json();
    expect(document.openapi).toBe("3.1.0");
    expect(document.info.version).toBe("0.0.0-test");
    expect(Object.keys(document.paths).sort()).toEqual(Object.keys(httpCalls).sort());
    const register = document.paths["/post_registration"].post;
    expect(register.requestBody.content["application/json"].schema).toEqual({
      type: "object",
      properties: {
        username: { type: "string", maxLength: 1024 },
        password: { type: "string", maxLength: 1024 },
        email: { type: "string", maxLength: 1024 },
        cpatcha: { type: "string", maxLength: 64 },
      },
      required: ["username", "password", "email", "cpatcha"],
    });
    const [answer, failed] = register.responses["200"].content["application/json"].schema.anyOf;
    expect(answer.properties.error).toEqual({ const: 0 });
    expect(answer.properties.uuid).toEqual({ type: "string" });
    expect(failed).toEqual({ $ref: "#/components/schemas/Failure" });
  });

  test("holds the whole table of errors, and the address it was told", () => {
    const document = openApi("1.2.3", "https://chat.example") as {
      servers: unknown;
      components: {
        schemas: { Failure: { properties: { error: { anyOf: { const: number; title: string }[] } } } };
      };
    };
    const rows = document.components.schemas.Failure.properties.error.anyOf;
    expect(Object.fromEntries([["SUCCESS", 0], ...rows.map((row) => [row.title, row.const])])).toEqual(Code);
    expect(document.servers).toEqual([{ url: "https://chat.example" }]);
  });
});

test("every answer forbids caching, sniffing, framing and referring, and allows no other origin", async () => {
  const { app } = await openGateway();
  for (const [path, method] of [
    ["/trylogin_server", "POST"],
    ["/trylogin_server", "GET"],
    ["/nothing", "POST"],
    ["/healthz", "GET"],
  ] as const) {
    const { headers } = await app.request(
      path,
      { method, headers: { origin: "https://evil.example" } },
      { peer },
    );
    expect(headers.get("cache-control")).toBe("no-store");
    expect(headers.get("x-content-type-options")).toBe("nosniff");
    expect(headers.get("referrer-policy")).toBe("no-referrer");
    expect(headers.get("content-security-policy")).toContain("frame-ancestors 'none'");
    expect([...headers.keys()].filter((name) => name.startsWith("access-control"))).toEqual([]);
  }
});

describe("the log line", () => {
  test("says what was asked, by whom, and how it ended", async () => {
    const gateway = await openGateway();
    await post(gateway.app, "/trylogin_server", { username: "Ada", password: PASSWORD });
    await post(gateway.app, "/check_accountexists", { username: "Ada", email: "x" });
    const lines: unknown[] = gateway.log
      .filter(({ event }) => event === "http.request")
      .map(({ level, fields }) => ({ level, ...fields }));
    expect(lines).toEqual([
      { level: "info", method: "POST", path: "/trylogin_server", status: 200, code: 13, client: peer, ms: 0 },
      {
        level: "info",
        method: "POST",
        path: "/check_accountexists",
        status: 200,
        code: 67,
        field: "email",
        client: peer,
        ms: 0,
      },
    ]);
  });

  test("a long path is cut", async () => {
    const gateway = await openGateway();
    await gateway.app.request(`/${"x".repeat(5000)}`, {}, { peer });
    expect(String(gateway.log.at(-1)?.fields.path)).toHaveLength(100);
  });
});

test("metrics: durations by path, totals by path, status and error, all other paths as one", async () => {
  const seen: Record<string, number> = {};
  const counting = (name: string, labels?: object) => {
    const key = `${name} ${JSON.stringify(labels)}`;
    const add = () => {
      seen[key] = (seen[key] ?? 0) + 1;
    };
    return { add, observe: add };
  };
  const meter: Meter = {
    ...noMeter,
    counter: (name, _help, labels) => counting(name, labels),
    histogram: (name, _help, _buckets, labels) => counting(name, labels),
  };
  const app = new Hono<HttpEnv>();
  app.use(observe({ logger: silentLogger, meter, clock: new HeldClock(), paths: new Set(["/known"]) }));
  app.get("/known", (c) => c.text("ok"));
  for (const path of ["/known", "/known", "/scan1", "/scan2"]) await app.request(path, {}, { peer });
  expect(seen).toEqual({
    'chatsrv_http_request_seconds {"path":"/known"}': 2,
    'chatsrv_http_requests_total {"path":"/known","status":"200","error":"0"}': 2,
    'chatsrv_http_request_seconds {"path":"other"}': 2,
    'chatsrv_http_requests_total {"path":"other","status":"404","error":"0"}': 2,
  });
});
