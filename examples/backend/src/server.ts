import { readConfig } from './config.js';
import { connectDatabase } from './database.js';
import { createLog, describeError } from './log.js';
import { startService } from './service.js';

/** Milliseconds; below the 30 s that ECS leaves between SIGTERM and SIGKILL (`stopTimeout`, when nothing is set). */
const DEADLINE = 25_000;

const log = createLog(process.stdout);
process.on('uncaughtException', (error) => {
  log.error('service failed', describeError(error));
  process.exit(1);
});

const config = configOrExit();
const database = connectDatabase(config.databaseUrl, log);
const service = await startService(config, database, log);
const { gitSha, version } = config.release;
log.info('listening', { ...service.address, gitSha, version });
for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => void stop());

async function stop(): Promise<void> {
  log.info('stopping');
  const finished = await service.stop(DEADLINE);
  log.info('stopped', { finished: String(finished) });
  process.exit(finished ? 0 : 1);
}

function configOrExit() {
  try {
    return readConfig(process.env);
  } catch (error) {
    log.error(error instanceof Error ? error.message : 'The configuration cannot be read.');
    process.exit(1);
  }
}
