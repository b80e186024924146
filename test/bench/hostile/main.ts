/**
 * @module bench/hostile
 * Slow and hostile clients, one kind after the other, against a server with its limits as they are by default, all
 * roles in one process on SQLite: the hardest ground there is. Beside them well-behaved pairs write to each other; the
 * figure is how much later their texts are answered and shown than undisturbed, in the same run.
 *
 * The attackers run at the lowest priority of the machine: it is their bytes that are to disturb, not that they are on
 * the same processors.
 */
import { join } from "node:path";
import { silentLogger } from "../../../src/lib/log.ts";
import { openSqliteStore } from "../../../src/store/sqlite/store.ts";
import { startEmbedded } from "../../support/chatsrv-process.ts";
import { fill } from "../history.ts";
import { linesOf } from "../lines.ts";
import { admit, makePairs, type Person, REAL } from "../people.ts";
import { attacks } from "./attacks.ts";
import { Newcomer } from "./newcomer.ts";
import type { AttackOrder, Ground, PairOrder, PairReport } from "./orders.ts";

const PAIRS = 4;
/** Below what a session may send, [Limits] session_text. */
const EVERY_MS = 25;
/** Messages of each attacker's conversation. */
const LONG = 2_000;
/** What a well-behaved pair may notice of an attack. */
const MOST = 3;

const ENV = {
  CHATSRV_LIMITS_ENABLED: "true",
  // The attackers are many: each has an address of its own, and each address may have as many connections as it likes.
  CHATSRV_GATESERVER_TRUST_PROXY: "true",
  CHATSRV_LIMITS_WAITING_IP: "100000",
  CHATSRV_CHATTINGSERVER_BIND: "0.0.0.0",
};

interface Phase {
  readonly acked: Latency;
  readonly delivered: Latency;
  readonly failed: number;
}

interface Latency {
  readonly p50: number;
  readonly p99: number;
  readonly max: number;
}

function latency(values: readonly number[]): Latency {
  const sorted = [...values].sort((a, b) => a - b);
  const at = (share: number) =>
    sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
  return { p50: at(0.5), p99: at(0.99), max: sorted.at(-1) ?? Number.NaN };
}

/** The pairs' process. */
class Pairs {
  readonly #child: Bun.Subprocess<"pipe", "pipe", "inherit">;
  readonly #lines: AsyncGenerator<string>;

  constructor(order: PairOrder) {
    this.#child = Bun.spawn([process.execPath, join(import.meta.dir, "pair.ts")], {
      stdin: "pipe",
      stdout: "pipe",
      stderr: "inherit",
    });
    this.#lines = linesOf(this.#child.stdout);
    this.#say(JSON.stringify(order));
  }

  /** What they see in so many seconds from now. */
  async watch(seconds: number): Promise<PairReport> {
    await this.#ask();
    await Bun.sleep(seconds * 1_000);
    return this.#ask();
  }

  end(): void {
    this.#child.kill();
  }

  async #ask(): Promise<PairReport> {
    this.#say("?");
    return JSON.parse((await this.#lines.next()).value) as PairReport;
  }

  #say(line: string): void {
    this.#child.stdin.write(`${line}\n`);
    void this.#child.stdin.flush();
  }
}

/** Starts an attack and resolves when it is at full strength. */
async function attack(order: AttackOrder) {
  const child = Bun.spawn(["nice", "-n", "19", process.execPath, join(import.meta.dir, "attacker.ts")], {
    stdin: new Blob([JSON.stringify(order)]),
    env: { ...process.env, BUN_CONFIG_MAX_HTTP_REQUESTS: "10000" },
    stdout: "pipe",
    stderr: "inherit",
  });
  const lines = linesOf(child.stdout);
  await lines.next();
  let counts: Record<string, number> = {};
  const reading = (async () => {
    for await (const line of lines) counts = (JSON.parse(line) as { counts: typeof counts }).counts;
  })();
  return {
    end: async (): Promise<Record<string, number>> => {
      child.kill();
      await child.exited;
      await reading;
      return counts;
    },
  };
}

const phaseOf = ({ acked, delivered, failed }: PairReport): Phase => ({
  acked: latency(acked),
  delivered: latency(delivered),
  failed,
});

/** @param seconds of each attack. @param only the attack to look at; all when undefined */
export async function hostile(say: (line?: string) => void, seconds: number, only?: string): Promise<void> {
  const chosen = Object.entries(attacks).filter(([name]) => only === undefined || name === only);
  const server = await startEmbedded({ env: ENV });
  const port = (service: string) => `127.0.0.1:${server.address(service).split(":").at(-1)}`;
  const ground: Ground = { url: server.url, http: port("http"), chat: port("chat"), ws: port("ws") };
  const store = await openSqliteStore({ path: join(server.dataDir, "chatsrv.db") }, silentLogger);
  const people = await makePairs(store, PAIRS, "good");
  /** Each attack has accounts of its own: what one may still do is no matter of the one before. */
  const accounts = new Map<string, [Person, Person][]>();
  for (const [name, { sessions }] of chosen) {
    const own = await makePairs(store, sessions, name);
    if (name === "history") for (const pair of own) await fill(store, pair, LONG);
    accounts.set(name, own);
  }
  const [newcomers] = await makePairs(store, 1, "new", REAL);
  await store.close();
  const logIn = async ([a, b]: readonly [Person, Person]) => ({
    sender: await admit(ground.url, a, "198.51.100.1"),
    receiver: await admit(ground.url, b, "198.51.100.1"),
  });
  const pairs = new Pairs({ pairs: await Promise.all(people.map(logIn)), everyMs: EVERY_MS });
  await pairs.watch(3); // Warm: the compiler has seen everything twice.

  say(
    `\nHostile clients against all roles in one process on SQLite, limits as they are by default; ${PAIRS} well-behaved pairs`,
  );
  const quiet: PairReport[] = [];
  const seen: { name: string; phase: Phase }[] = [];
  for (const [name, { what }] of chosen) {
    quiet.push(await pairs.watch(seconds / 2));
    const running = await attack({ attack: name, ground, accounts: accounts.get(name) ?? [] });
    const newcomer =
      name === "herd" && newcomers !== undefined ? new Newcomer(ground.url, newcomers[0]) : undefined;
    const phase = phaseOf(await pairs.watch(seconds));
    const waits = await newcomer?.end();
    const counts = await running.end();
    seen.push({ name, phase });
    say(
      `  ${name.padEnd(12)} ${what}: ${Object.entries(counts)
        .map(([word, n]) => `${n.toLocaleString("en-US")} ${word}`)
        .join(", ")}`,
    );
    if (waits !== undefined)
      say(
        `  ${"".padEnd(12)} a person who logs in meanwhile, ${waits.length} times: ${Math.max(...waits).toFixed(0)} ms at most  (under 3,000)`,
      );
  }
  quiet.push(await pairs.watch(seconds / 2));
  pairs.end();
  const undisturbed = phaseOf({
    acked: quiet.flatMap(({ acked }) => acked),
    delivered: quiet.flatMap(({ delivered }) => delivered),
    failed: quiet.reduce((sum, { failed }) => sum + failed, 0),
  });
  const show = (name: string, { acked, delivered, failed }: Phase, ratio?: number) =>
    say(
      `  ${name.padEnd(12)} ack p50 ${acked.p50.toFixed(1)}  p99 ${acked.p99.toFixed(1)}  max ${acked.max.toFixed(0)} ms   shown p99 ${delivered.p99.toFixed(1)} ms   failed ${failed}${ratio === undefined ? "" : `   p99 against undisturbed ${ratio.toFixed(1)}  (under ${MOST})`}`,
    );
  show("undisturbed", undisturbed);
  for (const { name, phase } of seen) show(name, phase, phase.delivered.p99 / undisturbed.delivered.p99);
  const crashed = server.events("crashed").length;
  const stopped = await server.stop();
  say(`  the server: ${crashed} crashes, stopped with ${stopped}`);
}
