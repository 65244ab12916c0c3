import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createApp } from './app.js';
import type { Config } from './config.js';
import type { Database } from './database.js';
import type { Log } from './log.js';

/** A service that listens. */
export interface Service {
  readonly address: AddressInfo;
  /**
   * Takes no more connections, lets requests finish, and gives the database back. Resolves to whether all that
   * was done within `deadline` milliseconds; connections that are still open then are cut.
   */
  stop(deadline: number): Promise<boolean>;
}

/**
 * Milliseconds. Longer than the 60 s after which an Application Load Balancer closes an idle connection, or it
 * would now and then send a request into one that is just being closed and answer 502 (Elastic Load Balancing
 * user guide, "Troubleshoot your Application Load Balancers", HTTP 502).
 */
const KEEP_ALIVE = 65_000;

/** Starts the service; rejects when the address cannot be had. */
export async function startService(config: Config, database: Database, log: Log): Promise<Service> {
  let stopping = false;
  const app = createApp(config, { database, log, stopping: () => stopping });
  const server = createServer({ keepAliveTimeout: KEEP_ALIVE, headersTimeout: KEEP_ALIVE + 1_000 });
  server.on('request', (request, response) => {
    // A connection that was busy when the service was told to stop has to be closed once it is idle.
    response.once('close', () => setImmediate(() => stopping && server.closeIdleConnections()));
    app(request, response);
  });
  server.listen(config.port, config.host);
  await once(server, 'listening');
  return {
    address: addressOf(server),
    async stop(deadline) {
      stopping = true;
      const all = closed(server)
        .then(() => database.close())
        .then(() => true);
      const finished = await Promise.race([all, after(deadline)]);
      if (!finished) server.closeAllConnections();
      return finished;
    },
  };
}

function after(milliseconds: number): Promise<false> {
  return new Promise((resolve) => setTimeout(() => resolve(false), milliseconds).unref());
}

function addressOf(server: Server): AddressInfo {
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('The server has no port.');
  return address;
}

/** Resolves when the last connection is closed; those without a request are closed at once. */
async function closed(server: Server): Promise<void> {
  await new Promise((resolve) => server.close(resolve));
}
