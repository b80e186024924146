/**
 * @module support/bounds-docs
 * README's table of bounds, rendered from the configuration and the code's own constants. A test holds the file equal
 * to it; `bun test/support/bounds-docs.ts --write` rewrites it after a change.
 */
import { join } from "node:path";
import { MAX_STRIKES } from "../../src/chat/limits.ts";
import { LOGIN_DEADLINE_MS } from "../../src/chat/server.ts";
import { sections } from "../../src/config/load.ts";
import { IDLE_TIMEOUT_S } from "../../src/http/server.ts";
import { CLOSE_GRACE_MS } from "../../src/net/connection.ts";
import { SEND_QUEUE_BYTES } from "../../src/roles/chat/settings.ts";
import { MAX_MESSAGE_BYTES } from "../../src/rpc/limits.ts";
import { MAX_BODY_DEPTH } from "../../src/wire/body.ts";
import { MAX_FRAME_BYTES } from "../../src/wire/frame.ts";
import { MAX_HTTP_BODY_BYTES } from "../../src/wire/http.ts";
import * as sizes from "../../src/wire/sizes.ts";

export const README = join(import.meta.dir, "../../README.md");

type Row = readonly [what: string, bound: string, set: string];
const whole = (value: number) => value.toLocaleString("en-US");

/** A bound that is a key of the configuration: its default. */
function setting(section: string, key: string, what: string, unit = ""): Row {
  const found = sections[section]?.keys[key];
  if (found === undefined) throw new Error(`there is no [${section}] ${key}`);
  return [what, `${found.format(found.default)}${unit}`, `\`[${section}] ${key}\``];
}

const fixed = (what: string, bound: string): Row => [what, bound, ""];

function rows(): Row[] {
  const limits = Object.entries(sections.Limits?.keys ?? {}).filter(([key]) => key !== "enabled");
  return [
    fixed("a frame of the chat wire, header included", `${whole(MAX_FRAME_BYTES)} bytes`),
    fixed("nesting of a JSON body", `${MAX_BODY_DEPTH}`),
    fixed("a text", `${whole(sizes.MAX_CONTENT_BYTES)} bytes`),
    fixed("texts of one frame", `${sizes.MAX_TEXTS}`),
    fixed(
      "messages of a page of history; entries of any other page",
      `${sizes.MAX_HISTORY_PAGE}; ${sizes.MAX_PAGE}`,
    ),
    fixed(
      "nickname; description; a friend request's words",
      `${sizes.MAX_NICKNAME}; ${whole(sizes.MAX_DESCRIPTION)}; ${sizes.MAX_LABEL} characters`,
    ),
    fixed("the body of an HTTP request", `${whole(MAX_HTTP_BODY_BYTES)} bytes`),
    fixed("a gRPC message between servers", `${whole(MAX_MESSAGE_BYTES)} bytes`),
    fixed("a chat connection without a login", `${LOGIN_DEADLINE_MS / 1_000} s`),
    fixed("bad frames within a minute that close a connection", `${MAX_STRIKES}`),
    fixed("an HTTP connection without a byte", `${IDLE_TIMEOUT_S} s`),
    fixed("what a peer has to read the rest when it is closed", `${CLOSE_GRACE_MS / 1_000} s`),
    setting("ChattingServer", "send_queue_size", "frames that wait for who does not read"),
    fixed("bytes that wait for who does not read", whole(SEND_QUEUE_BYTES)),
    setting("ChattingServer", "idle_timeout", "silence of a session of protocol 2", " s"),
    setting("ChattingServer", "max_sessions_per_user", "devices of a user at once"),
    setting("BalanceService", "token_ttl", "life of a login token", " s"),
    setting("BalanceService", "resume_ttl", "life of a resume ticket", " s"),
    setting("VerificationServer", "code_ttl", "life of a mailed code", " s"),
    setting("VerificationServer", "code_attempts", "wrong tries that a code survives"),
    setting("VerificationServer", "resend_cooldown", "between two mails to one address", " s"),
    ...limits.map(([key, { meaning }]) => setting("Limits", key, meaning.split(/[.;:]/)[0] ?? "")),
  ];
}

/** The page with the table rendered anew. @throws Error when its markers are not there. */
export function renderBounds(page: string): string {
  const [before, rest] = page.split("<!-- begin:bounds -->\n");
  const [, after] = (rest ?? "").split("<!-- end:bounds -->\n");
  if (before === undefined || after === undefined)
    throw new Error("README.md needs the markers of bounds once");
  const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |\n`;
  const table =
    line(["what", "at most", "setting"]) + line(["---", "---", "---"]) + rows().map(line).join("");
  return `${before}<!-- begin:bounds -->\n${table}<!-- end:bounds -->\n${after}`;
}

if (import.meta.main) {
  if (!process.argv.includes("--write")) throw new Error("run it with --write");
  await Bun.write(README, renderBounds(await Bun.file(README).text()));
}
