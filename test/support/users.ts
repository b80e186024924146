/**
 * @module support/users
 * Accounts for tests, made as people make them: a mailed code, a registration.
 */
import {
  ChatClient,
  type ChatClientOptions,
  type ChatMessage,
  type HttpApi,
  type Placement,
  type SessionInfo,
} from "../../src/client/index.ts";
import { tcpDialer } from "../../src/client/tcp.ts";
import { until } from "./until.ts";

/** Where accounts are made: an embedded server or a cluster. */
export interface System {
  /** The newest code mailed to an address. */
  code(email: string): Promise<string>;
}

export interface User {
  readonly uuid: string;
  readonly username: string;
  readonly email: string;
  readonly password: string;
}

export const PASSWORD = "Secret-1-password";

/** Makes `count` accounts at once; their names are unique. */
export function makeUsers(system: System, api: HttpApi, count: number, prefix = "user"): Promise<User[]> {
  return Promise.all(Array.from({ length: count }, () => makeUser(system, api, prefix)));
}

export async function makeUser(system: System, api: HttpApi, prefix = "user"): Promise<User> {
  const username = `${prefix}-${crypto.randomUUID().slice(0, 8)}`;
  const email = `${username}@example.org`;
  await api.getVerification(email);
  const cpatcha = await system.code(email);
  const { uuid } = await api.register({ username, password: PASSWORD, email, cpatcha });
  return { uuid, username, email, password: PASSWORD };
}

/** A client of a user over TCP, with everything it was told. Not connected yet. */
export class TestClient extends ChatClient {
  readonly messages: ChatMessage[] = [];
  readonly states: string[] = [];
  readonly errors: unknown[] = [];

  constructor(api: HttpApi, user: User, options: Partial<ChatClientOptions> = {}) {
    super({
      server: api,
      credentials: { username: user.username, password: user.password },
      dial: tcpDialer(),
      backoff: { minMs: 50, maxMs: 500 },
      ...options,
    });
    this.on("message", (message) => this.messages.push(message));
    this.on("state", ({ state, reason }) => this.states.push(state === "ended" ? `ended: ${reason}` : state));
    this.on("error", (error) => this.errors.push(error));
  }

  /** The account's devices that are here. */
  async here(): Promise<SessionInfo[]> {
    return (await this.account.sessions()).filter(({ online }) => online);
  }

  /** Contents of what came from `peer`, in the order in which it came out. */
  from(peer: string): string[] {
    return this.messages.filter((message) => message.sender === peer).map(({ content }) => content);
  }
}

/** A connected client. */
export async function connect(
  api: HttpApi,
  user: User,
  options: Partial<ChatClientOptions> = {},
): Promise<TestClient> {
  const client = new TestClient(api, user, options);
  await client.connect();
  return client;
}

/** Makes two connected users friends. */
export async function befriend(a: ChatClient, b: ChatClient): Promise<void> {
  const told = new Set<ChatClient>();
  for (const client of [a, b]) client.on("friendAdded", () => told.add(client));
  await a.people.requestFriend(b.uuid);
  await b.people.confirmFriend(a.uuid);
  await until(() => told.size === 2, { what: `${a.uuid} and ${b.uuid} to be told of their friendship` });
}

/** Two connected clients on two different chat nodes of a cluster. */
export async function connectApart(
  api: HttpApi,
  a: User,
  b: User,
  options: Partial<ChatClientOptions> = {},
): Promise<[TestClient, TestClient]> {
  const first = await api.login(a.username, a.password);
  let second = await api.login(b.username, b.password);
  // A pick that is not used counts as load for a while, so the next one goes elsewhere.
  for (let tries = 0; second.port === first.port && tries < 20; tries++)
    second = await api.login(b.username, b.password);
  if (second.port === first.port) throw new Error("20 logins in a row were sent to the same chat node");
  const open = async (user: User, placement: Placement) => {
    const { username, password } = user;
    return connect(api, user, { ...options, credentials: { placement, username, password } });
  };
  return Promise.all([open(a, first), open(b, second)]);
}
