import type { JsonObject } from '../model/json.js';
import type { InputReader } from './reader.js';

/** The container health check in ECS's shape; its limits are those of the API (HealthCheck). */
export function readHealthCheck(read: InputReader): JsonObject | undefined {
  const timings = ['interval', 'timeout', 'retries', 'start-period'].map((part) => `health-check-${part}`);
  const command = read.text('health-check-command');
  if (command === undefined) {
    for (const name of timings.filter((timing) => read.text(timing) !== undefined)) {
      read.problem(`The input ${name} needs health-check-command.`);
    }
    return undefined;
  }
  const seconds = (name: string, otherwise: string, min: string, max: string): number =>
    read.duration(name, otherwise, { min, max }) / 1_000;
  return {
    command: [...healthCommand(read, command)],
    interval: seconds('health-check-interval', '30s', '5s', '300s'),
    timeout: seconds('health-check-timeout', '5s', '2s', '60s'),
    retries: read.integer('health-check-retries', 3, { min: 1, max: 10 }),
    startPeriod: seconds('health-check-start-period', '60s', '0s', '300s'),
  };
}

function healthCommand(read: InputReader, command: string): readonly string[] {
  if (!command.startsWith('[')) return ['CMD-SHELL', command];
  try {
    const parsed: unknown = JSON.parse(command);
    if (Array.isArray(parsed) && parsed.length > 0 && parsed.every((part) => typeof part === 'string'))
      return parsed;
  } catch {
    // Said below, in our words.
  }
  read.problem('The input health-check-command looks like a JSON array, but is not one of texts.');
  return [];
}
