/**
 * @module cli/serve
 * `chatsrv --role=…`: starts the roles, says when they are ready, and stops them when it is told to.
 * Order: log, locks, admin pages, roles, control note, ready; back: not ready, control note, roles (which drain), admin
 * pages, locks.
 */
import { embeddedCoordination } from "../config/embedded.ts";
import { addressText } from "../lib/address.ts";
import { systemClock } from "../lib/clock.ts";
import type { Logger } from "../lib/log.ts";
import type { Meter } from "../lib/metrics.ts";
import { version } from "../lib/version.ts";
import { type AdminServer, startAdmin } from "../ops/admin.ts";
import { type Control, startControl } from "../ops/control.ts";
import { createHealth, type Health } from "../ops/health.ts";
import { createLogger } from "../ops/logger.ts";
import { createMetrics, type Metrics } from "../ops/metrics.ts";
import { watchProcess } from "../ops/process-metrics.ts";
import { type Running, startRoles } from "../roles/compose.ts";
import type { RoleName } from "../roles/role.ts";
import { banner } from "./banner.ts";
import type { Command } from "./command.ts";
import { lockData } from "./data-lock.ts";
import { EXIT, type Io, UsageError } from "./io.ts";
import { parseRoles, requireSharedState } from "./roles.ts";
import { loadSettings, type Settings } from "./settings.ts";
import type { ControlReport } from "./status.ts";
import { stopRequests } from "./stop-requests.ts";

/** Beyond [ChattingServer] drain_timeout: what hangs then is left behind. */
const STOP_GRACE_MS = 5_000;
/** How long a start that is not wanted any more may take to come to an end. */
const ABANDON_MS = 1_000;

export const serve: Command = {
  name: "serve",
  words: [],
  flags: ["role", "config", "data"],
  summary: "serve; ROLE is gateway, verify, balance, chat, or all",
  logs: true,
  more: "SIGTERM and Ctrl+C take leave of the clients first; a second one ends at once. SIGHUP reads the TLS files again.",
  run: async (args, io) => {
    const text = args.flags.get("role");
    if (text === undefined) throw new UsageError("which role? --role=all serves everything in one process");
    const roles = parseRoles(text);
    const settings = await loadSettings(args, io);
    requireSharedState(roles, settings.config);
    const { level, format } = settings.config.Log;
    const logger = createLogger({ level, format, colour: io.isTty, clock: systemClock, output: io.stdout });
    const endCrash = io.onCrash((error) => logger.log("error", "crashed", { error }));
    const stop = stopRequests(io, systemClock, logger);
    try {
      const life = live({ settings, roles, io, logger, asked: stop.asked });
      return await Promise.race([life, stop.askedAgain.then(() => EXIT.failure)]);
    } catch (error) {
      logger.log("error", "start.failed", { error });
      throw error;
    } finally {
      stop.end();
      endCrash();
    }
  },
};

interface Life {
  readonly settings: Settings;
  readonly roles: ReadonlySet<RoleName>;
  readonly io: Io;
  readonly logger: Logger;
  /** Resolves when the process is to stop. */
  readonly asked: Promise<void>;
}

/** From start to stop. @returns the exit code */
async function live(life: Life): Promise<number> {
  const { settings, roles, logger } = life;
  announceSettings(settings, logger);
  const unlock = await lockData(settings.config, settings.dataDir, roles);
  try {
    return await serveWatched(life);
  } finally {
    unlock();
  }
}

/** With metrics, health and the pages that show them. */
async function serveWatched(life: Life): Promise<number> {
  const metrics = createMetrics();
  const health = createHealth();
  const endWatch = watchProcess(metrics, version);
  const admin = openAdmin(life.settings, health, metrics);
  try {
    return await serveRoles(life, metrics, health, admin);
  } finally {
    await admin?.stop();
    endWatch();
  }
}

async function serveRoles(
  { settings, roles, io, logger, asked }: Life,
  meter: Meter,
  health: Health,
  admin: AdminServer | undefined,
): Promise<number> {
  const { config, dataDir } = settings;
  const starting = startRoles({ config, roles, dataDir, logger, meter });
  const running = await Promise.race([starting, asked]);
  if (running === undefined) return await abandon(starting, logger);

  for (const { name, check } of running.checks) health.add(name, check);
  if (admin !== undefined) running.guard(admin);
  const addresses = { ...running.addresses, ...(admin && { admin: addressText(admin) }) };
  const control = await openControl(settings, roles, addresses, running).catch(async (error: unknown) => {
    await running.stop();
    throw error;
  });
  health.begin();
  logger.log("info", "ready", { version, pid: process.pid, roles: [...roles], addresses, data: dataDir });
  io.stderr.write(banner(settings, addresses));

  const endReload = io.onReloadSignal(() => void running.reloadTls());
  const failure = await Promise.race([asked, running.failed]);
  endReload();
  health.drain();
  if (failure === undefined) logger.log("info", "stopping");
  else logger.log("error", "failed", { reason: failure });
  await control?.stop();
  const inTime = await within(config.ChattingServer.drain_timeout * 1_000 + STOP_GRACE_MS, running.stop());
  logger.log(inTime ? "info" : "error", inTime ? "stopped" : "stop.timed_out");
  return inTime && failure === undefined ? EXIT.ok : EXIT.failure;
}

/** Told to stop while it still starts, or waits for what it needs: nobody was served, nothing is lost. */
async function abandon(starting: Promise<Running>, logger: Logger): Promise<number> {
  const started = starting.then((running) => running.stop());
  await within(
    ABANDON_MS,
    started.catch(() => {}),
  );
  logger.log("info", "stopped");
  return EXIT.ok;
}

/** @returns whether the work was done in that time. */
function within(ms: number, work: Promise<void>): Promise<boolean> {
  return Promise.race([work.then(() => true), Bun.sleep(ms).then(() => false)]);
}

function announceSettings({ file, ignoredVariables, config }: Settings, logger: Logger): void {
  logger.log("info", "config.loaded", { file: file ?? "none" });
  if (ignoredVariables.length > 0)
    logger.log("warn", "config.ignored_variables", { variables: ignoredVariables });
  if (!config.GateServer.reset_requires_code)
    logger.log("warn", "config.unsafe", {
      setting: "[GateServer] reset_requires_code = false",
      meaning: "unsafe: whoever knows a username and its e-mail can take the account",
    });
}

function openAdmin({ config }: Settings, health: Health, metrics: Metrics): AdminServer | undefined {
  const { host, port } = config.Admin;
  return port === undefined ? undefined : startAdmin({ host, port, health, metrics });
}

/** Where the state is in this process alone, `chatsrv status` asks the process. */
async function openControl(
  { config, dataDir }: Settings,
  roles: ReadonlySet<RoleName>,
  addresses: Readonly<Record<string, string>>,
  running: Running,
): Promise<Control | undefined> {
  if (!embeddedCoordination(config)) return undefined;
  const started = new Date(systemClock.now()).toISOString();
  const note = { pid: process.pid, version, started, roles: [...roles], addresses };
  return startControl(dataDir, note, async (): Promise<ControlReport> => ({ nodes: await running.status() }));
}
