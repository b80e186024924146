/**
 * @module bench/people
 * Accounts in bulk, straight into a store: registration by mail is not what is measured. Their password hash
 * is a cheap one, which the server verifies with its own parameters.
 */
import type { UserId } from "../../src/domain/ids.ts";
import type { Store } from "../../src/store/store.ts";
import type { Login } from "./protocol.ts";

const PASSWORD = "Bench-1-password";
const CHEAP = { algorithm: "argon2id", memoryCost: 8, timeCost: 1 } as const;
/** As the server makes them (services/accounts/passwords), for those whose login is measured. */
export const REAL = { algorithm: "argon2id", memoryCost: 19_456, timeCost: 2 } as const;

/** Pairs of friends. */
export async function makePairs(
  store: Store,
  count: number,
  prefix: string,
  hashing: typeof CHEAP | typeof REAL = CHEAP,
): Promise<[Person, Person][]> {
  const passwordHash = await Bun.password.hash(PASSWORD, hashing);
  const make = async (name: string): Promise<Person> => {
    const username = `${prefix}-${name}`;
    return {
      username,
      id: await store.accounts.register({ username, email: `${username}@example.org`, passwordHash }),
    };
  };
  const pairs: [Person, Person][] = [];
  for (let i = 0; i < count; i++) {
    const a = await make(`a${i}`);
    const b = await make(`b${i}`);
    await store.friends.request({ from: a.id, to: b.id, nickname: "", message: "" });
    await store.friends.confirm({ from: a.id, by: b.id, alternativeName: "" });
    pairs.push([a, b]);
  }
  return pairs;
}

export interface Person {
  readonly id: UserId;
  readonly username: string;
}

/** Asks a gateway where to log in. `from` is the address that a proxy would tell, where one is trusted. */
export async function admit(url: string, person: Pick<Person, "username">, from?: string): Promise<Login> {
  const answer = await fetch(`${url}/trylogin_server`, {
    method: "POST",
    ...(from !== undefined && { headers: { "x-forwarded-for": from } }),
    body: JSON.stringify({ username: person.username, password: PASSWORD }),
  });
  const { error, uuid, host, port, token } = (await answer.json()) as Record<string, string>;
  if (Number(error) !== 0) throw new Error(`login of ${person.username}: error ${error}`);
  return { uuid: String(uuid), host: String(host), port: Number(port), token: String(token) };
}
