/**
 * @module support/chatsrv-process
 * The server as users run it: a process of its own, configured by environment only, on free ports and a
 * temporary data folder. Runs the sources unless a compiled binary is named.
 */
import { join } from "node:path";
import { HttpApi } from "../../src/client/index.ts";
import { ServerProcess } from "./process.ts";
import { tempDir } from "./tempdir.ts";
import { until } from "./until.ts";

const MAIN = join(import.meta.dir, "../../src/main.ts");

/** One line of the server's log. */
export interface LogLine {
  readonly event: string;
  readonly level: string;
  readonly time: string;
  readonly [field: string]: unknown;
}

export interface ChatsrvOptions {
  /** `all`, or roles with commas between them. */
  role?: string;
  /** What it is called in errors; the role unless given. */
  name?: string;
  /** Settings as `CHATSRV_SECTION_KEY`; they win over the usual ones. */
  env?: Record<string, string>;
  /** The data folder; a new one unless given. */
  dataDir?: string;
  /** Program and first arguments; the sources under Bun unless given. */
  command?: readonly string[];
}

/** Every port is picked by the system, nothing but loopback is bound, tests are not slowed by limits. */
export const USUAL_ENV: Readonly<Record<string, string>> = {
  CHATSRV_GATESERVER_HOST: "127.0.0.1",
  CHATSRV_GATESERVER_PORT: "0",
  CHATSRV_VERIFICATIONSERVER_PORT: "0",
  CHATSRV_VERIFICATIONSERVER_RESEND_COOLDOWN: "0",
  CHATSRV_BALANCESERVICE_PORT: "0",
  CHATSRV_GRPCSERVER_PORT: "0",
  CHATSRV_CHATTINGSERVER_BIND: "127.0.0.1",
  CHATSRV_CHATTINGSERVER_PORT: "0",
  CHATSRV_CHATTINGSERVER_WS_PORT: "0",
  CHATSRV_LIMITS_ENABLED: "false",
  CHATSRV_LOG_FORMAT: "json",
};

/** How the server is started from the sources. */
export const FROM_SOURCES: readonly string[] = [process.execPath, MAIN];

export class Chatsrv extends ServerProcess {
  readonly dataDir: string;
  /** Mails whose code was asked for already. */
  readonly #handedOut = new Set<string>();
  /** Where in the log the last start begins. */
  #offset = 0;

  constructor({ role = "all", name = role, env = {}, dataDir, command = FROM_SOURCES }: ChatsrvOptions = {}) {
    const data = dataDir ?? tempDir("data");
    const logFile = join(tempDir("log"), "chatsrv.log");
    super({
      name: `chatsrv ${name}`,
      command: [...command, `--role=${role}`, `--data=${data}`],
      env: { ...USUAL_ENV, ...env },
      logFile,
      ready: () => this.#ready() !== undefined,
    });
    this.dataDir = data;
  }

  override async start(): Promise<void> {
    this.#offset = this.#logLength();
    await super.start();
  }

  /** Everything it logged since its last start; lines that are not JSON are left out. */
  lines(): LogLine[] {
    const lines: LogLine[] = [];
    for (const text of this.log().slice(this.#offset).split("\n")) {
      try {
        lines.push(JSON.parse(text) as LogLine);
      } catch {
        // The last line may be half written; a runtime's own words are no JSON.
      }
    }
    return lines;
  }

  /** The lines of one event. */
  events(event: string): LogLine[] {
    return this.lines().filter((line) => line.event === event);
  }

  /** `host:port` of what it serves: `http`, `chat`, `ws`, `verify`, `balance`, `grpc`. @throws when it serves no such thing. */
  address(service: string): string {
    const ready = this.#ready() as { addresses?: Record<string, string> } & Record<string, unknown>;
    const address = ready?.addresses?.[service] ?? ready?.[service];
    if (typeof address !== "string") throw new Error(`${service} is not served: ${JSON.stringify(ready)}`);
    return address;
  }

  /** The gateway's address. */
  get url(): string {
    return `http://${this.address("http")}`;
  }

  get api(): HttpApi {
    return new HttpApi(this.url);
  }

  /**
   * The code of the newest mail to an address, each mail once: the log may be a moment behind the answer, and
   * an earlier mail's code is not the one that was asked for.
   */
  async code(email: string): Promise<string> {
    const isNew = (line: LogLine) => line.to === email && !this.#handedOut.has(mailKey(line));
    const line = await until(() => this.events("mail.outbox").findLast(isNew), {
      what: `a mail to ${email}`,
    });
    this.#handedOut.add(mailKey(line));
    return String(line.code);
  }

  #ready(): LogLine | undefined {
    return this.events("ready").at(-1);
  }

  #logLength(): number {
    try {
      return this.log().length;
    } catch {
      return 0; // Not started before.
    }
  }
}

const mailKey = ({ to, code, file }: LogLine): string => `${to} ${code} ${file}`;

/** All roles in one process on the embedded stores, ready to use. */
export async function startEmbedded(options: ChatsrvOptions = {}): Promise<Chatsrv> {
  const server = new Chatsrv(options);
  await server.start();
  return server;
}
