import type { Aws } from '../adapters/aws/aws.js';
import { DeployError } from '../errors.js';
import type { StepVoice } from '../journal.js';
import { lastPart } from '../model/arn.js';
import { showDuration } from '../model/duration.js';
import { causeInEvents, failureFor, hopeless, likeliest } from '../model/failure.js';
import { poll } from '../model/poll.js';
import { eventLines, progressLine } from '../model/progress.js';
import { judge, type Verdict } from '../model/rollout.js';
import { NOT_REGISTERED, type TargetStates } from '../model/target-health.js';
import { primary, type Service, type ServiceDeployment, type ServiceEvent } from '../model/service.js';
import type { World } from '../world.js';
import { healthFacts, unhealthy, type HealthCheck, type Look } from './health.js';
import { teller, type Glance } from './tell.js';
import { watch, type Watched } from './watch.js';

/** Milliseconds between two looks at the service while it rolls out. */
const INTERVAL = 2_000;

/** What is waited for; `service` is as it was before the deployment: its events are old news. */
export interface Wait extends Omit<HealthCheck, 'targetHealthTimeout'> {
  /** Milliseconds. */
  readonly deploymentTimeout: number;
  /** Whether the deployment has a service deployment of its own, as one that UpdateService made has. */
  readonly recorded: boolean;
  /** Whether the wait ends with the first sure sign of a failure, or only when ECS has given up. */
  readonly failFast: boolean;
}

/** Follows our deployment by its id until ECS has completed it; throws when it failed, is gone or takes too long. */
export async function wait(wanted: Wait, aws: Aws, world: World, voice: StepVoice): Promise<Service> {
  const { own, service: before, deploymentTimeout: limit } = wanted;
  const { clock, signal } = world;
  const started = clock.monotonic();
  const tell = teller(limit, world, voice);
  const [observe, glance] = [observer(wanted, aws, world), glancing(world, before)];
  let last: Look | undefined;
  const waiting = poll({
    observe: () => observe().catch(tell.failed),
    judge(seen) {
      const look = seen.tasks?.look;
      if (look && (!last || isTelling(look))) last = look;
      const told = glance(seen);
      if (told) tell.look(told);
      if (seen.verdict.state === 'complete' && seen.service) return { done: true, result: seen.service };
      const failure = failureOf(seen, wanted);
      if (failure) throw failure;
      return { done: false };
    },
    expired: (seen) => timedOut(seen, before, limit),
    interval: INTERVAL,
    limit,
    clock,
    signal,
  });
  const service = await waiting.finally(tell.end).catch(async (error: unknown) => {
    // The health step is never reached: the last look that told something is all that there is.
    if (last) await voice.know(healthFacts(last));
    throw error;
  });
  voice.note(
    `${own.id} completed after ${showDuration(clock.monotonic() - started)}, ${String(service.runningCount)} of ${String(service.desiredCount)} tasks run`,
  );
  return service;
}

/** Tasks that stand in for those that failed tell nothing before their targets are registered. */
function isTelling({ tasks, groups }: Look): boolean {
  const isRegistered = ({ states }: TargetStates): boolean =>
    Object.keys(states).some((state) => state !== NOT_REGISTERED);
  return tasks.length > 0 && groups.every(isRegistered);
}

interface Observation {
  readonly service: Service | undefined;
  readonly verdict: Verdict;
  readonly tasks: Watched | undefined;
}

/** Looks at the service and judges it; at tasks and targets only where these may still tell more. */
function observer({ cluster, recorded, ...check }: Wait, aws: Aws, world: World): () => Promise<Observation> {
  const { own, service: before } = check;
  const { clock } = world;
  const look = watch({ cluster, recorded, ...check }, aws, world);
  let record: string | undefined;
  let seen = false;
  let lastSeen = clock.monotonic();
  return async () => {
    const service = await aws.ecs.service(cluster, before.name);
    const leads = service !== undefined && primary(service)?.id === own.id;
    if (leads && recorded) record = service.currentServiceDeployment;
    if (service?.deployments.some(({ id }) => id === own.id)) [seen, lastSeen] = [true, clock.monotonic()];
    const verdict = judge(service, own, {
      seen,
      unseenFor: clock.monotonic() - lastSeen,
      record: service && !leads ? await fateOf(record, aws) : undefined,
    });
    const done = verdict.state === 'complete' || verdict.state === 'superseded';
    return {
      service,
      verdict,
      tasks: service && !done ? await look(service, verdict.state === 'failed') : undefined,
    };
  };
}

/** What became of our service deployment, where the policy lets us ask. */
async function fateOf(arn: string | undefined, { ecs }: Aws): Promise<ServiceDeployment | undefined> {
  if (arn === undefined) return undefined;
  return ecs.serviceDeployment(arn).catch((error: unknown) => {
    if (error instanceof DeployError && error.code !== 'cancelled') return undefined;
    throw error;
  });
}

/** Why the wait is over for the worse, or undefined while it may still end well. */
function failureOf(
  { service, verdict, tasks }: Observation,
  { service: before, failFast }: Wait,
): DeployError | undefined {
  const events = recentEvents(service, before);
  const stopped = tasks?.stopped ?? [];
  switch (verdict.state) {
    case 'superseded':
      return superseded(verdict.by.id, verdict.by.taskDefinition);
    case 'failed': {
      // That ECS gave up says that tasks failed, but not why: the stopped tasks do.
      const said = new DeployError(verdict.code, verdict.why, {
        hint: HINTS[verdict.code] ?? 'Read the events of the service and its stopped tasks.',
        evidence: events,
      });
      const cause = verdict.code === 'circuit-breaker' ? likeliest(stopped) : undefined;
      return cause ? failureFor(cause, stopped, [verdict.why, ...events], said) : said;
    }
    case 'complete':
    case 'progressing': {
      if (!failFast) return undefined;
      const cause = tasks && hopeless(tasks);
      if (cause) return failureFor(cause, stopped, events);
      if (tasks?.hopelessTarget === undefined) return undefined;
      return new DeployError('target-health', tasks.hopelessTarget, {
        hint: 'Let a listener of the load balancer forward to the target group, in the zones that the tasks run in.',
        evidence: events,
      });
    }
  }
}

const HINTS: Partial<Record<DeployError['code'], string>> = {
  alarm: 'Look at the alarms of the deployment configuration: one went off while the release rolled out.',
  'scaled-to-zero': 'Scale the service up again: with no task there is nothing that could be proven.',
  'service-gone': 'Create the service again, then run the job again.',
};

/** What there is to tell of each look, each event once. */
function glancing({ clock }: World, before: Service): (seen: Observation) => Glance | undefined {
  const told = new Set(before.events.map(({ id }) => id));
  let stopped = 0;
  return ({ service, tasks }) => {
    if (!service) return undefined;
    if (tasks) stopped = tasks.stopped.length;
    const fresh = service.events.filter(({ id }) => !told.has(id));
    for (const { id } of fresh) told.add(id);
    return {
      line: lineOf(service, stopped, tasks),
      news: eventLines(fresh, clock.now()),
      idle: isThrottled(service, tasks)
        ? 'after tasks that failed to start ECS waits longer and longer before it starts the next'
        : undefined,
    };
  };
}

function lineOf(service: Service, stopped: number, tasks: Watched | undefined): string {
  return progressLine(service, { stopped, targets: tasks?.look?.listed ?? [] });
}

/** After failed starts ECS waits up to fifteen minutes before the next, and says nothing ("Amazon ECS service throttle logic"). */
function isThrottled(
  { runningCount, pendingCount, desiredCount }: Service,
  tasks: Watched | undefined,
): boolean {
  return pendingCount === 0 && runningCount < desiredCount && (tasks?.stopped.length ?? 0) > 0;
}

/** The last events since then, oldest first. */
function recentEvents(service: Service | undefined, before: Service): readonly string[] {
  const old = new Set(before.events.map(({ id }) => id));
  const fresh: readonly ServiceEvent[] = (service?.events ?? []).filter(({ id }) => !old.has(id));
  return fresh
    .slice(0, 10)
    .map(({ message }) => message)
    .reverse();
}

/** The error of a run whose deployment somebody else's has replaced. */
export function superseded(id: string, taskDefinition: string): DeployError {
  return new DeployError(
    'superseded',
    `Somebody else started ${id} of ${lastPart(taskDefinition)}: it replaced our deployment.`,
    {
      hint: 'Nothing was undone. Look who deployed, and run this job again if its commit should be live.',
    },
  );
}

function timedOut(last: Observation | undefined, before: Service, limit: number): DeployError {
  const events = recentEvents(last?.service, before);
  const stopped = last?.tasks?.stopped ?? [];
  const cause = likeliest(stopped) ?? causeInEvents(events);
  const late = `The rollout is not complete after ${showDuration(limit)}.`;
  if (cause) return failureFor(cause, stopped, events);
  const waitingFor = last?.tasks?.waitingFor ?? [];
  if (waitingFor.length > 0) return unhealthy(late, waitingFor, events);
  const state = last?.service ? ` Last seen: ${lineOf(last.service, stopped.length, last.tasks)}.` : '';
  return new DeployError('timeout', `${late}${state}`, {
    hint: 'Read the events of the service; raise the limit (deployment-timeout, rollback-timeout) if the service only needs longer.',
    evidence: events,
  });
}

/** The error of an undo whose service was deleted. */
export function gone(service: Service | undefined): DeployError {
  return new DeployError(
    'service-gone',
    `The service is ${service?.status ?? 'MISSING'}: there is nothing to restore.`,
    { hint: 'Create the service again, then release to it.' },
  );
}
