/** The container's health check: asks liveness, exits 0 or 1. Slim images have no curl. */
import { get } from 'node:http';
import { readConfig } from './config.js';

const { host, port } = readConfig(process.env);
const request = get(
  {
    host: host === '0.0.0.0' || host === '::' ? '127.0.0.1' : host,
    port,
    path: '/api/v1/health/live',
    timeout: 4_000,
  },
  (response) => process.exit(response.statusCode === 200 ? 0 : 1),
);
request.on('timeout', () => process.exit(1));
request.on('error', () => process.exit(1));
