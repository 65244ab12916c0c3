const UNITS = { s: 1_000, m: 60_000, h: 3_600_000 } as const;

/** Milliseconds of a duration such as `90s`, `15m` or `1h30m`; undefined when it is none. */
export function parseDuration(text: string): number | undefined {
  const parts = /^(?:(?<h>\d{1,4})h)?(?:(?<m>\d{1,5})m)?(?:(?<s>\d{1,6})s)?$/.exec(text)?.groups;
  if (!parts || text === '') return undefined;
  return Object.entries(UNITS).reduce((sum, [unit, ms]) => sum + Number(parts[unit] ?? 0) * ms, 0);
}

/** A duration as a person reads it: `0.4s`, `12s`, `3m 05s`, `1h 02m`. */
export function showDuration(ms: number): string {
  if (ms < 9_950) return `${(Math.max(0, ms) / 1_000).toFixed(1)}s`;
  const seconds = Math.round(ms / 1_000);
  if (seconds < 60) return `${String(seconds)}s`;
  const two = (value: number): string => String(value).padStart(2, '0');
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${String(minutes)}m ${two(seconds % 60)}s`;
  return `${String(Math.floor(minutes / 60))}h ${two(minutes % 60)}m`;
}
