/**
 * @module arch/lockfiles
 * There are two lockfiles, for machines with npm and for machines with Bun alone. They must not drift apart, and
 * neither may point at one machine's registry.
 */

import { expect, test } from "bun:test";
import { join } from "node:path";
import manifest from "../../package.json";

const ROOT = join(import.meta.dir, "../..");
const wanted: Record<string, string> = { ...manifest.dependencies, ...manifest.devDependencies };

const npmLock = await Bun.file(join(ROOT, "package-lock.json")).text();
const bunLock = await Bun.file(join(ROOT, "bun.lock")).text();

test("package.json names exact versions", () => {
  for (const version of Object.values(wanted)) expect(version).toMatch(/^\d+\.\d+\.\d+$/);
});

test("package-lock.json holds those versions", () => {
  const { packages } = JSON.parse(npmLock) as { packages: Record<string, { version?: string }> };
  const held = Object.keys(wanted).map((name) => [name, packages[`node_modules/${name}`]?.version]);
  expect(Object.fromEntries(held)).toEqual(wanted);
});

test("package-lock.json holds the packages of other platforms too: npm ci refuses to install without them", () => {
  type Entry = { optionalDependencies?: Record<string, string> };
  const { packages } = JSON.parse(npmLock) as { packages: Record<string, Entry> };
  const optional = Object.values(packages).flatMap((entry) => Object.keys(entry.optionalDependencies ?? {}));
  expect(optional.filter((name) => !(`node_modules/${name}` in packages))).toEqual([]);
});

test("bun.lock holds those versions", () => {
  const { packages } = Bun.JSONC.parse(bunLock) as { packages: Record<string, [string, ...unknown[]]> };
  const held = Object.keys(wanted).map((name) => [name, packages[name]?.[0].slice(name.length + 1)]);
  expect(Object.fromEntries(held)).toEqual(wanted);
});

test("both name the public registry or none", () => {
  const hosts = [...`${npmLock}${bunLock}`.matchAll(/"(?:resolved": ")?(https?:\/\/[^/"]+)\/[^"]*\.tgz"/g)];
  expect(hosts.map(([, host]) => host).filter((host) => host !== "https://registry.npmjs.org")).toEqual([]);
});
