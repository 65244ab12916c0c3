import { readFileSync } from 'node:fs';
import { createApp } from './app.js';
import { readConfig } from './config.js';
import { postgres } from './database.js';
import { log } from './log.js';

/** Longer than the load balancer's idle timeout of 60 s, which else may reuse a connection that we just closed (ALB, "502"). */
const KEEP_ALIVE = 65_000;
/** ECS kills a container 30 s after SIGTERM, unless its stop timeout says otherwise. */
const GRACE = 20_000;

const config = readConfig(process.env);
const database = config.databaseUrl === undefined ? undefined : postgres(config.databaseUrl, log);
let stopping = false;

const app = createApp(config, { database, log, stopping: () => stopping, version: packageVersion() });
const server = app.listen(config.port, config.host, (error) => {
  if (error) {
    log('error', 'cannot listen', { error: error.message });
    process.exit(1);
  }
  log('info', 'listening', { port: config.port, gitSha: config.gitSha });
});
server.keepAliveTimeout = KEEP_ALIVE;
server.headersTimeout = KEEP_ALIVE + 1_000;

for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, stop);

/** Takes no new connections, finishes what runs, closes the database and leaves. */
function stop(): void {
  stopping = true;
  log('info', 'stopping');
  setTimeout(() => process.exit(1), GRACE).unref();
  server.close(() => void leave());
  server.closeIdleConnections();
}

async function leave(): Promise<void> {
  await database?.close().catch(() => undefined);
  process.exit(0);
}

function packageVersion(): string {
  const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as {
    version: string;
  };
  return version;
}
