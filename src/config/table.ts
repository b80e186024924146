/**
 * @module config/table
 * What the configuration table is made of: keys in sections, and the typed object that follows from them.
 */
import type { Kind } from "./kinds.ts";

/** One key: its kind, what holds when nobody sets it, and what it means. */
export interface Key<T> extends Kind<T> {
  readonly default: T;
  /** One or a few sentences as in a manual: what it does, its unit, what the default leads to. */
  readonly meaning: string;
  /** What config.ini.example shows when that is not the default. A secret one is refused outside loopback. */
  readonly example: string | undefined;
  /** Whether config.ini.example sets it (else it shows it commented out). */
  readonly prominent: boolean;
}

export interface Section {
  /** What the section is about, for config.ini.example. */
  readonly about: string;
  readonly keys: Readonly<Record<string, Key<unknown>>>;
  /** The key that gets this value when a key of this section is set and that one is not. */
  readonly selects?: { readonly section: string; readonly key: string; readonly value: string };
}

/** A row of the table. `default` has to be a value that the kind can write and read back. */
export function key<T>(
  kind: Kind<T>,
  fallback: T,
  meaning: string,
  more: { readonly example?: string; readonly prominent?: boolean } = {},
): Key<T> {
  return {
    ...kind,
    default: fallback,
    meaning,
    example: more.example,
    prominent: more.prominent ?? false,
  };
}

/** The values of a table: `config.Section.key`, as the file writes them. */
export type ValuesOf<T extends Readonly<Record<string, Section>>> = {
  readonly [S in keyof T]: {
    readonly [K in keyof T[S]["keys"]]: T[S]["keys"][K] extends Key<infer V> ? V : never;
  };
};
