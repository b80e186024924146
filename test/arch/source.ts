/**
 * @module arch/source
 * Reads what a source file imports and uses, and holds it against the rooms.
 */

import { dirname, join } from "node:path";
import { type Room, SELECTOR_WORDS } from "./rooms.ts";

/** A source file: its path from the project's root, and its text. */
export interface SourceFile {
  path: string;
  text: string;
}

const loaders = { ts: new Bun.Transpiler({ loader: "ts" }), tsx: new Bun.Transpiler({ loader: "tsx" }) };

function transpiler(path: string): Bun.Transpiler {
  return path.endsWith("x") ? loaders.tsx : loaders.ts;
}

/**
 * The specifiers a file imports, those of types included: an import that is only a type is an arrow as well.
 * The transpiler drops those, so they are made imports of values first.
 */
export function importsOf({ path, text }: SourceFile): string[] {
  const asValues = text
    .replace(/^(\s*import) type (?=[\w*{])|^(\s*export) type (?=[*{])/gm, "$1$2 ")
    .replace(/^(\s*(?:import|export)\s*)(\{[^}]*\})(?=\s*from\b)/gm, (_, head: string, names: string) => {
      return head + names.replace(/\btype\s+(?=\w)/g, "");
    });
  const ofValues = transpiler(path)
    .scanImports(asValues)
    .map((found) => found.path);
  const inTypes = [...text.matchAll(/\bimport\(\s*["']([^"']+)["']\s*\)/g)].map((match) => match[1] ?? "");
  return [...new Set([...ofValues, ...inTypes])].sort();
}

/** Files that import each other in a circle, each circle once, as its paths in order; types count as well. */
export function circlesOf(files: readonly SourceFile[]): string[][] {
  const arrows = new Map(
    files.map(({ path, text }) => [path, importsOf({ path, text }).map((to) => join(dirname(path), to))]),
  );
  const circles = new Map<string, string[]>();
  const done = new Set<string>();
  const walk = (path: string, way: readonly string[]): void => {
    const from = way.indexOf(path);
    if (from >= 0) {
      const circle = way.slice(from);
      circles.set(circle.toSorted().join(), circle);
      return;
    }
    if (done.has(path)) return;
    for (const next of arrows.get(path) ?? []) if (arrows.has(next)) walk(next, [...way, path]);
    done.add(path);
  };
  for (const { path } of files) walk(path, []);
  return [...circles.values()];
}

/** The room a path belongs to: the first of the table that matches it. */
export function roomOf(path: string, rooms: readonly Room[]): Room | undefined {
  return rooms.find((room) => room.files.some((glob) => new Bun.Glob(glob).match(path)));
}

/** Everything in a file that the table forbids, in words; empty when it keeps the rules. */
export function violations(file: SourceFile, rooms: readonly Room[]): string[] {
  const room = roomOf(file.path, rooms);
  if (!room) return [`${file.path} belongs to no room of test/arch/rooms.ts`];
  const imports = importsOf(file).map((specifier) => importViolation(file.path, room, specifier, rooms));
  return [...imports.filter((found) => found !== undefined), ...usageViolations(file, room)];
}

function importViolation(
  path: string,
  room: Room,
  specifier: string,
  rooms: readonly Room[],
): string | undefined {
  if (!specifier.startsWith(".")) return packageViolation(path, room, specifier);
  const target = join(dirname(path), specifier);
  const targetRoom = roomOf(target, rooms);
  if (!targetRoom) return `${path} imports ${target}, which belongs to no room`;
  if (targetRoom === room || room.rooms?.includes(targetRoom.name)) return undefined;
  return `${path} (${room.name}) may not import ${target} (${targetRoom.name})`;
}

function packageViolation(path: string, room: Room, specifier: string): string | undefined {
  const builtIn = specifier.startsWith("node:") || specifier === "bun";
  if (builtIn && !room.portable) return undefined;
  const listed = room.packages?.some((name) => specifier === name || specifier.startsWith(`${name}/`));
  return listed ? undefined : `${path} (${room.name}) may not import the package ${specifier}`;
}

/** What a file says beside its imports: the platform, the words of the selectors, the end of the process. */
function usageViolations({ path, text }: SourceFile, room: Room): string[] {
  // Transpiled, so that neither comments nor types count.
  const code = transpiler(path).transformSync(text);
  const found: string[] = [];
  if (room.portable) {
    for (const [, name] of code.matchAll(/(?<![.\w$])(Bun|process|Buffer|require)\s*[.([]/g)) {
      found.push(`${path} (${room.name}) runs in a browser too and may not use ${name}`);
    }
  }
  if (path !== "src/main.ts" && /\bprocess\s*\.\s*(exit|reallyExit|abort)\b/.test(code)) {
    found.push(`${path} ends the process; only src/main.ts may`);
  }
  for (const { words, file } of SELECTOR_WORDS) {
    if (path === file || room.name === "config") continue;
    const word = `["'\`](${words.join("|")})["'\`]`;
    const compared = code.match(new RegExp(`[!=]==?\\s*${word}|${word}\\s*[!=]==?|\\bcase\\s+${word}`));
    if (compared)
      found.push(`${path} compares with ${compared[1] ?? compared[2] ?? compared[3]}; only ${file} may`);
  }
  return found;
}
