import { lastPart } from '../../src/model/arn.js';
import type { Service } from '../../src/model/service.js';
import type { Account } from './account.js';
import type { Note } from './case.js';

/** Milliseconds between two looks; no more often than that in real time, even at a higher pace. */
const INTERVAL = 2_000;
const LEAST = 100;

/** What a service looked like, each look that differs from the one before it. */
export interface Seen {
  readonly looks: readonly Service[];
}

/** Looks at the service while something goes on; `onLook` hears of each look. */
export async function watched<T>(
  account: Account,
  work: Promise<T>,
  onLook: (service: Service) => void = () => undefined,
): Promise<Seen & { readonly result: T }> {
  const looks: Service[] = [];
  const { aws, inputs } = account;
  const [over, end] = [new AbortController(), work.finally(() => over.abort())];
  let last = '';
  while (!over.signal.aborted) {
    // A look that fails must not end the watch over work that goes on.
    const service = await aws.ecs.service(inputs.cluster, inputs.service).catch(() => undefined);
    if (service && summary(service) !== last) {
      last = summary(service);
      looks.push(service);
    }
    if (service) onLook(service);
    const pause = account.sleep(Math.max(INTERVAL, LEAST * inputs.pace));
    await Promise.race([pause, end.catch(() => undefined)]);
  }
  return { looks, result: await end };
}

function summary({ deployments, currentServiceDeployment }: Service): string {
  const states = deployments.map(({ id, status, rolloutState, rolloutStateReason }) =>
    [id, status, rolloutState, rolloutStateReason].join(),
  );
  return [...states, currentServiceDeployment].join();
}

/** What ECS says of a deployment that comes to no harm. */
const USUAL = /^ECS deployment ecs-svc\/\d+ (in progress|completed)\.$/;

/** Notes what was seen of deployments, each state with its reason once, unless it is the usual one. */
export function noteDeployments({ looks }: Seen, note: Note): void {
  const told = looks.flatMap(({ deployments }) =>
    deployments
      .filter(({ rolloutStateReason }) => !USUAL.test(rolloutStateReason))
      .map(
        ({ id, status, rolloutState, rolloutStateReason, taskDefinition }) =>
          `${id} ${status} ${rolloutState} ${lastPart(taskDefinition)}: ${rolloutStateReason}`,
      ),
  );
  for (const line of new Set(told)) note(line);
}

/** Notes the events since the first look that name a deployment or say that one failed. */
export function noteEvents({ looks }: Seen, note: Note): void {
  const [first, last] = [looks[0], looks.at(-1)];
  const known = new Set(first?.events.map(({ id }) => id));
  const news = (last?.events ?? []).filter(({ id }) => !known.has(id));
  const naming = news.filter(({ message }) => /\(deployment |rolling back|deployment failed/.test(message));
  note(`${String(news.length)} events, ${String(naming.length)} of them name a deployment`);
  const point = 'which event names a deployment that was rolled back';
  for (const { message } of naming.reverse())
    note(`event: ${message}`, message.includes('deployment failed') ? point : undefined);
}
