import { get } from 'node:http';
import { readAddress } from './config.js';

/** Milliseconds; below the 5 s after which the container runtime gives up on the check itself. */
const PATIENCE = 4_000;

/** The wildcard addresses are for listening only; whoever listens on them answers on loopback. */
const LOOPBACK: Readonly<Record<string, string>> = { '0.0.0.0': '127.0.0.1', '::': '::1' };

const { host, port } = readAddress(process.env);
const request = get({
  host: LOOPBACK[host] ?? host,
  port,
  path: '/api/v1/health/live',
  signal: AbortSignal.timeout(PATIENCE),
});
request.on('response', ({ statusCode }) => process.exit(statusCode === 200 ? 0 : 1));
request.on('error', () => process.exit(1));
