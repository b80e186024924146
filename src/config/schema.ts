/**
 * @module config/schema
 * THE table of the configuration: every section and key, its kind, its default and its meaning. The parser,
 * the environment names, the typed `Config`, config.ini.example and `chatsrv check` all follow from it; a new
 * setting is one row in `sections/`. Names are those of the original's config.ini where it had them.
 */
import { limits } from "./sections/limits.ts";
import { operations } from "./sections/operations.ts";
import { roles } from "./sections/roles.ts";
import { stores } from "./sections/stores.ts";
import type { ValuesOf } from "./table.ts";

/** In the order of config.ini.example. */
export const schema = { ...roles, ...stores, ...operations, Limits: limits } as const;

/** The effective configuration, typed by the table: `config.ChattingServer.legacy_frame_gap`. Units as written there. */
export type Config = ValuesOf<typeof schema>;
