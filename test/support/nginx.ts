/**
 * @module support/nginx
 * The real nginx on deploy/nginx.conf, as it is but for names, ports and certificates.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { freePort } from "./port.ts";
import { ServerProcess } from "./process.ts";
import { tempDir } from "./tempdir.ts";
import type { Certificates } from "./tls.ts";

const CONFIG = join(import.meta.dir, "../../deploy/nginx.conf");

/** Starts it before the gateways at these addresses (`host:port`). @returns its url and the process. */
export async function startNginx(
  certs: Certificates,
  gateways: readonly string[],
): Promise<{ url: string; process: ServerProcess }> {
  const dir = tempDir("nginx");
  const port = freePort();
  const replaced: readonly (readonly [string, string])[] = [
    ["server 127.0.0.1:8080;", gateways.map((at) => `server ${at};`).join(" ")],
    ["listen 443 ssl http2;", `listen 127.0.0.1:${port} ssl http2;`],
    ["/etc/letsencrypt/live/chat.example.org/fullchain.pem", certs.serverCert],
    ["/etc/letsencrypt/live/chat.example.org/privkey.pem", certs.serverKey],
  ];
  let site = readFileSync(CONFIG, "utf8");
  for (const [from, to] of replaced) {
    if (!site.includes(from)) throw new Error(`${CONFIG} has no ${from}`);
    site = site.replace(from, to);
  }
  const temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"];
  const main = [
    `daemon off; worker_processes 1; pid ${dir}/nginx.pid; error_log stderr;`,
    ...(process.getuid?.() === 0 ? ["user root;"] : []),
    "events { worker_connections 500; }",
    `http { access_log off; ${temporary.map((name) => `${name}_temp_path ${dir}/${name};`).join(" ")}`,
    `${site}\n}\n`,
  ];
  const file = join(dir, "nginx.conf");
  writeFileSync(file, main.join("\n"));
  const url = `https://127.0.0.1:${port}`;
  const server = new ServerProcess({
    name: "nginx",
    command: ["nginx", "-p", dir, "-c", file],
    logFile: `${dir}.log`,
    ready: () => fetch(`${url}/healthz`, { tls: { rejectUnauthorized: false } }),
  });
  await server.start();
  return { url, process: server };
}
