/** What the service is told by its environment; nothing else of the environment is read. */
export interface Config {
  readonly host: string;
  readonly port: number;
  readonly databaseUrl: string | undefined;
  /** The commit that this image was built from; baked in by the Dockerfile. */
  readonly gitSha: string;
  /** UTC, RFC 3339; baked in by the Dockerfile. */
  readonly buildTime: string;
  readonly nodeEnv: string;
  /** Origins whose pages may call this service. */
  readonly corsOrigins: ReadonlySet<string>;
  /** Who has it may read what is protected; absent: nobody may. */
  readonly apiToken: string | undefined;
}

/** Reads the configuration; throws when the port is none. */
export function readConfig(env: Readonly<Record<string, string | undefined>>): Config {
  const port = Number(env['PORT'] ?? 3001);
  if (!Number.isInteger(port) || port < 0 || port > 65_535) throw new Error('PORT must be a port number.');
  return {
    host: env['HOST'] ?? '0.0.0.0',
    port,
    databaseUrl: env['DATABASE_URL'] || undefined,
    gitSha: env['GIT_SHA'] || 'unknown',
    buildTime: env['BUILD_TIME'] || 'unknown',
    nodeEnv: env['NODE_ENV'] || 'development',
    corsOrigins: new Set(
      (env['CORS_ORIGINS'] ?? '')
        .split(',')
        .map((origin) => origin.trim())
        .filter(Boolean),
    ),
    apiToken: env['API_TOKEN'] || undefined,
  };
}
