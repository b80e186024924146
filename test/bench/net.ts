/**
 * @module bench/net
 * What src/net costs: a relay without any chat logic on it, beside the same relay on bare `Bun.listen`, and the
 * memory of an idle connection. Prints figures, judges nothing.
 *
 *     bun test/bench/net.ts            all of it, about half a minute
 *
 * Each server and each load is a process of its own (this file with a role as its argument), on loopback.
 */

import { readFileSync } from "node:fs";
import { systemClock } from "../../src/lib/clock.ts";
import { silentLogger } from "../../src/lib/log.ts";
import type { Connection } from "../../src/net/connection.ts";
import { listenTcp } from "../../src/net/tcp.ts";
import { listenWs } from "../../src/net/ws.ts";
import { encodeFrame, HEADER_BYTES } from "../../src/wire/frame.ts";

const FRAME = encodeFrame(17, { fill: "x".repeat(180) });
const LOADS = 2;
const PAIRS_PER_LOAD = 25;
const WARM_UP_MS = 1_000;
const MEASURE_MS = 4_000;
const IDLE_CONNECTIONS = 5_000;

type ServerKind = "bare" | "tcp" | "ws";

interface Usage {
  frames: number;
  writes: number;
  cpuMicros: number;
  pssKib: number;
}

/** Pairs connections as they come; each frame of one goes to the other. Answers `usage` messages on its IPC. */
function serve(kind: ServerKind): void {
  const usage: Usage = { frames: 0, writes: 0, cpuMicros: 0, pssKib: 0 };
  const port = kind === "bare" ? serveBare(usage) : serveFrames(kind, usage);
  process.on("message", () => {
    Bun.gc(true);
    const { user, system } = process.cpuUsage();
    process.send?.({ ...usage, cpuMicros: user + system, pssKib: pssKib() });
  });
  process.send?.(port);
}

function serveBare(usage: Usage): number {
  interface Side {
    other: Bun.Socket<Side> | undefined;
  }
  let waiting: Bun.Socket<Side> | undefined;
  return Bun.listen<Side>({
    hostname: "0.0.0.0",
    port: 0,
    socket: {
      open(socket) {
        socket.data = { other: waiting };
        if (waiting !== undefined) waiting.data.other = socket;
        waiting = waiting === undefined ? socket : undefined;
      },
      data(socket, bytes) {
        usage.frames += bytes.length / FRAME.length;
        usage.writes++;
        socket.data.other?.write(bytes);
      },
    },
  }).port;
}

function serveFrames(kind: "tcp" | "ws", usage: Usage): number {
  interface Side {
    other: Connection<Side> | undefined;
  }
  let waiting: Connection<Side> | undefined;
  const listen = kind === "tcp" ? listenTcp<Side> : listenWs<Side>;
  return listen({
    host: "0.0.0.0",
    port: 0,
    limits: { frames: 1_000, bytes: 4 * 1024 * 1024 },
    clock: systemClock,
    log: silentLogger,
    handler: {
      opened(connection) {
        const other = waiting;
        if (other !== undefined) other.state.other = connection;
        waiting = other === undefined ? connection : undefined;
        return { other };
      },
      frame(connection, id, body) {
        usage.frames++;
        const frame = new Uint8Array(HEADER_BYTES + body.length);
        frame.set([id >>> 8, id & 0xff, frame.length >>> 8, frame.length & 0xff]);
        frame.set(body, HEADER_BYTES);
        connection.state.other?.send(frame);
      },
      finished: (connection, reason) => connection.end(reason),
      closed() {},
    },
  }).address.port;
}

function pssKib(): number {
  return Number(/^Pss:\s+(\d+)/m.exec(readFileSync("/proc/self/smaps_rollup", "utf8"))?.[1]);
}

/** `outstanding` frames go round between the two ends of each pair for ever: whatever arrives is sent back. */
async function load(port: number, outstanding: number): Promise<void> {
  const burst = Buffer.concat(Array.from({ length: outstanding }, () => FRAME));
  const connect = () => {
    let unsent = 0;
    const pump = (socket: Bun.Socket) => {
      while (unsent > 0) {
        const written = socket.write(burst, 0, Math.min(unsent, burst.length));
        if (written <= 0) return;
        unsent -= written;
      }
    };
    return Bun.connect({
      hostname: "127.0.0.1",
      port,
      socket: {
        data(socket, bytes) {
          unsent += bytes.length;
          pump(socket);
        },
        drain: pump,
      },
    });
  };
  const first: Bun.Socket[] = [];
  for (let n = 0; n < 2 * PAIRS_PER_LOAD; n++) {
    const socket = await connect();
    if (n % 2 === 0) first.push(socket);
  }
  for (const socket of first) socket.write(burst);
}

/** Holds idle connections; from several addresses, as one has only so many ports. */
async function idle(port: number, ws: boolean): Promise<void> {
  for (let n = 0; n < IDLE_CONNECTIONS; n++) {
    const hostname = `127.0.0.${1 + (n % 4)}`;
    if (ws) {
      const socket = new WebSocket(`ws://${hostname}:${port}`);
      await new Promise((resolve) => {
        socket.onopen = resolve;
      });
      held.push(socket);
    } else held.push(await Bun.connect({ hostname, port, socket: { data() {} } }));
  }
  process.send?.("connected");
}
const held: unknown[] = [];

interface Child {
  process: Bun.Subprocess;
  next(): Promise<unknown>;
}

function start(...args: string[]): Child {
  const messages: unknown[] = [];
  let wake: (() => void) | undefined;
  const child = Bun.spawn([process.execPath, import.meta.path, ...args], {
    stdio: ["ignore", "inherit", "inherit"],
    ipc(message) {
      messages.push(message);
      wake?.();
    },
  });
  return {
    process: child,
    async next() {
      while (messages.length === 0) await new Promise<void>((resolve) => (wake = resolve));
      return messages.shift();
    },
  };
}

async function usageOf(server: Child): Promise<Usage> {
  server.process.send("usage");
  return (await server.next()) as Usage;
}

async function relay(kind: ServerKind, outstanding: number): Promise<void> {
  const server = start("serve", kind);
  const port = String(await server.next());
  const loads = Array.from({ length: LOADS }, () => start("load", port, String(outstanding)));
  try {
    await Bun.sleep(WARM_UP_MS);
    const before = await usageOf(server);
    const since = performance.now();
    await Bun.sleep(MEASURE_MS);
    const after = await usageOf(server);
    const frames = after.frames - before.frames;
    const rate = (frames * 1_000) / (performance.now() - since);
    const cpu = (after.cpuMicros - before.cpuMicros) / frames;
    console.log(
      `relay ${kind.padEnd(4)} ${LOADS * PAIRS_PER_LOAD} pairs, ${String(outstanding).padStart(2)} outstanding: ` +
        `${Math.round(rate)} frames/s, ${cpu.toFixed(2)} us CPU per frame`,
    );
  } finally {
    for (const child of [server, ...loads]) child.process.kill("SIGKILL");
  }
}

async function memory(kind: ServerKind): Promise<void> {
  const server = start("serve", kind);
  const port = String(await server.next());
  const before = await usageOf(server);
  const peers = start("idle", port, kind);
  try {
    await peers.next();
    const after = await usageOf(server);
    const bytes = ((after.pssKib - before.pssKib) * 1_024) / IDLE_CONNECTIONS;
    console.log(
      `memory ${kind.padEnd(4)} ${IDLE_CONNECTIONS} idle connections: ${Math.round(bytes)} bytes each`,
    );
  } finally {
    for (const child of [server, peers]) child.process.kill("SIGKILL");
  }
}

const [role = "", first = "", second = ""] = process.argv.slice(2);
if (role === "serve") serve(first as ServerKind);
else if (role === "load") await load(Number(first), Number(second));
else if (role === "idle") await idle(Number(first), second === "ws");
else {
  for (const kind of ["bare", "tcp"] as const)
    for (const outstanding of [1, 16]) await relay(kind, outstanding);
  for (const kind of ["bare", "tcp", "ws"] as const) await memory(kind);
}
