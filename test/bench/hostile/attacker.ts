/**
 * @module bench/hostile/attacker
 * One hostile client, or ten thousand, in a process of its own: carries out its order until it is ended. Says when it is
 * at full strength, and counts what came of it once a second.
 */
import { attacks } from "./attacks.ts";
import type { AttackOrder } from "./orders.ts";

const order = (await Bun.stdin.json()) as AttackOrder;
const attack = attacks[order.attack];
if (attack === undefined) throw new Error(`there is no attack ${order.attack}`);
const counts: Record<string, number> = {};
const say = (line: object) => process.stdout.write(`${JSON.stringify(line)}\n`);
await attack.run(order, (what, by = 1) => {
  counts[what] = (counts[what] ?? 0) + by;
});
say({ ready: true });
setInterval(() => say({ counts }), 1_000);
