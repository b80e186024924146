/**
 * @module roles/role
 * What a role is: something that was started and can be stopped. Roles are wiring only; what they do is in
 * services/, http/, chat/ and rpc/.
 */

import type { Config } from "../config/schema.ts";
import type { Clock } from "../lib/clock.ts";
import type { Logger } from "../lib/log.ts";
import type { Meter } from "../lib/metrics.ts";
import type { DescriptorGuard } from "../net/descriptor-guard.ts";

export const roleNames = ["gateway", "verify", "balance", "chat"] as const;
export type RoleName = (typeof roleNames)[number];

/** A started role. */
export interface Role {
  /** Where it listens, by what is served there: `http`, `chat`, `ws`, `verify`, `balance`, `grpc`; `host:port`. */
  readonly addresses: Readonly<Record<string, string>>;
  /** Reads its TLS files again, where it has any, and has new connections use them. Never throws. */
  readonly reloadTls?: () => Promise<void>;
  /** Takes leave of its clients within its own time, then frees its ports. Never throws. */
  stop(): Promise<void>;
}

/** What every role is given. */
export interface RoleInput {
  readonly config: Config;
  readonly logger: Logger;
  readonly meter: Meter;
  readonly clock: Clock;
  /** Where the system tells how many descriptors there are. */
  readonly guard: DescriptorGuard | undefined;
}
