/**
 * @module e2e/herd
 * Hundreds who log in at once, each from an address of its own: a person who comes among them is let in within three
 * seconds, and who cannot be served is told when to come back.
 */
import { afterAll, beforeAll, expect, test } from "bun:test";
import { Code } from "../../src/wire/codes.ts";
import { type Chatsrv, startEmbedded } from "../support/chatsrv-process.ts";
import { until } from "../support/until.ts";
import { makeUser, type User } from "../support/users.ts";

const HERD = 120;
const PERSON_MS = 3_000;

let server: Chatsrv;
let person: User;
beforeAll(async () => {
  server = await startEmbedded({
    env: { CHATSRV_LIMITS_ENABLED: "true", CHATSRV_GATESERVER_TRUST_PROXY: "true" },
  });
  person = await makeUser(server, server.api, "person");
});
afterAll(async () => {
  expect(server.events("crashed")).toEqual([]);
  expect(await server.stop()).toBe(0);
});

async function logIn(username: string, from: string): Promise<{ error: number; tookMs: number }> {
  const began = performance.now();
  const answer = await fetch(`${server.url}/trylogin_server`, {
    method: "POST",
    headers: { "x-forwarded-for": from },
    body: JSON.stringify({ username, password: person.password }),
  });
  const { error } = (await answer.json()) as { error: number };
  return { error, tookMs: performance.now() - began };
}

test("a person who logs in among a herd waits under three seconds", async () => {
  let checked = 0;
  const herd = Array.from({ length: HERD }, (_, i) =>
    logIn(`nobody-${i}`, `198.51.${100 + (i >> 8)}.${i & 255}`).then(({ error }) => {
      if (error === Code.WRONG_CREDENTIALS) checked++;
      return error;
    }),
  );
  await until(() => checked > 0, { what: "the herd to be under way" });
  const { error, tookMs } = await logIn(person.username, "203.0.113.9");
  expect(error).toBe(Code.SUCCESS);
  expect(checked).toBeLessThan(HERD / 2);
  expect(tookMs).toBeLessThan(PERSON_MS);
  const answers = new Set(await Promise.all(herd));
  answers.delete(Code.WRONG_CREDENTIALS);
  answers.delete(Code.RATE_LIMITED);
  expect([...answers]).toEqual([]);
}, 60_000);
