import { readFileSync } from 'node:fs';

/** Everything that the environment decides. */
export interface Config {
  readonly host: string;
  readonly port: number;
  /** PostgreSQL connection string; without one the service is never ready. */
  readonly databaseUrl: string | undefined;
  /** The bearer token that opens the protected routes; without one nothing does. */
  readonly apiToken: string | undefined;
  /** Origins whose pages may read answers. */
  readonly corsOrigins: readonly string[];
  readonly release: Release;
}

/** Which build this is: what the version route answers. */
export interface Release {
  readonly gitSha: string;
  /** UTC, RFC 3339. */
  readonly buildTime: string;
  readonly nodeEnv: string;
  readonly version: string;
  readonly service: string;
}

type Environment = Readonly<Record<string, string | undefined>>;

/** Reads the environment; throws one error that names every variable that makes no sense. */
export function readConfig(env: Environment): Config {
  const { name, version } = readPackage();
  const problems: string[] = [];
  const address = readAddress(env);
  if (Number.isNaN(address.port)) problems.push('PORT is not a port.');
  const config: Config = {
    ...address,
    databaseUrl: env['DATABASE_URL'] || undefined,
    apiToken: env['API_TOKEN'] || undefined,
    corsOrigins: readOrigins(env['CORS_ORIGINS'] ?? '', problems),
    release: {
      gitSha: env['GIT_SHA'] || 'unknown',
      buildTime: env['BUILD_TIME'] || 'unknown',
      nodeEnv: env['NODE_ENV'] || 'development',
      version,
      service: name,
    },
  };
  if (problems.length > 0) throw new Error(problems.join(' '));
  return config;
}

/** Reads `HOST` and `PORT`, which the container health check needs as well; a port that is none is NaN. */
export function readAddress(env: Environment): { readonly host: string; readonly port: number } {
  const port = env['PORT'] || '3001';
  const valid = /^\d+$/.test(port) && Number(port) <= 65_535;
  return { host: env['HOST'] || '0.0.0.0', port: valid ? Number(port) : NaN };
}

/** An origin is compared as a whole, so one that browsers never send, such as one with a path, is a mistake. */
function readOrigins(list: string, problems: string[]): readonly string[] {
  const origins = list.split(/[\s,]+/).filter((origin) => origin !== '');
  for (const origin of origins) {
    const isOrigin = /^https?:/.test(origin) && URL.canParse(origin) && new URL(origin).origin === origin;
    if (!isOrigin) problems.push(`CORS_ORIGINS has an entry that is not an origin: ${origin}`);
  }
  return origins;
}

function readPackage(): { name: string; version: string } {
  const text = readFileSync(new URL('../package.json', import.meta.url), 'utf8');
  const { name, version } = JSON.parse(text) as { name: string; version: string };
  return { name, version };
}
