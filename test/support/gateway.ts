/**
 * @module support/gateway
 * The gateway, verify and balance roles in one, on a store and a coordination of their own, with the clock,
 * the mail and the sessions in the test's hands.
 */
import { Database } from "bun:sqlite";
import { join } from "node:path";
import type { Coordination } from "../../src/coordination/coordination.ts";
import { openMemory } from "../../src/coordination/memory/index.ts";
import type { ChatNode } from "../../src/domain/entities.ts";
import { nodeName, sessionId, type UserId } from "../../src/domain/ids.ts";
import { createHttpApp, type HttpApp } from "../../src/http/app.ts";
import type { HttpLimits, LimitName } from "../../src/http/limits.ts";
import type { LogFields, Logger, LogLevel } from "../../src/lib/log.ts";
import { noMeter } from "../../src/lib/metrics.ts";
import type { Mail } from "../../src/mail/mail.ts";
import { AccountService } from "../../src/services/accounts/accounts.ts";
import { PasswordHasher } from "../../src/services/accounts/passwords.ts";
import { VerificationService } from "../../src/services/accounts/verification.ts";
import { PlacementService } from "../../src/services/cluster/placement.ts";
import type { SessionEnder } from "../../src/services/ports.ts";
import { openSqliteStore } from "../../src/store/sqlite/store.ts";
import type { Store } from "../../src/store/store.ts";
import { atEnd } from "./cleanup.ts";
import { HeldClock } from "./clock.ts";
import { tempDir } from "./tempdir.ts";

export const MINUTE = 60_000;
export const CODE_TTL = 3 * MINUTE;
export const CODE_ATTEMPTS = 5;
export const PASSWORD = "Correct1Horse";

/** A node that is live for as long as any test may turn the clock. */
export const NODE: ChatNode = {
  name: nodeName("chat0"),
  incarnation: "1",
  host: "chat.example",
  port: 60_000,
  wsUrl: "ws://chat.example:60001",
  grpcHost: "127.0.0.1",
  grpcPort: 64_400,
  sessions: 0,
  draining: false,
  leaseUntil: 0,
};

const LIMITS: Record<LimitName, { burst: number; perMs: number }> = {
  verification_ip: { burst: 1000, perMs: MINUTE },
  verification_email: { burst: 1000, perMs: MINUTE },
  registration_ip: { burst: 1000, perMs: MINUTE },
  registration_email: { burst: 1000, perMs: MINUTE },
  check_ip: { burst: 1000, perMs: MINUTE },
  check_email: { burst: 1000, perMs: MINUTE },
  reset_ip: { burst: 1000, perMs: MINUTE },
  reset_account: { burst: 1000, perMs: MINUTE },
  login_ip: { burst: 1000, perMs: MINUTE },
  login_account: { burst: 1000, perMs: MINUTE },
  resume_ip: { burst: 1000, perMs: MINUTE },
  resume_account: { burst: 1000, perMs: MINUTE },
};

export interface GatewayOptions {
  readonly limits?: Partial<HttpLimits>;
  readonly resetRequiresCode?: boolean;
  readonly trustProxy?: boolean;
  readonly publicUrl?: string;
  /** Stands in for parts of the real ones, to make them fail. */
  readonly coordination?: (real: Coordination) => Coordination;
  readonly store?: (real: Store) => Store;
  readonly sendMail?: (mail: Mail) => Promise<void>;
  /** Cheap passwords unless given. */
  readonly passwords?: PasswordHasher;
}

export interface LogLine {
  readonly level: LogLevel;
  readonly event: string;
  readonly fields: LogFields;
}

export interface Gateway {
  readonly app: HttpApp;
  readonly accounts: AccountService;
  readonly coordination: Coordination;
  readonly store: Store;
  readonly mails: readonly Mail[];
  readonly log: readonly LogLine[];
  /** Whose sessions were ended, in order. */
  readonly ended: readonly UserId[];
  /** Gives a device of the account a ticket, as a session that came and went; the account's version as it is now. */
  giveTicket(id: UserId, ticket: string, ttlMs: number): Promise<void>;
  /** Turns the clock on. */
  pass(ms: number): void;
  /** A code for the address, mailed as `/get_verification` does; turns the clock past the cooldown first. */
  codeFor(email: string): Promise<string>;
  /** Makes an account with `PASSWORD`, the whole way. @returns its id. */
  register(username: string, email: string): Promise<UserId>;
  /** Gives an account a name as only an older release allowed it. */
  rename(id: UserId, username: string): void;
}

export async function openGateway(options: GatewayOptions = {}): Promise<Gateway> {
  const clock = new HeldClock();
  const log: LogLine[] = [];
  const logger: Logger = { log: (level, event, fields = {}) => void log.push({ level, event, fields }) };
  const mails: Mail[] = [];
  const ended: UserId[] = [];

  const real = openMemory({ clock });
  await real.nodes.register(NODE, 1_000_000 * MINUTE);
  const coordination = options.coordination?.(real) ?? real;
  const path = join(tempDir("gateway"), "chatsrv.db");
  const opened = await openSqliteStore({ path }, logger);
  atEnd(() => opened.close());
  await opened.migrate();
  const store = options.store?.(opened) ?? opened;

  const sessions: SessionEnder = {
    endAll: async (user, below) => {
      ended.push(user);
      await coordination.devices.end(user, { below }, "reset");
    },
  };
  const codeSender = new VerificationService({
    codes: coordination.codes,
    mail: { send: options.sendMail ?? (async (mail) => void mails.push(mail)) },
    logger,
    codeTtlMs: CODE_TTL,
    resendCooldownMs: MINUTE,
  });
  const accounts = new AccountService({
    accounts: store.accounts,
    codes: coordination.codes,
    devices: coordination.devices,
    placement: coordination.placement,
    passwords: options.passwords ?? (await PasswordHasher.create({ memoryCostKiB: 8, timeCost: 1 })),
    allocator: new PlacementService({ placement: coordination.placement, tokenTtlMs: 5 * MINUTE }),
    sessions,
    logger,
    codeAttempts: CODE_ATTEMPTS,
    resetRequiresCode: options.resetRequiresCode ?? true,
  });
  const app = createHttpApp({
    accounts,
    codeSender,
    limiter: coordination.limits,
    limits: { enabled: true, ...LIMITS, ...options.limits },
    logger,
    meter: noMeter,
    clock,
    trustProxy: options.trustProxy ?? false,
    version: "0.0.0-test",
    publicUrl: options.publicUrl ?? "",
    documentUrl: "",
  });

  const codeFor = async (email: string) => {
    clock.pass(MINUTE);
    await codeSender.sendCode(email);
    return mails.at(-1)?.code ?? "";
  };
  return {
    app,
    accounts,
    coordination,
    store,
    mails,
    log,
    ended,
    codeFor,
    giveTicket: async (user, secret, ttlMs) => {
      const session = sessionId(`session of ${secret}`);
      const { epoch } = await real.routes.bind(
        {
          user,
          session,
          node: NODE.name,
          incarnation: NODE.incarnation,
          device: `device of ${secret}`,
          name: "",
          since: 0,
          version: (await opened.accounts.versions([user])).get(user) ?? 0,
          ticket: { secret, ttlMs },
        },
        100,
      );
      await real.routes.unbind(user, session, epoch);
    },
    pass: (ms) => clock.pass(ms),
    register: async (username, email) =>
      (await accounts.register({ username, email, password: PASSWORD, code: await codeFor(email) })).id,
    rename(id, username) {
      using file = new Database(path);
      file.run("UPDATE Authentication SET username = ? WHERE uuid = ?", [username, id]);
      file.run("DELETE FROM AccountName WHERE uuid = ?", [id]);
    },
  };
}
