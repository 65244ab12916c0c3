const UNITS: Readonly<Record<string, number>> = { s: 1_000, m: 60_000 };

/** Milliseconds of an input such as `90s` or `15m`; undefined where it is not given. */
export function readDuration(given: string | undefined): number | undefined {
  const [, count, unit = ''] = /^(\d+)([sm])$/.exec(given ?? '') ?? [];
  return count === undefined ? undefined : Number(count) * (UNITS[unit] ?? 0);
}
