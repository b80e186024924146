/**
 * @module coordination/routes
 * The order of a user's routes, the same in both adapters (bind.lua has it in Lua).
 */
import type { Route } from "../domain/entities.ts";

/** Oldest first: by when the session began, then by its bind. */
export const byAge = (a: Route, b: Route): number => a.since - b.since || a.epoch - b.epoch;
