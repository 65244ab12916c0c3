/** What a line may say beside its message: never a body, a query string, a header or a person's data. */
export type Fields = Readonly<Record<string, string | number | undefined>>;

/** Writes one JSON object a line. */
export interface Log {
  info(msg: string, fields?: Fields): void;
  warn(msg: string, fields?: Fields): void;
  error(msg: string, fields?: Fields): void;
}

/** A log on the given stream. */
export function createLog(stream: { write(line: string): unknown }): Log {
  const write = (level: string, msg: string, fields: Fields = {}): void => {
    stream.write(`${JSON.stringify({ level, time: new Date().toISOString(), msg, ...fields })}\n`);
  };
  return {
    info: (msg, fields) => write('info', msg, fields),
    warn: (msg, fields) => write('warn', msg, fields),
    error: (msg, fields) => write('error', msg, fields),
  };
}

/** Kind, code and place of an error. Its message is left out: drivers put a row's values into it. */
export function describeError(error: unknown): Fields {
  if (!(error instanceof Error)) return { error: typeof error };
  const code = 'code' in error && typeof error.code === 'string' ? error.code : undefined;
  const at = /^ +at (.+)$/m.exec(error.stack ?? '')?.[1];
  return { error: error.name, code, at };
}
