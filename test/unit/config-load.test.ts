/**
 * @module test/unit/config-load
 * From sources to a configuration: order, engines, and what is said about mistakes as people make them.
 */
import { describe, expect, test } from "bun:test";
import { ConfigError, loadConfig } from "../../src/config/load.ts";

const load = (text: string, env: Record<string, string> = {}) =>
  loadConfig({ file: { path: "config.ini", text }, env });

/** The problems of a configuration that must be refused. */
function problemsOf(text: string, env: Record<string, string> = {}): readonly string[] {
  try {
    load(text, env);
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
  throw new Error("the configuration was accepted");
}

describe("sources", () => {
  test("without any there are the defaults, on embedded stores", () => {
    const { config, file, originOf } = loadConfig();
    expect(config.GateServer.port).toBe(8080);
    expect(config.VerificationServer.port).toBe(65500);
    expect(config.BalanceService.port).toBe(59900);
    expect(config.gRPCServer).toEqual({ server_name: "ChattingServer0", host: "127.0.0.1", port: 64400 });
    expect(config.ChattingServer.legacy_frame_gap).toBe(400);
    expect(config.Storage.engine).toBe("sqlite");
    expect(config.Coordination.engine).toBe("memory");
    expect(config.Admin.port).toBeUndefined();
    expect(config.Limits.login_ip).toEqual({ burst: 60, perMs: 60_000 });
    expect(file).toBeUndefined();
    expect(originOf("GateServer", "port").label).toBe("default");
  });

  test("the environment wins over the file, the file over the default", () => {
    const text = "[GateServer]\nport = 8081\nhost = 127.0.0.1";
    const { config, originOf } = load(text, { CHATSRV_GATESERVER_PORT: "8082" });
    expect(config.GateServer.port).toBe(8082);
    expect(config.GateServer.host).toBe("127.0.0.1");
    expect(originOf("GateServer", "port").label).toBe("CHATSRV_GATESERVER_PORT");
    expect(originOf("GateServer", "host").label).toBe("config.ini:3");
  });

  test("an empty variable counts as set", () => {
    const { config } = load("[MySQL]\npassword = hunter2", { CHATSRV_MYSQL_PASSWORD: "" });
    expect(config.MySQL.password).toBe("");
  });

  test("a variable sets every key, whatever the case of its name", () => {
    const { config } = loadConfig({
      env: { CHATSRV_GRPCSERVER_SERVER_NAME: "ChattingServer7", CHATSRV_REDIS_DB: "1" },
    });
    expect(config.gRPCServer.server_name).toBe("ChattingServer7");
    expect(config.Redis.db).toBe(1);
  });

  test("small values are legal", () => {
    const { config } = load(
      "[VerificationServer]\nresend_cooldown=1\n[BalanceService]\ntoken_ttl=5\n[Cluster]\nlease_ttl=3\n" +
        "[ChattingServer]\nlegacy_frame_gap=0\ndrain_timeout=5\nport=0\n[Admin]\nport=0\n[Limits]\nenabled=false",
    );
    expect(config.ChattingServer.legacy_frame_gap).toBe(0);
    expect(config.Admin.port).toBe(0);
    expect(config.Limits.enabled).toBe(false);
  });
});

describe("engines", () => {
  test("a key of [MySQL] or [Redis] selects the engine, in the file and in the environment", () => {
    const { config, originOf } = load("[MySQL]\nhost = 10.0.0.1", { CHATSRV_REDIS_HOST: "10.0.0.2" });
    expect(config.Storage.engine).toBe("mysql");
    expect(config.Coordination.engine).toBe("redis");
    expect(originOf("Storage", "engine").label).toBe("[MySQL] is set");
  });

  test("unless the engine is named", () => {
    expect(load("[MySQL]\nhost=db\n[Storage]\nengine=sqlite").config.Storage.engine).toBe("sqlite");
  });

  test("a named engine needs its section", () => {
    expect(problemsOf("[Storage]\nengine=mysql")[0]).toContain("needs a section [MySQL]");
    expect(problemsOf("[Coordination]\nengine=redis")[0]).toContain("needs a section [Redis]");
  });
});

describe("mistakes", () => {
  test("all are told at once, each with place, section, key, value and what is allowed", () => {
    const problems = problemsOf(
      "[GateServer]\nprot = 8080\n[ChattingServer]\nport = 70000\n[Log]\nlevel = loud\n[Mysql]\nhost = db\n",
      { CHATSRV_REDIS_DB: "one", CHATSRV_MYSLQ_PASSWORD: "hunter2" },
    );
    expect(problems).toEqual([
      "config.ini:7 [Mysql]: unknown section; did you mean [MySQL]?",
      "config.ini:2 [GateServer] prot = 8080: unknown key; did you mean port?",
      "CHATSRV_MYSLQ_PASSWORD (environment): no such setting; did you mean CHATSRV_MYSQL_PASSWORD?",
      "config.ini:4 [ChattingServer] port = 70000: must be a whole number from 0 to 65535",
      "CHATSRV_REDIS_DB [Redis] db = one: must be a whole number from 0 to 1000000",
      "config.ini:6 [Log] level = loud: must be one of debug, info, warn, error",
    ]);
  });

  test.each([
    ["[GateServer]\nport =", "port = (empty): must be a whole number"],
    ["[GateServer]\nport = 80 80", "port = 80 80: must be a whole number"],
    ["[GateServer]\ntrust_proxy = maybe", "trust_proxy = maybe: must be true or false"],
    ["[GateServer]\nhost = http://localhost", "must be a host name or an IP address, without a port"],
    ["[GateServer]\nport = 8080\nport = 8081", "config.ini:3 [GateServer] port: set already in line 2"],
    ["[GateServer]\ncode_ttl = 180", "unknown key; it belongs to [VerificationServer]"],
    ["[GateServer]\nzzz = 1", "unknown key; there are host, port,"],
    ["[Storage]\nengine = postgres", "must be one of sqlite, mysql"],
    ["[MySQL]\ndatabase =", "database = (empty): must be a text, not empty"],
    ["[Redis]\ncluster_nodes = 10.0.0.1", "must be a list host:port"],
    ["[Redis]\nsentinel_nodes = a:1", "[Redis] sentinel_name is not set: sentinel_nodes needs it"],
    ["[Redis]\ncluster_nodes = a:1\ndb = 1", "must be 0 with cluster_nodes"],
    ["[Redis]\nsentinel_password = x", "[Redis] sentinel_nodes is not set: sentinel_password needs it"],
    [
      "[Redis]\nsentinel_nodes = a:1\nsentinel_name = m\nsentinel_username = x",
      "[Redis] sentinel_password is not set: sentinel_username needs it",
    ],
    [
      "[Redis]\nsentinel_nodes = a:1\nsentinel_name = m\nsentinel_password = 123456",
      "[Redis] sentinel_password is the one of config.ini.example",
    ],
    ["[GateServer]\ntls_cert = a.pem", "[GateServer] tls_key is not set: tls_cert needs it"],
    ["[Mail]\ntransport = smtp", "[Mail] smtp_url is not set"],
    ["[Mail]\ntransport = resend", "[Mail] resend_api_key is not set"],
    ["[Limits]\nlogin_ip = 30", "must be burst/seconds"],
    ["port = 8080", "config.ini:1 port stands before any [Section]"],
    ["[GateServer]\nport 8080", "config.ini:2 is neither [Section] nor key = value"],
  ])("%j", (text, message) => {
    expect(problemsOf(text).join("\n")).toContain(message);
  });

  test("names that every object has are no keys", () => {
    expect(problemsOf("[constructor]\ntoString = 1\n[GateServer]\n__proto__ = 1")).toHaveLength(2);
  });

  test("secrets are never told, also under a misspelled name", () => {
    const told = problemsOf(
      "[MySQL]\npasword = hunter2\n[Mail]\nsmtp_url = hunter2\n[Cluster]\nscret = hunter2",
    );
    expect(told).toHaveLength(3);
    expect(told.join()).not.toContain("hunter2");
    expect(told.join()).toContain("********");
  });

  test("an unquoted password with a # in it is not cut silently", () => {
    expect(problemsOf("[MySQL]\npassword = abc#def")[0]).toContain("in double quotes");
    expect(load('[MySQL]\npassword = "abc#def"').config.MySQL.password).toBe("abc#def");
    expect(load("[MySQL]\npassword = abc # def").config.MySQL.password).toBe("abc");
  });

  test("a foreign variable is no mistake; one of a section of ours is", () => {
    const env = { CHATSRV_SERVICE_HOST: "10.0.0.1", CHATSRV_BIN: "./chatsrv", PATH: "/bin" };
    expect(loadConfig({ env }).ignoredVariables).toEqual(["CHATSRV_SERVICE_HOST", "CHATSRV_BIN"]);
    expect(problemsOf("", { CHATSRV_MYSQL_SOMETHING_ELSE: "1" })[0]).toContain("no such setting");
  });

  test("what an orchestrator makes of Services named chatsrv-… is ignored, and a mistake of ours is not", () => {
    const service = (name: string, port: number) => ({
      [`${name}_SERVICE_HOST`]: "10.0.0.1",
      [`${name}_SERVICE_PORT`]: String(port),
      [`${name}_SERVICE_PORT_MAIN`]: String(port),
      [`${name}_PORT`]: `tcp://10.0.0.1:${port}`,
      [`${name}_PORT_${port}_TCP`]: `tcp://10.0.0.1:${port}`,
      [`${name}_PORT_${port}_TCP_PROTO`]: "tcp",
      [`${name}_PORT_${port}_TCP_PORT`]: String(port),
      [`${name}_PORT_${port}_TCP_ADDR`]: "10.0.0.1",
    });
    const names = ["", "_REDIS", "_MYSQL", "_BALANCE", "_GATESERVER", "_CHATTINGSERVER", "_ADMIN", "_LOG"];
    const env = Object.assign({}, ...names.map((name, index) => service(`CHATSRV${name}`, 6000 + index)));
    const { config, ignoredVariables } = loadConfig({ env });
    expect(ignoredVariables).toEqual(Object.keys(env));
    expect(config).toEqual(loadConfig({}).config);
    expect(loadConfig({ env: { CHATSRV_REDIS_PORT: "tcp://10.0.0.1:6379" } }).config).toEqual(config);
    const own = loadConfig({ env: { ...env, CHATSRV_REDIS_HOST: "redis", CHATSRV_MYSQL_HOST: "db" } }).config;
    expect([own.Redis.host, own.Redis.port, own.MySQL.host]).toEqual(["redis", config.Redis.port, "db"]);

    for (const [typo, hint] of [
      ["CHATSRV_BALANCE_SERVICE_HOST", "did you mean CHATSRV_BALANCESERVICE_HOST?"],
      ["CHATSRV_REDIS_PORTT", "did you mean CHATSRV_REDIS_PORT?"],
      ["CHATSRV_REDIS_PORT", "must be a whole number"],
    ] as const)
      expect(problemsOf("", { [typo]: "redis:6379" })[0]).toContain(hint);
  });

  test("the example's secrets are refused outside loopback", () => {
    expect(load("[MySQL]\nhost=localhost\npassword=123456").config.MySQL.password).toBe("123456");
    expect(problemsOf("[MySQL]\nhost=10.0.0.1\npassword=123456")[0]).toContain(
      "[MySQL] password is the one of",
    );
    expect(problemsOf("[Redis]\ncluster_nodes=a:1,b:2\npassword=123456")[0]).toContain("(a)");
    expect(problemsOf("[gRPCServer]\nhost=10.0.0.1\n[Cluster]\nsecret=change-me")[0]).toContain(
      "[Cluster] secret",
    );
  });
});
