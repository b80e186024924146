/**
 * @module test/unit/cli-serve
 * A whole server on embedded stores inside the test, and the commands that look at it while it runs.
 */
import { describe, expect, test } from "bun:test";
import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { run } from "../../src/cli/run.ts";
import { stopRequests } from "../../src/cli/stop-requests.ts";
import { silentLogger } from "../../src/lib/log.ts";
import { HeldClock } from "../support/clock.ts";
import { chatsrv, type FakeIo, fakeIo } from "../support/io.ts";
import { tempDir } from "../support/tempdir.ts";
import { until } from "../support/until.ts";

/** Any free port everywhere. */
const PORTS = {
  CHATSRV_GATESERVER_PORT: "0",
  CHATSRV_VERIFICATIONSERVER_PORT: "0",
  CHATSRV_BALANCESERVICE_PORT: "0",
  CHATSRV_GRPCSERVER_PORT: "0",
  CHATSRV_CHATTINGSERVER_PORT: "0",
  CHATSRV_CHATTINGSERVER_WS_PORT: "0",
  CHATSRV_CHATTINGSERVER_DRAIN_TIMEOUT: "3",
};

interface LogLine {
  readonly event: string;
  readonly [field: string]: unknown;
}

const linesOf = (io: FakeIo): LogLine[] =>
  io
    .out()
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as LogLine);

async function serving(env: Record<string, string> = {}, cwd = tempDir("serve")) {
  const io = fakeIo(cwd, { ...PORTS, ...env });
  const ended = run(["--role=all"], io);
  const ready = await until(() => linesOf(io).find((line) => line.event === "ready"), {
    what: "the ready line",
  });
  const addresses = ready.addresses as Record<string, string>;
  return { io, cwd, ended, ready, addresses, env: io.env as Record<string, string> };
}

describe("a server on embedded stores", () => {
  test("says where it is, answers, can be asked about, and stops cleanly", async () => {
    const { io, cwd, ended, ready, addresses, env } = await serving({ CHATSRV_ADMIN_PORT: "0" });
    const data = join(cwd, "data");
    expect(ready).toMatchObject({ roles: ["gateway", "verify", "balance", "chat"], data });
    expect(Object.keys(addresses).sort()).toEqual([
      "admin",
      "balance",
      "chat",
      "grpc",
      "http",
      "verify",
      "ws",
    ]);
    await until(() => io.err().includes("Stop"), { what: "the banner" });
    const http = (addresses.http ?? "").replace("0.0.0.0", "localhost");
    for (const part of [`http://${http}/`, data, join(data, "outbox", "*.eml"), "mail.outbox"])
      expect(io.err()).toContain(part);

    expect((await fetch(`http://${addresses.admin}/readyz`)).status).toBe(200);
    expect(await (await fetch(`http://${addresses.admin}/metrics`)).text()).toContain("chatsrv_sessions 0\n");

    const status = await chatsrv(["status"], cwd, env);
    expect(status.code).toBe(0);
    expect(status.out).toContain(`process id ${process.pid}`);
    expect(status.out).toMatch(/^ChattingServer0 +serving +0 /m);
    const json = JSON.parse((await chatsrv(["status", "--json"], cwd, env)).out) as { nodes: object[] };
    expect(json.nodes).toMatchObject([{ name: "ChattingServer0", sessions: 0, draining: false }]);

    const check = await chatsrv(["check"], cwd, env);
    expect([check.code, check.err]).toEqual([0, ""]);
    expect(check.out).toMatch(/^ok +server +running, process id \d+$/m);
    expect((await chatsrv(["user", "list"], cwd, env)).out).toBe("ID  USERNAME  E-MAIL\n");
    expect((await chatsrv(["migrate"], cwd, env)).out).toBe("The database is up to date.\n");

    const second = await chatsrv(["--role=all"], cwd, env);
    expect(second.code).toBe(1);
    expect(second.err).toContain(`in use by the server with process id ${process.pid}`);

    io.signal();
    expect(await ended).toBe(0);
    expect(linesOf(io).map((line) => line.event)).toContain("stopped");
    expect(existsSync(join(data, "chatsrv.run.json"))).toBe(false);
    const after = await chatsrv(["status"], cwd, env);
    expect(after.code).toBe(1);
    expect(after.err).toContain("not running");
  });

  test("announces an unsafe setting, ignored variables and its file", async () => {
    const cwd = tempDir("serve");
    writeFileSync(join(cwd, "config.ini"), "[GateServer]\nreset_requires_code = false\n");
    const { io, ended } = await serving({ CHATSRV_PORT: "tcp://10.0.0.1:8080" }, cwd);
    const lines = linesOf(io);
    expect(lines[0]).toMatchObject({ event: "config.loaded", file: "config.ini" });
    expect(lines.find((line) => line.event === "config.unsafe")?.meaning).toContain("unsafe");
    expect(lines.find((line) => line.event === "config.ignored_variables")?.variables).toEqual([
      "CHATSRV_PORT",
    ]);
    io.signal();
    expect(await ended).toBe(0);
  });

  test("told to stop while it waits for what it needs, it ends cleanly", async () => {
    const env = { ...PORTS, CHATSRV_MYSQL_HOST: "127.0.0.1", CHATSRV_MYSQL_PORT: "1" };
    const io = fakeIo(tempDir("serve"), env);
    const ended = run(["--role=all"], io);
    await until(() => linesOf(io).some((line) => line.event === "store.waits"), {
      what: "a line that it waits",
    });
    io.signal();
    expect(await ended).toBe(0);
    expect(linesOf(io).some((line) => line.event === "ready")).toBe(false);
  });

  test("what nobody caught is in the log", async () => {
    const { io, ended } = await serving();
    io.crash(new Error("boom"));
    expect(linesOf(io).at(-1)).toMatchObject({
      level: "error",
      event: "crashed",
      error: { message: "boom" },
    });
    io.signal();
    expect(await ended).toBe(0);
  });

  test("a port that is taken is a failure in one sentence", async () => {
    const other = Bun.listen({ hostname: "0.0.0.0", port: 0, socket: { data: () => {} } });
    const { code, err } = await chatsrv(["--role=all"], tempDir("serve"), {
      ...PORTS,
      CHATSRV_GATESERVER_PORT: String(other.port),
    });
    other.stop(true);
    expect(code).toBe(1);
    expect(err).toMatch(/^chatsrv: [^\n]*in use[^\n]*\n$/);
  });
});

test("a signal that comes twice at once is one request; a later one is the second", async () => {
  const clock = new HeldClock();
  const io = fakeIo(".");
  const stop = stopRequests(io, clock, silentLogger);
  const state = () => Promise.race([stop.askedAgain.then(() => "again"), stop.asked.then(() => "once")]);
  io.signal();
  io.signal();
  expect(await state()).toBe("once");
  clock.pass(500);
  io.signal();
  await stop.askedAgain;
  stop.end();
});

describe("without a server", () => {
  test("check passes and makes no database; trace and user list say that there is none", async () => {
    const cwd = tempDir("serve");
    const check = await chatsrv(["check"], cwd);
    expect(check.code).toBe(0);
    expect(check.out).toContain("not there yet, made at the first start");
    for (const args of [
      ["trace", "x"],
      ["user", "list"],
    ]) {
      const { code, err } = await chatsrv(args, cwd);
      expect(code).toBe(1);
      expect(err).toContain(`there is no database at ${join(cwd, "data", "chatsrv.db")}`);
    }
    expect(existsSync(join(cwd, "data", "chatsrv.db"))).toBe(false);
  });

  test("check fails and says what to mend; secrets are masked in both forms", async () => {
    const cwd = tempDir("serve");
    const env = {
      CHATSRV_MAIL_TRANSPORT: "smtp",
      CHATSRV_MAIL_SMTP_URL: "smtp://user:hunter2@127.0.0.1:1",
      CHATSRV_CLUSTER_SECRET: "hunter2",
      CHATSRV_GATESERVER_TLS_CERT: "nix.pem",
      CHATSRV_GATESERVER_TLS_KEY: "nix.pem",
    };
    const text = await chatsrv(["check"], cwd, env);
    expect(text.code).toBe(1);
    expect(text.out).toMatch(/^FAILED +mail +smtp\n +why: +.*ECONNREFUSED.*\n +mend: +correct \[Mail\]/m);
    expect(text.out).toMatch(/^FAILED +\[GateServer\] tls_cert +nix\.pem/m);
    expect(text.out).toMatch(/^ +secret +\*{8} +CHATSRV_CLUSTER_SECRET$/m);
    const json = await chatsrv(["check", "--json"], cwd, env);
    expect(json.code).toBe(1);
    expect(JSON.parse(json.out)).toMatchObject({ ok: false, file: null });
    expect(text.out + json.out).not.toContain("hunter2");
  });

  test("check with stores that are away names them, and what to do", async () => {
    const env = { CHATSRV_REDIS_PORT: "1", CHATSRV_MYSQL_PORT: "1", CHATSRV_MYSQL_HOST: "127.0.0.1" };
    const { code, out } = await chatsrv(["check"], tempDir("serve"), {
      ...env,
      CHATSRV_VERIFICATIONSERVER_PORT: "1",
      CHATSRV_BALANCESERVICE_PORT: "1",
    });
    expect(code).toBe(1);
    for (const name of ["storage", "coordination", "verify", "balance"])
      expect(out).toMatch(new RegExp(`^FAILED +${name} .*\\n +why: .*\\n +mend: `, "m"));
    expect(out).toContain("\n4 of 6 failed.\n");
  });
});
