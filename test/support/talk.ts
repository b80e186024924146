/**
 * @module support/talk
 * Chat in a terminal, on the SDK alone. Two people, two terminals:
 *
 *     npm run talk -- --user=alice --password=Secret-123
 *     npm run talk -- --user=bob --password=Secret-123
 *
 * A name that is new is registered. Its code is read from the server's outbox when that is on this machine
 * (`--data`, ./data), else asked for. `--server` is the gateway, http://127.0.0.1:8080 unless given.
 */
import { join } from "node:path";
import { parseArgs } from "node:util";
import { ChatClient, ChatError, Code, HttpApi } from "../../src/client/index.ts";
import { tcpDialer } from "../../src/client/tcp.ts";

const HELP = `  /add NAME      ask NAME to be your friend
  /confirm NAME  say yes to NAME
  /to NAME       write to NAME; then every line is a text
  /friends       who is there
  /quit          leave`;

const { values } = parseArgs({
  options: {
    server: { type: "string", default: "http://127.0.0.1:8080" },
    user: { type: "string" },
    password: { type: "string" },
    email: { type: "string" },
    data: { type: "string", default: "data" },
  },
});

const say = (text: string) => console.log(text);
const lines = console[Symbol.asyncIterator]();

async function ask(question: string): Promise<string> {
  process.stdout.write(`${question}: `);
  const { value, done } = await lines.next();
  if (done) process.exit(1);
  return String(value).trim();
}

/** The newest code mailed to an address, from the outbox of a server on this machine. */
async function codeFromOutbox(email: string): Promise<string | undefined> {
  const outbox = join(values.data, "outbox");
  const mails = await Array.fromAsync(new Bun.Glob("*.eml").scan(outbox)).catch(() => []);
  for (const name of mails.sort().reverse()) {
    const mail = await Bun.file(join(outbox, name)).text();
    if (mail.includes(`To: ${email}\r\n`)) return /^Subject: (\d{6})/m.exec(mail)?.[1];
  }
  return undefined;
}

async function register(api: HttpApi, username: string, password: string): Promise<void> {
  const email = values.email ?? `${username.toLowerCase().replace(/[^a-z0-9]/g, "")}@example.org`;
  await api.getVerification(email);
  const cpatcha = (await codeFromOutbox(email)) ?? (await ask(`the code mailed to ${email}`));
  await api.register({ username, password, email, cpatcha });
  say(`* registered ${username} (${email})`);
}

/** A connected client; the account is made when the login finds none and the name is free. */
async function enter(username: string, password: string): Promise<ChatClient> {
  const api = new HttpApi(values.server);
  try {
    await api.login(username, password);
  } catch (error) {
    if (!(error instanceof ChatError) || error.code !== Code.WRONG_CREDENTIALS) throw error;
    await register(api, username, password);
  }
  return new ChatClient({
    server: api,
    credentials: { username, password },
    dial: tcpDialer(),
    name: "talk",
  });
}

async function talk(): Promise<void> {
  const username = values.user ?? (await ask("your name"));
  const client = await enter(username, values.password ?? (await ask("your password")));
  const names = new Map<string, string>();
  const nameOf = (uuid: string) => names.get(uuid) ?? uuid;
  let peer: string | undefined;

  client.on("state", ({ state, reason }) => say(`* ${state}${reason ? `: ${reason}` : ""}`));
  client.on("friendRequest", ({ from, message }) => {
    names.set(from.uuid, from.username);
    say(
      `* ${from.username} asks to be your friend${message && `: ${message}`}   (/confirm ${from.username})`,
    );
  });
  client.on("friendAdded", (friend) => {
    names.set(friend.uuid, friend.username);
    peer ??= friend.uuid;
    say(`* you and ${friend.username} are friends now   (/to ${friend.username})`);
  });
  client.on("message", (message) => {
    if (!message.mine) say(`${nameOf(message.sender)}: ${message.content}`);
    client.markRead(message, message.seq);
  });
  client.on("typing", ({ who }) => say(`* ${nameOf(who)} is writing`));

  await client.connect();
  for (const friend of await client.people.friends()) {
    names.set(friend.uuid, friend.username);
    peer ??= friend.uuid;
  }
  say(`* you are ${username}; ${peer ? `writing to ${nameOf(peer)}` : "no friends yet"}\n${HELP}`);

  const find = async (name: string) => {
    const { uuid, username: exact } = await client.people.search(name);
    names.set(uuid, exact);
    return uuid;
  };
  const commands: Record<string, (name: string) => Promise<void>> = {
    add: async (name) => client.people.requestFriend(await find(name), { nickname: username }),
    confirm: async (name) => client.people.confirmFriend(await find(name)),
    to: async (name) => {
      peer = await find(name);
      say(`* writing to ${nameOf(peer)}`);
    },
    friends: async () =>
      say(`* ${(await client.people.friends()).map((friend) => friend.username).join(", ")}`),
  };

  for (let next = await lines.next(); !next.done; next = await lines.next()) {
    const line = String(next.value).trim();
    const [, command, name = ""] = /^\/(\w+)\s*(.*)$/.exec(line) ?? [];
    if (command === "quit") break;
    try {
      if (command !== undefined) await (commands[command] ?? (async () => say(HELP)))(name);
      else if (peer === undefined) say("* to whom? /to NAME");
      else if (line !== "") await client.sendText(peer, line);
    } catch (error) {
      say(`* ${error instanceof Error ? error.message : error}`);
    }
  }
  client.close();
}

try {
  await talk();
  process.exit(0);
} catch (error) {
  console.error(error instanceof ChatError ? `talk: ${error.message}` : error);
  process.exit(1);
}
