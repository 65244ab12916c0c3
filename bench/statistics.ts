/** The middle and the spread of some measurements, in their unit. */
export interface Spread {
  readonly p10: number;
  readonly median: number;
  readonly p90: number;
}

/** The value below which a share of the sorted values lies, between two neighbours by linear interpolation. */
function quantile(sorted: readonly number[], share: number): number {
  const at = (sorted.length - 1) * share;
  const below = sorted[Math.floor(at)] ?? Number.NaN;
  const above = sorted[Math.ceil(at)] ?? Number.NaN;
  return below + (above - below) * (at - Math.floor(at));
}

/** Median with the 10th and 90th percentile; NaN for no values at all. */
export function spread(values: readonly number[]): Spread {
  const sorted = values.toSorted((a, b) => a - b);
  return { p10: quantile(sorted, 0.1), median: quantile(sorted, 0.5), p90: quantile(sorted, 0.9) };
}

/** The middle and the extremes of a few measurements, in their unit. */
export interface Range {
  readonly min: number;
  readonly median: number;
  readonly max: number;
}

/** Median with the least and the greatest value; NaN for no values at all. */
export function range(values: readonly number[]): Range {
  const sorted = values.toSorted((a, b) => a - b);
  return { min: quantile(sorted, 0), median: quantile(sorted, 0.5), max: quantile(sorted, 1) };
}

/** The values in random order (Fisher and Yates); `random` gives numbers from 0 up to 1. */
export function shuffled<T>(values: readonly T[], random: () => number = Math.random): readonly T[] {
  const left = [...values];
  return values.flatMap(() => left.splice(Math.floor(random() * left.length), 1));
}
