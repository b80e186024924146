/**
 * @module arch/clocks
 * Who asks for the date, and what for. A date may step by hours at any moment, so a duration, a deadline or a
 * limit that is measured by it goes wrong: those run on `Clock.monotonic` (lib/clock). A file that is new here
 * says what date it tells or stores.
 */
import { expect, test } from "bun:test";
import { join } from "node:path";

const ROOT = join(import.meta.dir, "../..");

const WHAT_FOR: Readonly<Record<string, string>> = {
  "src/chat/dialects/protocol2/protocol2.ts": "server_time",
  "src/cli/pem.ts": "whether a certificate is out of date",
  "src/cli/serve.ts": "since when the server runs",
  "src/cli/status.ts": "what is left of a lease whose end another process told as a date",
  "src/client/link.ts": "t of PING",
  "src/coordination/memory/devices.ts": "when a device was last here",
  "src/coordination/memory/nodes.ts": "the end of a lease, as it is told",
  "src/coordination/redis/nodes.ts": "the end of a lease, as it is told",
  "src/lib/clock.ts": "is the clock",
  "src/mail/outbox.ts": "Date of a mail, name of its file",
  "src/ops/logger.ts": "time of a line",
  "src/ops/process-metrics.ts": "start of the process, as Prometheus wants it",
  "src/rpc/client.ts": "deadlines, in the form that grpc-js takes",
  "src/roles/listener-tls.ts": "whether a certificate is good",
  "src/roles/rpc-host.ts": "whether a certificate is good",
  "src/services/messages/committer.ts": "at of messages",
  "src/services/conversations/cursors.ts": "delivered_at and read_at",
  "src/services/conversations/groups.ts": "at of changes of a group",
  "src/services/cluster/membership.ts": "the end of a lease, as it is told",
  "src/services/people/presence.ts": "last_seen of a friend",
  "src/services/sessions/sessions.ts": "since of a session",
  "src/store/mysql/migrate.ts": "when a migration was made",
  "src/store/sqlite/migrate.ts": "when a migration was made",
  "src/web/main.ts": "what the page shows",
};

/** Whether a text asks a clock for the date: `Date.now`, `clock.now()`, `new Date()`. */
const asksForDate = (text: string): boolean =>
  /\bDate\.now\b|(?<!performance)\.now\(\)|\bnew Date\(\)/.test(text);

test("the date is asked for where it is told or stored, nowhere else", async () => {
  const found: string[] = [];
  for (const path of new Bun.Glob("src/**/*.ts").scanSync(ROOT))
    if (asksForDate(await Bun.file(join(ROOT, path)).text())) found.push(path);
  expect(found.sort()).toEqual(Object.keys(WHAT_FOR).sort());
});

test("the rule catches what it should", () => {
  for (const text of ["const t = Date.now();", "const now = Date.now;", "clock.now()", "new Date()"])
    expect(asksForDate(text)).toBe(true);
  for (const text of ["clock.monotonic()", "performance.now()", "new Date(at)"])
    expect(asksForDate(text)).toBe(false);
});
