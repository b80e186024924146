/**
 * @module cli/roles
 * `--role=ROLE[,ROLE…]`: which roles a process has, and whether its stores allow it.
 */
import { embeddedCoordination, embeddedStorage } from "../config/embedded.ts";
import type { Config } from "../config/schema.ts";
import { nearest } from "../lib/nearest.ts";
import { type RoleName, roleNames } from "../roles/role.ts";
import { UsageError } from "./io.ts";

const ALL = "all";

/** @throws UsageError for a word that is no role. */
export function parseRoles(text: string): ReadonlySet<RoleName> {
  const roles = new Set<RoleName>();
  for (const word of text.split(",").map((part) => part.trim())) {
    const role = roleNames.find((name) => name === word);
    if (word === ALL) for (const name of roleNames) roles.add(name);
    else if (role) roles.add(role);
    else throw unknownRole(word);
  }
  return roles;
}

function unknownRole(word: string): UsageError {
  const known = [...roleNames, ALL];
  const meant = nearest(word, known);
  const hint = meant
    ? `did you mean ${meant}? There are ${known.join(", ")}`
    : `there are ${known.join(", ")}`;
  return new UsageError(`unknown role ${word === "" ? "(empty)" : word}; ${hint}`);
}

/**
 * Roles in several processes share state, and what is built in serves one process only.
 * @throws UsageError that says what to set.
 */
export function requireSharedState(roles: ReadonlySet<RoleName>, config: Config): void {
  const given = [...roles].join(",");
  if (embeddedCoordination(config) && roles.size < roleNames.length)
    throw new UsageError(
      `--role=${given}: roles in several processes share codes, tokens and sessions by Redis: set [Redis] in the configuration, or serve --role=all`,
    );
  if (embeddedStorage(config) && roles.has("gateway") !== roles.has("chat"))
    throw new UsageError(
      `--role=${given}: gateway and chat in several processes share accounts and messages by MySQL: set [MySQL] in the configuration, or serve both roles in one process`,
    );
}
