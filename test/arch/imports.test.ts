/**
 * @module arch/imports
 * Every file of `src/` keeps to its room (rooms.ts), and the rules themselves catch what they should.
 */

import { describe, expect, test } from "bun:test";
import { join } from "node:path";
import { ROOMS } from "./rooms.ts";
import { circlesOf, importsOf, violations } from "./source.ts";

const ROOT = join(import.meta.dir, "../..");
const sources = [...new Bun.Glob("src/**/*.{ts,tsx}").scanSync(ROOT)].filter(
  (path) => !path.endsWith(".d.ts"),
);

describe("src", () => {
  test("has files to look at", () => {
    expect(sources.length).toBeGreaterThan(10);
  });

  test("has no circle of files, inside a room either", async () => {
    const files = sources.map(async (path) => ({ path, text: await Bun.file(join(ROOT, path)).text() }));
    expect(circlesOf(await Promise.all(files))).toEqual([]);
  });

  for (const path of sources.sort()) {
    test(path, async () => {
      const text = await Bun.file(join(ROOT, path)).text();
      expect(violations({ path, text }, ROOMS)).toEqual([]);
    });
  }
});

describe("the table", () => {
  test("names only rooms that exist, each once", () => {
    const names = ROOMS.map((room) => room.name);
    expect(new Set(names).size).toBe(names.length);
    const unknown = ROOMS.flatMap((room) => room.rooms ?? []).filter((name) => !names.includes(name));
    expect(unknown).toEqual([]);
  });

  test("has no way round in a circle", () => {
    const reach = (name: string, seen: readonly string[]): string[][] => {
      if (seen.includes(name)) return [[...seen, name]];
      const room = ROOMS.find((candidate) => candidate.name === name);
      return (room?.rooms ?? []).flatMap((next) => reach(next, [...seen, name]));
    };
    const circles = ROOMS.flatMap((room) => reach(room.name, [])).filter((way) => way[0] === way.at(-1));
    expect(circles).toEqual([]);
  });
});

describe("the rules catch", () => {
  /** Path, text, and what the complaint must name. */
  const bad: [title: string, path: string, text: string, complaint: string][] = [
    [
      "an arrow back",
      "src/services/people/friends.ts",
      'import { app } from "../../http/app.ts"; app();',
      "(http)",
    ],
    ["an arrow back of a type", "src/net/tcp.ts", 'import type { A } from "../chat/a.ts";', "(chat)"],
    ["an inline type", "src/net/tcp.ts", 'import { type A } from "../chat/a.ts";', "(chat)"],
    ["a type over several lines", "src/net/tcp.ts", 'import type {\n  A,\n} from "../chat/a.ts";', "(chat)"],
    ["an import inside a type", "src/net/tcp.ts", 'type A = import("../chat/a.ts").A;', "(chat)"],
    ["a re-export", "src/domain/x.ts", 'export { type A } from "../services/a.ts";', "(services)"],
    ["a late import", "src/domain/x.ts", 'const a = await import("../services/a.ts");', "(services)"],
    [
      "a driver in a service",
      "src/services/x.ts",
      'import { Redis } from "ioredis"; new Redis();',
      "ioredis",
    ],
    ["an adapter in a service", "src/services/x.ts", 'import "../store/mysql/index.ts";', "(mysql store)"],
    ["one adapter in the other", "src/store/mysql/x.ts", 'import "../sqlite/x.ts";', "(sqlite store)"],
    ["configuration in a service", "src/services/x.ts", 'import "../config/load.ts";', "(config)"],
    ["more than codes in domain", "src/domain/x.ts", 'import "../wire/frame.ts";', "(wire)"],
    ["a project file in lib", "src/lib/x.ts", 'import "../domain/ids.ts";', "(domain)"],
    ["node in wire", "src/wire/x.ts", 'import { join } from "node:path"; join();', "node:path"],
    ["Bun in wire", "src/wire/x.ts", "export const a = Bun.nanoseconds();", "Bun"],
    ["Bun in the client", "src/client/x.ts", "export const a = Bun.connect({});", "Bun"],
    ["the server in the web client", "src/web/x.ts", 'import "../services/x.ts";', "(services)"],
    ["the end of the process", "src/cli/x.ts", "process.exit(1);", "only src/main.ts"],
    ["a driver's name in a role", "src/roles/x.ts", 'if (engine === "mysql") go();', "src/store/open.ts"],
    [
      "a driver's name in a switch",
      "src/cli/x.ts",
      'switch (e) { case "memory": go(); }',
      "coordination/open.ts",
    ],
    ["a transport's name", "src/services/x.ts", 'const a = "smtp" !== transport; go(a);', "src/mail/open.ts"],
    ["a folder that is no room", "src/utils/x.ts", "export const a = 1;", "no room"],
  ];
  for (const [title, path, text, complaint] of bad) {
    test(title, () => {
      const found = violations({ path, text }, ROOMS);
      expect(found).toHaveLength(1);
      expect(found[0]).toContain(complaint);
    });
  }

  test("a circle of files, of types too", () => {
    const files = [
      { path: "src/a.ts", text: 'import { b } from "./b.ts"; b();' },
      { path: "src/b.ts", text: 'import type { C } from "./rooms/c.ts"; export const b = (): C => 1;' },
      { path: "src/rooms/c.ts", text: 'import { a } from "../a.ts"; export type C = typeof a;' },
      { path: "src/d.ts", text: 'import { b } from "./b.ts"; b();' },
    ];
    expect(circlesOf(files)).toEqual([["src/a.ts", "src/b.ts", "src/rooms/c.ts"]]);
    expect(circlesOf(files.slice(0, 2))).toEqual([]);
  });

  test("nothing in a file that keeps them", () => {
    const text = `
      /** Not an import: import x from "../http/app.ts"; and not Bun.file() nor "mysql" === x. */
      import { AppError } from "../domain/error.ts";
      import type { Store } from "../store/store.ts";
      export const engine = { name: "mysql" };
      export const make = (store: Store) => new AppError(store);
    `;
    expect(violations({ path: "src/services/x.ts", text }, ROOMS)).toEqual([]);
    expect(importsOf({ path: "a.ts", text: "const s = 'from \"./b.ts\"';" })).toEqual([]);
  });
});
