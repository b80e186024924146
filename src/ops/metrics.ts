/**
 * @module ops/metrics
 * The registry behind `lib/metrics`, rendered in the Prometheus text format 0.0.4.
 */
import type { Counter, Histogram, Meter } from "../lib/metrics.ts";

export interface Metrics extends Meter {
  /** The content of `/metrics`. A gauge that cannot be read is left out. */
  render(): string;
}

export const METRICS_CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8";

type Labels = Readonly<Record<string, string>>;

/** One series: its lines for a name and labels. */
interface Series {
  lines(name: string, labels: Labels): string[];
}

interface Family {
  readonly type: "counter" | "gauge" | "histogram";
  readonly help: string;
  readonly series: Map<string, { readonly labels: Labels; readonly series: Series }>;
}

/** @throws Error when a name is registered as two types: a mistake in the program. */
export function createMetrics(): Metrics {
  const families = new Map<string, Family>();

  /** The series with that name and labels: the one that is there, or a new one. */
  const register = <S extends Series>(
    name: string,
    help: string,
    type: Family["type"],
    labels: Labels,
    make: () => S,
  ): S => {
    const family = families.get(name) ?? { type, help, series: new Map() };
    if (family.type !== type) throw new Error(`metric ${name} is a ${family.type} already, not a ${type}`);
    families.set(name, family);
    const key = labelText(labels);
    const known = family.series.get(key);
    // A gauge that is registered again reads from its new owner. What is known is of the family's type.
    if (known && type !== "gauge") return known.series as S;
    const series = make();
    family.series.set(key, { labels, series });
    return series;
  };

  return {
    counter: (name, help, labels = {}) => register(name, help, "counter", labels, newCounter),
    gauge: (name, help, read, labels = {}) => {
      register(name, help, "gauge", labels, () => newGauge(read));
    },
    histogram: (name, help, buckets, labels = {}) =>
      register(name, help, "histogram", labels, () => newHistogram(buckets)),
    render: () =>
      [...families]
        .flatMap(([name, { type, help, series }]) => [
          `# HELP ${name} ${help.replace(/\\/g, "\\\\").replace(/\n/g, "\\n")}`,
          `# TYPE ${name} ${type}`,
          ...[...series.values()].flatMap((one) => one.series.lines(name, one.labels)),
        ])
        .map((line) => `${line}\n`)
        .join(""),
  };
}

function newCounter(): Counter & Series {
  let value = 0;
  return {
    add: (amount = 1) => {
      value += amount;
    },
    lines: (name, labels) => [sample(name, labels, value)],
  };
}

function newGauge(read: () => number): Series {
  return {
    lines: (name, labels) => {
      try {
        return [sample(name, labels, read())];
      } catch {
        return [];
      }
    },
  };
}

function newHistogram(buckets: readonly number[]): Histogram & Series {
  const bounds = [...buckets].sort((a, b) => a - b);
  /** Per bound, not cumulative; the last is for what is above all. */
  const counts = new Array<number>(bounds.length + 1).fill(0);
  let sum = 0;
  return {
    observe: (value) => {
      let index = 0;
      while (index < bounds.length && value > (bounds[index] ?? 0)) index++;
      counts[index] = (counts[index] ?? 0) + 1;
      sum += value;
    },
    lines: (name, labels) => {
      let total = 0;
      const cumulative = [...bounds, Number.POSITIVE_INFINITY].map((bound, index) => {
        total += counts[index] ?? 0;
        return sample(`${name}_bucket`, { ...labels, le: numberText(bound) }, total);
      });
      return [...cumulative, sample(`${name}_sum`, labels, sum), sample(`${name}_count`, labels, total)];
    },
  };
}

const sample = (name: string, labels: Labels, value: number): string =>
  `${name}${labelText(labels)} ${numberText(value)}`;

function labelText(labels: Labels): string {
  const pairs = Object.entries(labels).map(([name, value]) => {
    const escaped = value.replace(/\\/g, "\\\\").replace(/"/g, '\\"').replace(/\n/g, "\\n");
    return `${name}="${escaped}"`;
  });
  return pairs.length === 0 ? "" : `{${pairs.join(",")}}`;
}

function numberText(value: number): string {
  if (value === Number.POSITIVE_INFINITY) return "+Inf";
  if (value === Number.NEGATIVE_INFINITY) return "-Inf";
  return String(value);
}
