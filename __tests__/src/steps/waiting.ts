import { wait, type Wait } from '../../../src/steps/wait.js';
import type { Service, Task } from '../../../src/model/service.js';
import type { TargetHealth } from '../../../src/model/target-health.js';
import { testWorld } from '../../world.js';
import { revisionArn } from '../model/rolling-service.js';
import { BEFORE, keptVoice, looks, scriptedAws, thrownBy } from './scripted.js';

const OWN = {
  id: 'ecs-svc/2',
  taskDefinition: revisionArn(2),
  previous: revisionArn(1),
  before: ['ecs-svc/1'],
};
const GROUP = 'arn:aws:elasticloadbalancing:us-east-1:123456789012:targetgroup/web/0123456789abcdef';
/** A service behind one load balancer. */
export const BALANCED = {
  loadBalancers: [{ targetGroupArn: GROUP, containerName: 'api', containerPort: 3001 }],
};

/** What is waited for, and what AWS says meanwhile. */
export interface Wish extends Partial<Wait> {
  readonly seen: readonly (Service | undefined | Error)[];
  readonly running?: readonly Task[] | (() => readonly Task[]);
  readonly stopped?: readonly Task[];
  readonly targets?: readonly TargetHealth[];
  /** What ECS says of our service deployment, or throws. */
  readonly record?: Error | { readonly status: string; readonly statusReason: string };
}

/** Waits for the second deployment of a service that is as `seen` says at each look. */
export function waited({ seen, running = [], stopped = [], targets = [], record, ...wish }: Wish) {
  const there = testWorld();
  const { voice, said } = keptVoice();
  const asked: string[] = [];
  /** The looks at tasks, with the seconds since the start. */
  const looked: string[] = [];
  const began = there.clock.now();
  const aws = scriptedAws(
    {
      service: looks(...seen),
      tasks(_, __, status) {
        looked.push(`${String((there.clock.now() - began) / 1_000)} ${status}`);
        const now = typeof running === 'function' ? running() : running;
        return Promise.resolve(status === 'RUNNING' ? now : stopped);
      },
      serviceDeployment(arn) {
        asked.push(arn);
        if (record instanceof Error) return Promise.reject(record);
        return Promise.resolve(record && { ...record, arn, targetServiceRevisionArn: '', createdAt: 0 });
      },
    },
    { balancing: { targetHealth: () => Promise.resolve(targets) } as never },
  );
  const wanted: Wait = {
    ...{ cluster: 'prod', service: BEFORE, own: OWN, targetGroups: [] },
    next: { body: {} } as never,
    ...{ deploymentTimeout: 600_000, recorded: true, failFast: true },
    ...wish,
  };
  return { ...there, said, asked, looked, done: there.during(wait(wanted, aws, there.world, voice)) };
}

/** The same for a wait that fails. */
export const failing = async (wish: Wish) => {
  const there = waited(wish);
  return { ...there, error: await thrownBy(there.done) };
};
