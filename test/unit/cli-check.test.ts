/**
 * @module unit/cli-check
 * What `chatsrv check` cannot read it fails on, with a row that says so, as text and as JSON.
 */
import { describe, expect, test } from "bun:test";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { chatsrv } from "../support/io.ts";
import { makeCerts, tempDir } from "../support/servers.ts";

const cwd = tempDir("check");
const file = (name: string, content: string | Uint8Array): string => {
  writeFileSync(join(cwd, name), content);
  return name;
};
const folder = (name: string): string => {
  mkdirSync(join(cwd, name), { recursive: true });
  return name;
};

/** The rows that failed, `name: why`, after both forms of the report agreed on them. */
async function failures(args: readonly string[], env: Record<string, string> = {}): Promise<string[]> {
  const text = await chatsrv(["check", ...args], cwd, env);
  const json = await chatsrv(["check", "--json", ...args], cwd, env);
  const { ok, checks } = JSON.parse(json.out) as { ok: boolean; checks: Row[] };
  const failed = checks.filter((row) => !row.ok);
  for (const { name } of failed)
    expect(text.out).toMatch(new RegExp(`^FAILED +${RegExp.escape(name)} `, "m"));
  expect([text.code, json.code, ok]).toEqual(failed.length > 0 ? [1, 1, false] : [0, 0, true]);
  return failed.map(({ name, error }) => `${name}: ${error}`);
}

interface Row {
  name: string;
  ok: boolean;
  error?: string;
}

test("nothing is wrong with nothing", async () => {
  expect(await failures([])).toEqual([]);
});

describe("the configuration", () => {
  test("that is a folder", async () => {
    expect(await failures([`--config=${folder("config.d")}`])).toEqual(["configuration: EISDIR"]);
  });

  test("that is no UTF-8, whose password would be read as another one", async () => {
    const latin1 = Buffer.from("[Cluster]\nsecret = pässword\n", "latin1");
    expect(await failures([`--config=${file("latin1.ini", latin1)}`])).toEqual([
      "configuration: it is not UTF-8",
    ]);
  });
});

describe("the data folder", () => {
  test("that is a file, or lies in one", async () => {
    const note = file("note", "x");
    for (const data of [note, `${note}/below`])
      expect((await failures([`--data=${data}`])).map((line) => line.split(": ")[0])).toEqual([
        "storage",
        "mail",
      ]);
  });

  test("with a database that is a folder, or none", async () => {
    folder("one/chatsrv.db");
    expect((await failures(["--data=one"])).join()).toContain("is no file");
    folder("two");
    file("two/chatsrv.db", "x".repeat(10_000));
    expect((await failures(["--data=two"])).join()).toContain("storage: SQLite (SQLITE_NOTADB)");
  });

  test("whose note of a running server cannot be read", async () => {
    folder("three/chatsrv.run.json");
    expect((await failures(["--data=three"])).join()).toContain("server: EISDIR");
  });
});

describe("certificates and keys", () => {
  const certs = makeCerts();
  const tls = (cert: string, key: string, ca = "") => ({
    ...{
      CHATSRV_CLUSTER_TLS_CERT: cert,
      CHATSRV_CLUSTER_TLS_KEY: key,
      CHATSRV_CLUSTER_TLS_CA: ca || certs.ca,
    },
  });
  const why = async (env: Record<string, string>) => (await failures([], env)).join("\n");

  test("that fit are well, and how long they are good is told", async () => {
    expect(await why(tls(certs.serverCert, certs.serverKey))).toBe("");
    const { out } = await chatsrv(["check"], cwd, tls(certs.serverCert, certs.serverKey));
    expect(out).toMatch(/^ok +\[Cluster\] tls_cert +.*: good until \d{4}-\d\d-\d\d$/m);
  });

  test("that are missing, of another kind, cut off, or of each other's", async () => {
    expect(await why(tls("none.pem", certs.serverKey))).toContain("[Cluster] tls_cert: ENOENT");
    expect(await why(tls(join(cwd, folder("certs.d")), certs.serverKey))).toContain(
      "[Cluster] tls_cert: Directories cannot be read",
    );
    expect(await why(tls(certs.serverKey, certs.serverKey))).toContain("tls_cert: holds no certificate");
    expect(await why(tls(certs.serverCert, certs.serverCert))).toContain("[Cluster] tls_key: ");
    const cut = join(cwd, file("cut.pem", readFileSync(certs.serverCert, "utf8").replace(/\n.{10}/, "\n")));
    expect(await why(tls(cut, certs.serverKey))).toContain("[Cluster] tls_cert: ");
    expect(await why(tls(certs.serverCert, certs.clientKey))).toContain("tls_key: is not the key of");
  });

  test("that are out of date", async () => {
    const old = join(cwd, "old.pem");
    const key = join(cwd, "old.key");
    const dates = ["-not_before", "20200101000000Z", "-not_after", "20200201000000Z"];
    const request = ["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=old"];
    const made = Bun.spawnSync(["openssl", ...request, ...dates, "-keyout", key, "-out", old]);
    // Before OpenSSL 3.2 a certificate could not be dated back by this command.
    if (made.exitCode !== 0) return;
    expect(await why(tls(old, key))).toContain("[Cluster] tls_cert: expired on 2020-02-01");
  });
});
