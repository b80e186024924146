/**
 * @module test/unit/ops-metrics
 * The Prometheus text format, health, and the pages they are served on.
 */
import { afterAll, describe, expect, test } from "bun:test";
import { startAdmin } from "../../src/ops/admin.ts";
import { createHealth } from "../../src/ops/health.ts";
import { createMetrics } from "../../src/ops/metrics.ts";
import { watchProcess } from "../../src/ops/process-metrics.ts";

describe("metrics", () => {
  test("counters with labels are one family; the same labels are the same counter", () => {
    const metrics = createMetrics();
    metrics.counter("chatsrv_x_total", "Things.", { kind: "a" }).add();
    metrics.counter("chatsrv_x_total", "Things.", { kind: "a" }).add(2);
    metrics.counter("chatsrv_x_total", "Things.", { kind: 'b"\\\n' }).add(0.5);
    expect(metrics.render()).toBe(
      "# HELP chatsrv_x_total Things.\n# TYPE chatsrv_x_total counter\n" +
        'chatsrv_x_total{kind="a"} 3\nchatsrv_x_total{kind="b\\"\\\\\\n"} 0.5\n',
    );
  });

  test("histograms are cumulative and end with +Inf, sum and count", () => {
    const metrics = createMetrics();
    const seconds = metrics.histogram("chatsrv_y_seconds", "Time.", [0.1, 1], { op: "a" });
    for (const value of [0.1, 0.25, 0.5, 4]) seconds.observe(value);
    expect(metrics.render().split("\n").slice(2, -1)).toEqual([
      'chatsrv_y_seconds_bucket{op="a",le="0.1"} 1',
      'chatsrv_y_seconds_bucket{op="a",le="1"} 3',
      'chatsrv_y_seconds_bucket{op="a",le="+Inf"} 4',
      'chatsrv_y_seconds_sum{op="a"} 4.85',
      'chatsrv_y_seconds_count{op="a"} 4',
    ]);
  });

  test("gauges are read at each scrape; one that throws is left out, one registered again is replaced", () => {
    const metrics = createMetrics();
    let sessions = 1;
    metrics.gauge("chatsrv_sessions", "Sessions.", () => sessions);
    metrics.gauge("chatsrv_broken", "Broken.", () => {
      throw new Error("gone");
    });
    expect(metrics.render()).toContain("chatsrv_sessions 1\n");
    sessions = 7;
    expect(metrics.render()).toContain("chatsrv_sessions 7\n");
    expect(metrics.render()).not.toContain("\nchatsrv_broken ");
    metrics.gauge("chatsrv_sessions", "Sessions.", () => 9);
    expect(metrics.render().match(/^chatsrv_sessions .*$/gm)).toEqual(["chatsrv_sessions 9"]);
  });

  test("a name is of one type", () => {
    const metrics = createMetrics();
    metrics.counter("chatsrv_x_total", "Things.");
    expect(() => metrics.gauge("chatsrv_x_total", "Things.", () => 1)).toThrow("is a counter already");
  });

  test("the process tells its memory, processor time, descriptors, lag, start and build", () => {
    const metrics = createMetrics();
    const stop = watchProcess(metrics, "1.2.3");
    const text = metrics.render();
    stop();
    expect(text).toContain('chatsrv_build_info{version="1.2.3"} 1\n');
    for (const name of [
      "resident_memory_bytes",
      "cpu_seconds",
      "start_time_seconds",
      "event_loop_lag_seconds",
    ])
      expect(text).toMatch(new RegExp(`^chatsrv_process_${name} [0-9.e+]+$`, "m"));
  });
});

describe("health", () => {
  test("all checks pass: ready; one fails or hangs: not ready, with the reason", async () => {
    const health = createHealth(20);
    health.add("store", async () => {});
    expect((await health.readiness()).status).toBe("starting");
    health.begin();
    expect(await health.readiness()).toMatchObject({
      status: "ready",
      checks: [{ name: "store", ok: true }],
    });
    health.add("redis", async () => {
      throw new Error("away");
    });
    health.add("mail", () => new Promise(() => {}));
    const { status, checks } = await health.readiness();
    expect(status).toBe("not_ready");
    expect(checks.map((check) => [check.name, check.ok, check.error])).toEqual([
      ["store", true, undefined],
      ["redis", false, "away"],
      ["mail", false, "no answer within 20 ms"],
    ]);
  });

  test("draining is not ready, also when all is well", async () => {
    const health = createHealth();
    health.drain();
    expect((await health.readiness()).status).toBe("draining");
  });
});

describe("the pages", () => {
  const health = createHealth();
  const metrics = createMetrics();
  metrics.counter("chatsrv_x_total", "Things.").add();
  const admin = startAdmin({ host: "127.0.0.1", port: 0, health, metrics });
  const get = (path: string) => fetch(`http://127.0.0.1:${admin.port}${path}`);
  afterAll(() => admin.stop());

  test("/healthz lives, whatever the checks say", async () => {
    const response = await get("/healthz");
    expect(response.status).toBe(200);
    expect(await response.json()).toEqual({ status: "ok" });
  });

  test("/metrics is Prometheus text", async () => {
    const response = await get("/metrics");
    expect(response.headers.get("content-type")).toBe("text/plain; version=0.0.4; charset=utf-8");
    expect(await response.text()).toContain("chatsrv_x_total 1\n");
  });

  test("/readyz is 200 when ready, 503 when not", async () => {
    expect((await get("/readyz")).status).toBe(503);
    health.begin();
    expect((await get("/readyz")).status).toBe(200);
    health.add("store", async () => {
      throw new Error("away");
    });
    const response = await get("/readyz");
    expect(response.status).toBe(503);
    expect(await response.json()).toMatchObject({
      status: "not_ready",
      checks: [{ name: "store", error: "away" }],
    });
  });

  test("anything else is 404 and says what there is", async () => {
    const response = await get("/");
    expect(response.status).toBe(404);
    expect(await response.text()).toContain("/readyz");
  });
});
