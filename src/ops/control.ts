/**
 * @module ops/control
 * How `chatsrv status` reaches a server on embedded stores, whose state is in its own memory: the server leaves a
 * note in its data folder, readable by its user only, that says who it is and where and with which key it can be
 * asked. The note goes when the server stops; one left by a killed server is told from a live one by asking.
 */
import { mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import http from "node:http";
import { join } from "node:path";
import { randomSecret } from "../lib/random.ts";

/** What a running server says of itself. */
export interface RunNote {
  readonly pid: number;
  readonly version: string;
  /** ISO 8601. */
  readonly started: string;
  readonly roles: readonly string[];
  readonly addresses: Readonly<Record<string, string>>;
}

interface StoredNote extends RunNote {
  readonly control: { readonly url: string; readonly key: string };
}

export interface Control {
  stop(): Promise<void>;
}

const ASK_TIMEOUT_MS = 3_000;
export const runNotePath = (dataDir: string): string => join(dataDir, "chatsrv.run.json");

/** Serves `report` to whoever can read the note, and leaves the note. */
export async function startControl(
  dataDir: string,
  note: RunNote,
  report: () => Promise<unknown>,
): Promise<Control> {
  const key = randomSecret();
  const server = Bun.serve({
    hostname: "127.0.0.1",
    port: 0,
    routes: {
      "/status": {
        GET: async (request) => {
          if (request.headers.get("authorization") !== `Bearer ${key}`)
            return new Response(null, { status: 403 });
          return Response.json(await report());
        },
      },
    },
    fetch: () => new Response(null, { status: 404 }),
  });
  const stored: StoredNote = { ...note, control: { url: `http://127.0.0.1:${server.port}/status`, key } };
  await writeNote(dataDir, stored);
  return {
    stop: async () => {
      await forgetNote(dataDir);
      await server.stop(true);
    },
  };
}

/** Appears whole or not at all, for this user's eyes. */
async function writeNote(dataDir: string, note: StoredNote): Promise<void> {
  await mkdir(dataDir, { recursive: true, mode: 0o700 });
  const unfinished = join(dataDir, `.chatsrv.run.${note.pid}.tmp`);
  await writeFile(unfinished, `${JSON.stringify(note, null, 2)}\n`, { mode: 0o600 });
  await rename(unfinished, runNotePath(dataDir));
}

/** Takes the note away, whoever left it. */
export async function forgetNote(dataDir: string): Promise<void> {
  await rm(runNotePath(dataDir), { force: true });
}

/** The process that left the folder's note, whether it lives or not; undefined when there is no note. */
export async function noteOwner(dataDir: string): Promise<number | undefined> {
  return (await readNote(dataDir))?.pid;
}

/** Asks the server of a data folder. @returns undefined when none is running there. */
export async function askControl(dataDir: string): Promise<{ note: RunNote; report: unknown } | undefined> {
  const stored = await readNote(dataDir);
  if (!stored) return undefined;
  const { control, ...note } = stored;
  try {
    return { note, report: JSON.parse(await get(control.url, control.key)) };
  } catch {
    return undefined;
  }
}

/** Not by `fetch`, which goes by way of a proxy that the environment names: the key is for this machine. */
function get(url: string, key: string): Promise<string> {
  const answer = Promise.withResolvers<string>();
  const options = {
    headers: { authorization: `Bearer ${key}` },
    signal: AbortSignal.timeout(ASK_TIMEOUT_MS),
  };
  const request = http.get(url, options, (response) => {
    let body = "";
    response.setEncoding("utf8");
    response.on("data", (chunk: string) => {
      body += chunk;
    });
    response.on("error", answer.reject);
    response.on("end", () =>
      response.statusCode === 200
        ? answer.resolve(body)
        : answer.reject(new Error(`status ${response.statusCode}`)),
    );
  });
  request.on("error", answer.reject);
  return answer.promise;
}

async function readNote(dataDir: string): Promise<StoredNote | undefined> {
  try {
    // Written by startControl, for this user alone.
    return JSON.parse(await readFile(runNotePath(dataDir), "utf8")) as StoredNote;
  } catch {
    return undefined;
  }
}
