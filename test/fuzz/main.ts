/**
 * @module fuzz/main
 * `bun run fuzz [--seed=N] [--inputs=500000] [--only=frames|bodies|http|websocket|grpc]`: inputs of every kind against
 * a live server (all roles, SQLite, Redis), with two friends beside it who write to each other all the while. Prints
 * what the server held before and after; exit code 1 when an answer was not the contract's, a text of the friends was not
 * acknowledged and delivered, or something grew.
 */
import { parseArgs } from "node:util";
import { closeAll } from "../support/cleanup.ts";
import { startRedis } from "../support/servers.ts";
import { until } from "../support/until.ts";
import { Dice } from "./dice.ts";
import { compared, figures, sessionsOf } from "./figures.ts";
import { kinds } from "./kinds/index.ts";
import { Tally } from "./tally.ts";
import { startWorld, type World } from "./world.ts";

/** How many of a hundred inputs are of a kind. */
const SHARES: Readonly<Record<string, number>> = { frames: 30, bodies: 45, http: 15, websocket: 7, grpc: 3 };
/** Inputs between two looks. */
const ROUND = 20_000;
/** What is in the allocator's hands at one moment or another, MB; a leak in half a million inputs is beyond it. */
const RSS_MORE_MB = 150;
/** Tokens and codes that nobody used are gone after so long, seconds. */
const TOKEN_TTL = 5;
const PAIR_EVERY_MS = 50;

const { values } = parseArgs({
  options: {
    seed: { type: "string", default: String(Date.now() % 1_000_000) },
    inputs: { type: "string", default: "500000" },
    only: { type: "string" },
  },
});
const say = (line: string) => process.stdout.write(`${line}\n`);
const whole = (value: number) => Math.round(value).toLocaleString("en-US");

/** The friends' conversation. @returns a function that ends it and tells what went wrong */
function converse({ pair }: World): () => Promise<string[]> {
  let running = true;
  const wrong: string[] = [];
  const talk = async () => {
    while (running) {
      await pair.textPasses().catch((error: unknown) => wrong.push(String(error)));
      await Bun.sleep(PAIR_EVERY_MS);
    }
  };
  const talking = talk();
  return async () => {
    running = false;
    await talking;
    const delivered = pair.other.messages.length;
    if (delivered !== pair.sent) wrong.push(`${pair.sent} texts acknowledged, ${delivered} delivered`);
    return wrong;
  };
}

async function main(): Promise<number> {
  const inputs = Number(values.inputs);
  const chosen = Object.entries(kinds).filter(([name]) => values.only === undefined || name === values.only);
  const hundred = chosen.reduce((sum, [name]) => sum + (SHARES[name] ?? 0), 0);
  say(`fuzz: ${whole(inputs)} inputs (${chosen.map(([name]) => name).join(", ")}), seed ${values.seed}`);
  const redis = await startRedis();
  const world = await startWorld({
    CHATSRV_REDIS_HOST: redis.host,
    CHATSRV_REDIS_PORT: String(redis.port),
    CHATSRV_ADMIN_PORT: "0",
    CHATSRV_BALANCESERVICE_TOKEN_TTL: String(TOKEN_TTL),
    CHATSRV_VERIFICATIONSERVER_CODE_TTL: String(TOKEN_TTL),
  });
  const { server, target } = world;
  const pid = server.pid;
  const dice = new Dice(Number(values.seed));
  const total = new Tally();
  const before = await figures(server, redis);
  const endTalk = converse(world);
  const from = performance.now();
  while (total.inputs < inputs) {
    await world.mend();
    const round = Math.min(ROUND, inputs - total.inputs);
    for (const [name, kind] of chosen)
      total.add(await kind(target, dice.fork(), Math.ceil((round * (SHARES[name] ?? 0)) / hundred)));
    const { rssMb, descriptors } = await figures(server, redis);
    say(`  ${whole(total.inputs).padStart(9)} inputs  ${rssMb} MB  ${descriptors} descriptors`);
  }
  const seconds = (performance.now() - from) / 1_000;
  const wrong = [...total.violations, ...(await endTalk())];
  await until(async () => (await sessionsOf(server)) === 2, { what: "only the friends to be there" });
  await Bun.sleep(2 * TOKEN_TTL * 1_000); // What nobody used expires.
  const after = await figures(server, redis);

  say(`${whole(total.inputs)} inputs in ${whole(seconds)} s`);
  say(
    `answers: ${[...total.outcomes]
      .sort(([, a], [, b]) => b - a)
      .map(([what, n]) => `${what} ${whole(n)}`)
      .join(", ")}`,
  );
  for (const line of compared(before, after)) say(line);
  say(
    `  the friends: ${whole(world.pair.sent)} texts sent, each acknowledged and delivered, one connection each`,
  );
  if (server.pid !== pid) wrong.push("the server is another process");
  if (after.rssMb > before.rssMb + RSS_MORE_MB) wrong.push(`memory grew by ${after.rssMb - before.rssMb} MB`);
  if (after.descriptors > before.descriptors + chosen.length) wrong.push("descriptors grew");
  if (after.redisKeys > before.redisKeys + target.users.length) wrong.push("keys in Redis grew");
  wrong.push(...world.bugs().map((line) => JSON.stringify(line)));
  await world.stop().catch((error: unknown) => wrong.push(String(error)));
  for (const what of wrong.slice(0, 20)) say(`WRONG: ${what}`);
  say(
    wrong.length === 0
      ? "verdict: no crash, no growth, nobody else noticed"
      : `verdict: ${wrong.length} wrong`,
  );
  return wrong.length === 0 ? 0 : 1;
}

let code = 1;
try {
  code = await main();
} finally {
  await closeAll();
}
process.exit(code);
