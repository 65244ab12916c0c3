import type { Ecs } from '../adapters/aws/ecs.js';
import { DeployError } from '../errors.js';
import type { StepVoice } from '../journal.js';
import { lastPart } from '../model/arn.js';
import { showDuration } from '../model/duration.js';
import { redact } from '../model/redact.js';
import { poll } from '../model/poll.js';
import { judge, progressLine, type OwnDeployment } from '../model/rollout.js';
import type { Service, ServiceEvent } from '../model/service.js';
import type { World } from '../world.js';

/** Milliseconds between two looks at the service while it rolls out. */
const INTERVAL = 2_000;
/** Milliseconds of silence after which the log says that the wait goes on. */
const HEARTBEAT = 30_000;

export interface Wait {
  readonly cluster: string;
  /** The service as it was before the deployment: its events are old news. */
  readonly service: Service;
  readonly own: OwnDeployment;
  /** Milliseconds. */
  readonly deploymentTimeout: number;
}

/** Follows our deployment by its id until ECS has completed it; throws when it failed, is gone or takes too long. */
export async function wait(
  { cluster, service: before, own, deploymentTimeout: limit }: Wait,
  ecs: Ecs,
  world: World,
  voice: StepVoice,
): Promise<Service> {
  const { clock, signal } = world;
  const started = clock.monotonic();
  const tell = teller(world, new Set(before.events.map(({ id }) => id)));
  let seen = false;
  const service = await poll({
    observe: () => ecs.service(cluster, before.name),
    judge(observed) {
      const age = clock.monotonic() - started;
      tell(observed, age, limit);
      const verdict = judge(observed, own, { seen, age });
      switch (verdict.state) {
        case 'progressing':
          seen ||= verdict.visible;
          return { done: false };
        case 'complete':
          return observed ? { done: true, result: observed } : { done: false };
        case 'failed':
          throw new DeployError(verdict.code, verdict.why, { evidence: recentEvents(observed, before) });
        case 'superseded':
          throw superseded(verdict.by.id, verdict.by.taskDefinition);
      }
    },
    expired: (last) => timedOut(last, before, limit),
    interval: INTERVAL,
    limit,
    clock,
    signal,
  });
  voice.note(
    `${own.id} completed after ${showDuration(clock.monotonic() - started)}, ${String(service.runningCount)} of ${String(service.desiredCount)} tasks run`,
  );
  return service;
}

/** Writes a line whenever something changed, each event once and in order, and a sign of life in between. */
function teller({ clock, log }: World, told: Set<string>) {
  let line = '';
  let spoke = clock.monotonic();
  return (service: Service | undefined, age: number, limit: number): void => {
    if (!service) return;
    const news = service.events.filter(({ id }) => !told.has(id)).reverse();
    const now = progressLine(service);
    if (now !== line) log.info(`${showDuration(age)} ${now}`);
    for (const event of news) {
      told.add(event.id);
      log.quote(`${showDuration(clock.now() - event.createdAt)} ago: ${redact(event.message)}`);
    }
    if (now !== line || news.length > 0) spoke = clock.monotonic();
    if (clock.monotonic() - spoke >= HEARTBEAT) {
      log.info(`${showDuration(age)} of at most ${showDuration(limit)}: nothing new`);
      spoke = clock.monotonic();
    }
    line = now;
  };
}

function recentEvents(service: Service | undefined, before: Service): readonly string[] {
  const old = new Set(before.events.map(({ id }) => id));
  const fresh: readonly ServiceEvent[] = (service?.events ?? []).filter(({ id }) => !old.has(id));
  return fresh.slice(0, 10).map(({ message }) => message);
}

function superseded(id: string, taskDefinition: string): DeployError {
  return new DeployError(
    'superseded',
    `Somebody else started ${id} of ${lastPart(taskDefinition)}: it replaced our deployment.`,
    {
      hint: 'Nothing was undone. Look who deployed, and run this job again if its commit should be live.',
    },
  );
}

function timedOut(last: Service | undefined, before: Service, limit: number): DeployError {
  const state = last ? ` Last seen: ${progressLine(last)}.` : '';
  return new DeployError('timeout', `The rollout is not complete after ${showDuration(limit)}.${state}`, {
    hint: 'Read the events of the service; raise deployment-timeout if the service only needs longer.',
    evidence: recentEvents(last, before),
  });
}
