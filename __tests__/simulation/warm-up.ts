import { play } from './play.js';
import { PLAIN_SERVICE, type Schedule } from './schedule.js';
import type { Shelf } from './shelf.js';

/** A day on which every client is used, of an answer that is an error as well. */
const DAY: Schedule = {
  seed: 0,
  wired: true,
  mode: 'release',
  inputs: {},
  service: PLAIN_SERVICE,
  candidate: { kind: 'crashes', after: 1_000 },
  back: 'fine',
  faults: ['ecs:*', 'ecr:*', 'logs:*', 'elasticloadbalancing:*'].map((action) => ({
    action,
    kind: 'throttle',
    after: 0,
    times: 1,
    delay: 0,
  })),
  cut: undefined,
  others: [],
  next: 'none',
};

/**
 * Lets the SDK load what it loads on first use: virtual time does not wait for that, and the first day would go another way
 * than the same one later.
 */
export async function warmUp(shelf: Shelf): Promise<void> {
  await Promise.all([
    import('@aws-sdk/client-ecs'),
    import('@aws-sdk/client-ecr'),
    import('@aws-sdk/client-cloudwatch-logs'),
    import('@aws-sdk/client-elastic-load-balancing-v2'),
    import('@aws-sdk/client-sts'),
  ]);
  await play(DAY, shelf);
}
