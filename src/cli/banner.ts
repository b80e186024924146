/**
 * @module cli/banner
 * What `npm start` tells a person: where everything is. Beside the log, on standard error.
 */
import { join } from "node:path";
import { embeddedCoordination, embeddedMail, embeddedStorage } from "../config/embedded.ts";
import { version } from "../lib/version.ts";
import { databasePath, outboxDir } from "../roles/options.ts";
import type { Settings } from "./settings.ts";
import { columns } from "./text.ts";

/** @returns "" unless the process is a whole system of its own, which is how a newcomer starts it. */
export function banner(settings: Settings, addresses: Readonly<Record<string, string>>): string {
  const { config, dataDir } = settings;
  if (!embeddedStorage(config) || !embeddedCoordination(config)) return "";
  const scheme = (secure: string) => (secure === "" ? "" : "s");
  const { GateServer, ChattingServer, Mail } = config;
  const { http, chat, ws, admin } = addresses;
  const mailed = embeddedMail(config)
    ? `${join(outboxDir(config, dataDir), "*.eml")}, and the log line mail.outbox`
    : `by ${Mail.transport} to the people themselves`;
  const rows = [
    http && ["HTTP API, web client", `http${scheme(GateServer.tls_cert)}://${reachable(http)}/`],
    chat && ["Chat, TCP", reachable(chat)],
    ws && ["Chat, WebSocket", `ws${scheme(ChattingServer.tls_cert)}://${reachable(ws)}/`],
    admin && ["Health, metrics", `http://${admin}/readyz  /metrics`],
    ["Data", dataDir],
    ["Database", databasePath(config, dataDir)],
    ["Mailed codes", mailed],
    ["Configuration", settings.file ?? "none; config.ini.example shows what can be set"],
    ["Stop", "Ctrl+C"],
  ].filter((row): row is string[] => Array.isArray(row));
  return `\nchatsrv ${version} is ready.\n\n${columns(rows, "  ")}\n`;
}

/** Bound to all addresses it is reached here as localhost. */
const reachable = (address: string): string => address.replace(/^(0\.0\.0\.0|\[::\]):/, "localhost:");
