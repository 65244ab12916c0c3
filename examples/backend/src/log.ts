/** Writes one line of structured log. Give it names, counts and durations; never a body, a query or a person's data. */
export type Log = (
  level: 'info' | 'warn' | 'error',
  msg: string,
  fields?: Readonly<Record<string, string | number>>,
) => void;

/** A log on standard output, which the platform collects. */
export const log: Log = (level, msg, fields = {}) => {
  process.stdout.write(`${JSON.stringify({ level, time: new Date().toISOString(), msg, ...fields })}\n`);
};
