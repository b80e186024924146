/**
 * @module faults/late
 * Which complaint it is that a text is missing: the situations in which it may happen have different causes, and a
 * rule each.
 */
import type { Watched } from "./device.ts";
import type { Text } from "./ledger.ts";
import type { Rule } from "./rules.ts";

export interface Late {
  readonly device: Watched;
  readonly text: Text;
  /** The other devices of its account. */
  readonly others: readonly Watched[];
  /** Whether the device has never shown a text of the conversation. */
  readonly first: boolean;
  /** Whether a link between nodes was broken about when it was written. */
  readonly linkWasBroken: boolean;
}

export function lateRule({ device, text, others, first, linkWasBroken }: Late): Rule {
  if (!device.showsOwn) return "not shown by the original's client";
  if (device.place?.zombie === true) return "kept by a zombie";
  if (linkWasBroken) return "not shown after a link healed";
  if (first) return "first text of a friendship not shown";
  if (others.some((other) => other.has(text))) return "shown to one device, not to the other";
  return "not shown in time";
}
