/**
 * @module faults/mutants/mutant
 * A build that is broken on purpose, to show that the checker sees it: the sources with a few words replaced.
 */
import type { Change } from "../builds.ts";
import type { Fault } from "../fault.ts";
import type { Rule } from "../rules.ts";
import type { Scene } from "../scenes/scene.ts";

export interface Mutant {
  /** What the build would do. */
  readonly name: string;
  readonly changes: readonly Change[];
  /** Faults and scenes under which the difference shows; none unless given. */
  readonly faults?: { readonly count: number; readonly kinds: readonly Fault[] };
  readonly scenes?: readonly Scene[];
  /** How long it takes to show; 12 unless given. */
  readonly seconds?: number;
  /** What the checker is to find, whatever else it finds. */
  readonly breaks: Rule;
  /** Runs in every `bun test`, too. */
  readonly short?: boolean;
}
