/**
 * @module deploy/build
 * Builds the one executable, with the runtime, every migration, every Lua step and the web client inside it.
 *
 *     bun run build        ./chatsrv, for this machine
 *     bun run build:all    dist/chatsrv-<platform>, for each platform below
 *
 * The runtimes of other platforms come from the npm registry, once; Bun keeps them in its cache.
 */

import { mkdir, mkdtemp, rename, rm } from "node:fs/promises";
import { basename, dirname, join } from "node:path";

const ROOT = join(import.meta.dir, "..");

/** The platforms of a release, as the end of a file's name and as Bun calls them. */
const PLATFORMS: Readonly<Record<string, Bun.Build.CompileTarget>> = {
  "linux-x64": "bun-linux-x64",
  "linux-arm64": "bun-linux-arm64",
  "darwin-x64": "bun-darwin-x64",
  "darwin-arm64": "bun-darwin-arm64",
  "windows-x64.exe": "bun-windows-x64",
};

/**
 * The commit the sources are at, with `-dirty` when tracked files differ from it; `unknown` outside a repository,
 * unless the environment's COMMIT says it (the Dockerfile's does).
 */
function commit(): string {
  if (process.env.COMMIT) return process.env.COMMIT;
  const git = Bun.spawnSync(["git", "describe", "--always", "--dirty", "--exclude=*"], { cwd: ROOT });
  return git.success ? git.stdout.toString().trim() : "unknown";
}

/** Compiles `src/main.ts` to `name` under the root, for this machine unless a target is given. */
async function build(name: string, target?: Bun.Build.CompileTarget): Promise<void> {
  const started = performance.now();
  // Bun writes source maps beside the program, which has them inside as well: only the program leaves this folder.
  const folder = await mkdtemp(join(ROOT, "node_modules/.build-"));
  try {
    const made = join(folder, basename(name));
    await Bun.build({
      entrypoints: [join(ROOT, "src/main.ts")],
      // What lies in the folder it is started from must not change what it does: no .env, no bunfig.toml.
      compile: { outfile: made, autoloadDotenv: false, autoloadBunfig: false, ...(target ? { target } : {}) },
      minify: { whitespace: true, syntax: true },
      sourcemap: "inline",
      bytecode: true,
      define: { CHATSRV_COMMIT: JSON.stringify(commit()), "process.env.NODE_ENV": '"production"' },
    });
    await mkdir(dirname(join(ROOT, name)), { recursive: true });
    await rename(made, join(ROOT, name));
  } finally {
    await rm(folder, { recursive: true });
  }
  const megabytes = (Bun.file(join(ROOT, name)).size / 1e6).toFixed(0);
  console.log(`${name}  ${megabytes} MB  ${Math.round(performance.now() - started)} ms`);
}

if (process.argv.includes("--all")) {
  for (const [name, target] of Object.entries(PLATFORMS)) await build(`dist/chatsrv-${name}`, target);
} else {
  await build("chatsrv");
}
