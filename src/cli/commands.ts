/**
 * @module cli/commands
 * All commands, in the order of the help text.
 */
import { check } from "./check.ts";
import type { Command } from "./command.ts";
import { migrate } from "./migrate.ts";
import { serve } from "./serve.ts";
import { status } from "./status.ts";
import { trace } from "./trace.ts";
import { user } from "./user.ts";
import { version } from "./version.ts";

export const commands: readonly Command[] = [serve, migrate, check, status, trace, user, version];
