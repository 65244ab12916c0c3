import type { HttpResponse } from '../world.js';

/** The status of an answer, and whether the load balancer gave it itself (Application Load Balancers name themselves `awselb/2.0`). */
export function showStatus({ status, headers }: HttpResponse): string {
  const own = /^awselb\//i.test(headers['server']?.[0] ?? '');
  return `status ${String(status)}${own ? ' of the load balancer itself' : ''}`;
}

/** Statuses as a person lists them: `200, 204 or 404`. */
export function showStatuses(all: readonly number[]): string {
  const [last, ...rest] = [...all].reverse();
  return rest.length === 0 ? String(last) : `${rest.reverse().join(', ')} or ${String(last)}`;
}
