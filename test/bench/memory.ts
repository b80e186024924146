/**
 * @module bench/memory
 * What a session that says nothing costs its chat process.
 */
import { join } from "node:path";
import type { Store } from "../../src/store/store.ts";
import { until } from "../support/until.ts";
import { pssBytes } from "./cpu.ts";
import { admit, makePairs } from "./people.ts";
import type { Login } from "./protocol.ts";

const LOGINS_AT_ONCE = 32;

/** @returns bytes of PSS per session. */
export async function measureIdle(store: Store, url: string, pid: number, sessions: number): Promise<number> {
  const people = (await makePairs(store, sessions / 2, "idle")).flat();
  const warm = await hold([await admit(url, people[0] as (typeof people)[number])]);
  const before = await settled(pid);
  const logins: Login[] = [];
  for (let from = 0; from < people.length; from += LOGINS_AT_ONCE)
    logins.push(
      ...(await Promise.all(people.slice(from, from + LOGINS_AT_ONCE).map((person) => admit(url, person)))),
    );
  const holder = await hold(logins);
  const after = await settled(pid);
  holder.kill();
  warm.kill();
  return (after - before) / sessions;
}

async function hold(logins: readonly Login[]) {
  const child = Bun.spawn([process.execPath, join(import.meta.dir, "idle.ts")], {
    stdin: new Blob([JSON.stringify(logins)]),
    stdout: "pipe",
    stderr: "inherit",
  });
  const said = new TextDecoder().decode((await child.stdout.getReader().read()).value);
  if (!said.includes("ready")) throw new Error("the sessions did not log in");
  return child;
}

/** Looks that must agree, 2 s apart: Bun's collector comes by some 10 s after the last work. */
const SAME_LOOKS = 8;

/** Memory after the collector had its time: the same for a while, to within 1 %. */
async function settled(pid: number): Promise<number> {
  let last = 0;
  let same = 0;
  await until(
    () => {
      const now = pssBytes(pid);
      same = Math.abs(now - last) < now * 0.01 ? same + 1 : 0;
      last = now;
      return same === SAME_LOOKS;
    },
    { intervalMs: 2_000, timeoutMs: 90_000, what: "memory to settle" },
  );
  return last;
}
