/**
 * @module contract/setup
 * `deploy/setup.sh` where npm runs no install scripts: the package bun is there then, without its binary.
 */
import { expect, test } from "bun:test";
import { chmodSync, copyFileSync, mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { tempDir } from "../support/tempdir.ts";

const SETUP = join(import.meta.dir, "../../deploy/setup.sh");
const PLACEHOLDER = "#!/bin/sh\necho 'postinstall was not run' >&2; exit 1\n";

/** Runs setup.sh with an npm that installs as with ignore-scripts, and bun's install script being this one. */
async function setUp(installScript: string) {
  const dir = tempDir("setup");
  const executable = (path: string, text: string) => {
    writeFileSync(path, text);
    chmodSync(path, 0o755);
  };
  for (const folder of ["deploy", "path"]) mkdirSync(join(dir, folder));
  copyFileSync(SETUP, join(dir, "deploy/setup.sh"));
  for (const file of ["package.json", "package-lock.json", "bun.lock"]) writeFileSync(join(dir, file), "{}");
  writeFileSync(join(dir, "install.js"), installScript);
  writeFileSync(join(dir, "placeholder"), PLACEHOLDER);
  executable(
    join(dir, "path/npm"),
    `#!/bin/sh
set -eu
echo "npm $*" >>npm.log
mkdir -p node_modules/.bin node_modules/bun/bin
cp placeholder node_modules/bun/bin/bun.exe; chmod +x node_modules/bun/bin/bun.exe
cp install.js node_modules/bun/; ln -sf ../bun/bin/bun.exe node_modules/.bin/bun
`,
  );
  symlinkSync(process.execPath, join(dir, "path/node"));
  const run = async () => {
    const env = { PATH: `${join(dir, "path")}:/usr/bin:/bin` };
    const child = Bun.spawn(["sh", "deploy/setup.sh"], { cwd: dir, env, stdout: "pipe", stderr: "pipe" });
    const [err, code] = [await new Response(child.stderr).text(), await child.exited];
    return { code, err };
  };
  const installs = async () => (await Bun.file(join(dir, "npm.log")).text()).split("\n").length - 1;
  return { run, installs };
}

test("runs bun's own install script, once, and nothing again when nothing changed", async () => {
  const { run, installs } = await setUp(
    `require("fs").writeFileSync("bin/bun.exe", "#!/bin/sh\\necho 1.0.0\\n", { mode: 0o755 });`,
  );
  expect(await run()).toMatchObject({
    code: 0,
    err: expect.stringContaining("running the one of bun alone"),
  });
  expect(await run()).toEqual({ code: 0, err: "" });
  expect(await installs()).toBe(1);
});

test("where that fails it says what to do", async () => {
  const { run } = await setUp("process.exit(1);");
  const { code, err } = await run();
  expect(code).toBe(1);
  expect(err).toContain("npm install --ignore-scripts=false");
});
