/**
 * @module arch/rooms
 * The architecture of `src/` as a table: which files make up a room, which rooms it may import, and which
 * packages. Imports point one way only; a room further down never names one further up.
 *
 *     main -> cli -> roles -> { config, the three open.ts, http, rpc, net, chat, ops }
 *     http | chat | rpc -> services -> { the three contracts, domain }
 *     adapters -> contract, domain, lib        http | chat -> net -> wire        domain -> wire/codes, ids, sizes, bad-input
 *     dialects -> chat: what is asked of a dialect stands in chat, and nobody there names one
 *     web -> client -> wire                     wire -> nothing, lib -> nothing
 */

/** A part of the source with rules of its own. */
export interface Room {
  name: string;
  /** Globs relative to the project's root. A file belongs to the first room of the table that matches it. */
  files: readonly string[];
  /** Rooms it may import; always itself. */
  rooms?: readonly string[];
  /** Packages from npm, and Bun's own modules, that it may import. */
  packages?: readonly string[];
  /** Runs in a browser too: no `Bun`, no `node:` or `bun:` module, no `process`, no `Buffer`. */
  portable?: boolean;
}

/** What the use cases stand on, each declared in one file. */
const CONTRACTS = ["store contract", "coordination contract", "mail contract"];
/** The selectors: given a configuration, each opens one adapter of its family. */
const SELECTORS = ["store selector", "coordination selector", "mail selector"];
/** What everything on the server may use. */
const FLOOR = ["domain", "wire codes", "lib"];

export const ROOMS: readonly Room[] = [
  // How the program is started.
  { name: "main", files: ["src/main.ts"], rooms: ["cli", "lib"] },
  {
    name: "cli",
    files: ["src/cli/**"],
    rooms: ["roles", "config", "rpc", "ops", "file lock", "services", ...SELECTORS, ...CONTRACTS, ...FLOOR],
  },
  {
    name: "roles",
    files: ["src/roles/**"],
    rooms: [
      "config",
      "http",
      "rpc",
      "net",
      "chat",
      "dialects",
      "ops",
      "services",
      ...SELECTORS,
      ...CONTRACTS,
      "wire",
      // The gateway hands the page to http, which serves it.
      "web",
      ...FLOOR,
    ],
  },
  { name: "config", files: ["src/config/**"], rooms: [...FLOOR] },

  // What speaks with the outside.
  {
    name: "http",
    files: ["src/http/**"],
    rooms: ["net", "services", ...CONTRACTS, "web", "wire", ...FLOOR],
    packages: ["hono"],
  },
  {
    name: "rpc",
    files: ["src/rpc/**"],
    rooms: ["services", ...CONTRACTS, ...FLOOR],
    packages: ["@grpc/grpc-js", "@bufbuild/protobuf"],
  },
  // What sessions of each protocol see: put together by the role, and asked for by nobody in particular.
  {
    name: "dialects",
    files: ["src/chat/dialects/original/**", "src/chat/dialects/protocol2/**"],
    rooms: ["chat", "net", "services", ...CONTRACTS, "wire", ...FLOOR],
  },
  { name: "chat", files: ["src/chat/**"], rooms: ["net", "services", ...CONTRACTS, "wire", ...FLOOR] },
  { name: "net", files: ["src/net/**"], rooms: ["wire", "wire codes", "lib"], packages: ["bun:ffi"] },
  { name: "file lock", files: ["src/ops/file-lock.ts"], packages: ["bun:sqlite"] },
  { name: "ops", files: ["src/ops/**"], rooms: ["lib"] },

  // What the product does.
  { name: "services", files: ["src/services/**"], rooms: [...CONTRACTS, ...FLOOR] },

  // What it stands on: a contract, its selector, its adapters.
  { name: "store contract", files: ["src/store/store.ts", "src/store/contract/**"], rooms: [...FLOOR] },
  {
    name: "store selector",
    files: ["src/store/open.ts"],
    rooms: ["store contract", "mysql store", "sqlite store", ...FLOOR],
  },
  {
    name: "mysql store",
    files: ["src/store/mysql/**"],
    rooms: ["store contract", "store common", "mysql migrations", ...FLOOR],
    packages: ["mysql2", "drizzle-orm"],
  },
  {
    name: "sqlite store",
    files: ["src/store/sqlite/**"],
    rooms: ["store contract", "store common", "sqlite migrations", ...FLOOR],
    packages: ["bun:sqlite", "drizzle-orm"],
  },
  {
    name: "store common",
    files: ["src/store/*.ts"],
    rooms: ["store contract", ...FLOOR],
    packages: ["drizzle-orm"],
  },
  { name: "mysql migrations", files: ["drizzle/mysql/**"] },
  { name: "sqlite migrations", files: ["drizzle/sqlite/**"] },

  { name: "coordination contract", files: ["src/coordination/coordination.ts"], rooms: [...FLOOR] },
  {
    name: "coordination selector",
    files: ["src/coordination/open.ts"],
    rooms: ["coordination contract", "redis coordination", "memory coordination", ...FLOOR],
  },
  {
    name: "redis coordination",
    files: ["src/coordination/redis/**"],
    rooms: ["coordination contract", "coordination common", ...FLOOR],
    packages: ["ioredis"],
  },
  {
    name: "memory coordination",
    files: ["src/coordination/memory/**"],
    rooms: ["coordination contract", "coordination common", ...FLOOR],
    packages: ["bun:sqlite"],
  },
  {
    name: "coordination common",
    files: ["src/coordination/*.ts"],
    rooms: ["coordination contract", ...FLOOR],
  },

  { name: "mail contract", files: ["src/mail/mail.ts"], rooms: [...FLOOR] },
  {
    name: "mail selector",
    files: ["src/mail/open.ts"],
    rooms: ["mail contract", "mail transports", ...FLOOR],
  },
  {
    name: "mail transports",
    files: ["src/mail/**"],
    rooms: ["mail contract", ...FLOOR],
    packages: ["resend", "nodemailer"],
  },

  // What the client's side is made of.
  { name: "web", files: ["src/web/**"], rooms: ["client", "wire", "wire codes"], portable: true },
  { name: "client on Bun", files: ["src/client/tcp.ts"], rooms: ["client", "wire", "wire codes"] },
  { name: "client", files: ["src/client/**"], rooms: ["wire", "wire codes"], portable: true },

  // The floor.
  {
    name: "domain",
    files: ["src/domain/**"],
    rooms: ["wire codes", "lib"],
    packages: ["unhomoglyph", "validator"],
  },
  {
    name: "wire codes",
    files: ["src/wire/bad-input.ts", "src/wire/codes.ts", "src/wire/ids.ts", "src/wire/sizes.ts"],
    portable: true,
  },
  { name: "wire", files: ["src/wire/**"], rooms: ["wire codes"], portable: true },
  { name: "lib", files: ["src/lib/**"], rooms: ["manifest"] },
  { name: "manifest", files: ["package.json"] },
];

/**
 * Words that choose an adapter, and the one file that may compare with them. `src/config` is exempt: it declares
 * which words there are and what each needs beside it.
 */
export const SELECTOR_WORDS: readonly { words: readonly string[]; file: string }[] = [
  { words: ["mysql", "sqlite"], file: "src/store/open.ts" },
  { words: ["redis", "memory"], file: "src/coordination/open.ts" },
  { words: ["resend", "smtp", "outbox"], file: "src/mail/open.ts" },
];
