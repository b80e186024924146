/**
 * @module test/unit/ops-control
 * The note a running server leaves in its data folder, and asking it.
 */
import { expect, test } from "bun:test";
import { readFileSync, statSync, writeFileSync } from "node:fs";
import { askControl, runNotePath, startControl } from "../../src/ops/control.ts";
import { lockFile } from "../../src/ops/file-lock.ts";
import { tempDir } from "../support/tempdir.ts";

const note = {
  pid: process.pid,
  version: "1.2.3",
  started: "2026-01-31T12:00:00.000Z",
  roles: ["gateway"],
  addresses: { http: "127.0.0.1:1" },
};

test("a running server can be asked, by its user only, until it stops", async () => {
  const dir = `${tempDir("control")}/data`;
  expect(await askControl(dir)).toBeUndefined();
  const control = await startControl(dir, note, async () => ({ nodes: [1] }));
  expect(await askControl(dir)).toEqual({ note, report: { nodes: [1] } });
  expect(statSync(runNotePath(dir)).mode & 0o777).toBe(0o600);
  expect(statSync(dir).mode & 0o777).toBe(0o700);

  const { control: where } = JSON.parse(readFileSync(runNotePath(dir), "utf8")) as {
    control: { url: string };
  };
  expect((await fetch(where.url, { headers: { authorization: "Bearer x" } })).status).toBe(403);
  await control.stop();
  expect(await askControl(dir)).toBeUndefined();
});

test("a note that a killed server left counts as none, and is replaced", async () => {
  const dir = tempDir("control");
  writeFileSync(
    runNotePath(dir),
    JSON.stringify({ ...note, control: { url: "http://127.0.0.1:1/status", key: "x" } }),
  );
  expect(await askControl(dir)).toBeUndefined();
  const control = await startControl(dir, note, async () => null);
  expect((await askControl(dir))?.note.pid).toBe(process.pid);
  await control.stop();
});

test.each(["", "{", "null", "{}", '{"control":{}}'])("a note that says %j counts as none", async (text) => {
  const dir = tempDir("control");
  writeFileSync(runNotePath(dir), text);
  expect(await askControl(dir)).toBeUndefined();
});

test("a lock is one holder's until it is given up, and no longer", () => {
  const file = `${tempDir("lock")}/chatsrv.lock`;
  const release = lockFile(file);
  expect(release).toBeFunction();
  expect(lockFile(file)).toBeUndefined();
  Bun.gc(true);
  expect(lockFile(file)).toBeUndefined();
  release?.();
  const again = lockFile(file);
  expect(again).toBeFunction();
  expect(statSync(file).size).toBe(0);
  again?.();
  expect(() => lockFile(`${tempDir("lock")}/nowhere/chatsrv.lock`)).toThrow();
});
