import { describe, expect, it } from '@jest/globals';
import type { Aws } from '../../../src/adapters/aws/aws.js';
import type { Facts } from '../../../src/facts.js';
import type { Deployment, Service, Task } from '../../../src/model/service.js';
import type { TargetHealth } from '../../../src/model/target-health.js';
import { health, unhealthy } from '../../../src/steps/health.js';
import { keptVoice, looks, scriptedAws, taskOf, thrownBy } from './scripted.js';
import { testWorld } from '../../world.js';

const REVISION = 'arn:aws:ecs:us-east-1:123456789012:task-definition/api:2';
const GROUP = 'arn:aws:elasticloadbalancing:us-east-1:123456789012:targetgroup/web/0123456789abcdef';
const own = { id: 'ecs-svc/2', taskDefinition: REVISION, previous: undefined, before: [] };
const deployment: Deployment = {
  id: own.id,
  status: 'PRIMARY',
  taskDefinition: REVISION,
  rolloutState: 'COMPLETED',
  rolloutStateReason: '',
  desiredCount: 100,
  runningCount: 100,
  pendingCount: 0,
  failedTasks: 0,
  createdAt: 0,
};
const service = {
  name: 'api',
  status: 'ACTIVE',
  taskDefinition: REVISION,
  desiredCount: 100,
  runningCount: 100,
  deployments: [deployment],
  events: [],
  loadBalancers: [{ targetGroupArn: GROUP, containerName: 'api', containerPort: 3001 }],
} as unknown as Service;
const tasks = Array.from({ length: 100 }, (_, index) => ({
  arn: `arn:aws:ecs:us-east-1:123456789012:task/prod/${String(index)}`,
  startedBy: own.id,
  lastStatus: 'RUNNING',
  containers: [],
  privateIp: `10.0.0.${String(index)}`,
})) as unknown as Task[];
const target = (index: number, state: string, reason?: string): TargetHealth => ({
  id: `10.0.0.${String(index)}`,
  port: 3001,
  state,
  reason,
  description: undefined,
});

/** Watches a hundred targets that are as `targets` says at each look, counted from 0. */
async function watched(
  targets: (look: number) => readonly TargetHealth[],
  described?: (look: number) => readonly Task[],
) {
  const there = testWorld();
  const said: string[] = [];
  let [facts, looks]: [Facts, number] = [{}, 0];
  const aws = {
    ecs: {
      service: () => Promise.resolve(service),
      // As the adapter does: what is known is not described again.
      tasks: (...[, , , known]: Parameters<Aws['ecs']['tasks']>) =>
        Promise.resolve((described?.(looks) ?? tasks).map((task) => known?.get(task.arn) ?? task)),
      instanceIds: () => Promise.resolve(new Map()),
    },
    requests: () => 0,
    balancing: { targetHealth: () => Promise.resolve(targets(looks++)) },
  } as unknown as Aws;
  const healthCheck = { command: ['CMD', 'true'] };
  const body = described ? { containerDefinitions: [{ name: 'api', healthCheck }] } : {};
  const next = { body } as unknown as Parameters<typeof health>[0]['next'];
  const check = { cluster: 'prod', service, own, next, targetGroups: [], targetHealthTimeout: 60_000 };
  const looking = health(check, aws, there.world, {
    note: () => undefined,
    skip: () => undefined,
    warn: () => undefined,
    know: (more) => Promise.resolve(void (facts = { ...facts, ...more })),
    progress: (text) => void said.push(text),
  });
  const error: unknown = await there.during(looking).then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  return { error, said, facts: () => facts, looks };
}

describe('the health of a hundred targets', () => {
  it('is counted by state and reason, three are named, and nothing is said twice', async () => {
    const { error, said, facts, looks } = await watched((look) =>
      tasks.map((_, index) =>
        index < 97 ? target((index + look) % 97, 'unhealthy', 'Target.Timeout') : target(index, 'healthy'),
      ),
    );
    expect(error).toMatchObject({ code: 'target-health' });
    expect(looks).toBeGreaterThan(20);
    expect(said).toEqual([
      '0.0s targets in web 3 of 100 healthy, 97 unhealthy (97 Target.Timeout)',
      'target 10.0.0.0:3001 is unhealthy (Target.Timeout)',
      'target 10.0.0.1:3001 is unhealthy (Target.Timeout)',
      'target 10.0.0.2:3001 is unhealthy (Target.Timeout)',
      'and 94 more',
    ]);
    expect(facts()).toEqual({
      targetHealth: [
        {
          targetGroup: 'web',
          healthy: 3,
          expected: 100,
          states: { healthy: 3, unhealthy: 97 },
          reasons: { 'Target.Timeout': 97 },
        },
      ],
    });
  });

  it('is told at each change, and known at the end', async () => {
    const { error, said, facts } = await watched((look) =>
      tasks
        .map((_, index) => target(index, look > index ? 'healthy' : 'initial'))
        .slice(0, look > 2 ? 100 : 0),
    );
    expect(error).toMatchObject({ code: 'target-health' });
    expect(said[0]).toBe('0.0s targets in web 0 of 100 healthy, 100 not registered');
    expect(said.filter((line) => line.includes('targets in web')).length).toBe(31 - 2);
    expect(facts().targetHealth).toMatchObject([{ healthy: 30, states: { initial: 70 } }]);
  });

  it('is known of what no wait will cure', async () => {
    const { error, facts } = await watched(() =>
      tasks.map((_, index) => target(index, 'unused', 'Target.NotInUse')),
    );
    expect(error).toMatchObject({ code: 'target-health' });
    expect(facts().targetHealth).toMatchObject([{ healthy: 0, reasons: { 'Target.NotInUse': 100 } }]);
  });
});

describe('the containers of a hundred tasks', () => {
  const healthy = () => tasks.map((_, index) => target(index, 'healthy'));
  const with0 = (healthStatus: string): readonly Task[] =>
    tasks.map((task, index) =>
      index === 0 ? ({ ...task, containers: [{ name: 'api', healthStatus }] } as unknown as Task) : task,
    );

  it('are healthy when each is so at the last look', async () => {
    const { error, looks } = await watched(healthy, () => with0('HEALTHY'));
    expect(error).toBeUndefined();
    expect(looks).toBe(3);
  });

  it('are not when one that was healthy at first is so no more', async () => {
    const { error } = await watched(healthy, (look) => with0(look === 0 ? 'HEALTHY' : 'UNHEALTHY'));
    expect(error).toMatchObject({ code: 'container-health' });
  });
});

describe('what is healthy', () => {
  const OTHER = GROUP.replace('/web/', '/admin/');
  const balancerOf = (targetGroupArn: string) => ({
    targetGroupArn,
    containerName: 'api',
    containerPort: 3001,
  });
  const look = (wish: {
    readonly groups?: readonly string[];
    readonly targetGroups?: readonly string[];
    readonly running?: readonly Task[];
    readonly checked?: boolean;
    readonly states?: Readonly<Record<string, string>>;
  }) => {
    const { groups = [], targetGroups = [], running = [taskOf('1')], checked = false, states = {} } = wish;
    const there = testWorld();
    const { voice, said } = keptVoice();
    const described = { ...service, loadBalancers: groups.map(balancerOf) };
    const asked: string[] = [];
    const aws = scriptedAws(
      { service: looks(described), tasks: () => Promise.resolve(running) },
      {
        balancing: {
          targetHealth(arn: string) {
            asked.push(arn);
            return Promise.resolve([target(1, states[arn] ?? 'healthy')]);
          },
        } as never,
      },
    );
    const body = checked ? { containerDefinitions: [{ name: 'api', healthCheck: {} }] } : {};
    const next = { body } as unknown as Parameters<typeof health>[0]['next'];
    const check = {
      cluster: 'prod',
      service: described,
      own,
      next,
      targetGroups,
      targetHealthTimeout: 20_000,
    };
    const done = there.during(health(check, aws, there.world, voice));
    return { done, said, asked };
  };
  const withContainer = (healthStatus: string) => [
    taskOf('1', { containers: [{ name: 'api', healthStatus }] as unknown as Task['containers'] }),
  ];

  it.each([
    [{ groups: [GROUP] }, '1 task, 1 healthy targets and containers, in 1 target group'],
    [{ groups: [GROUP, OTHER] }, '1 task, 2 healthy targets and containers, in 2 target groups'],
    [
      { checked: true, running: withContainer('HEALTHY') },
      '1 task, 1 healthy targets and containers, no load balancer, container health only',
    ],
    [{}, '1 task run; neither a load balancer nor a container health check says whether they are healthy'],
    [
      { running: [taskOf('1'), taskOf('2'), taskOf('9', { startedBy: 'ecs-svc/9' })] },
      '2 tasks run; neither a load balancer nor a container health check says whether they are healthy',
    ],
  ])('is told of %j', async (wish, summary) => {
    const { done, said } = look(wish);
    await done;
    expect(said.notes).toEqual([summary]);
    expect(said.facts.health).toBe(summary);
  });

  it('is asked of the chosen target groups alone', async () => {
    const { done, asked, said } = look({
      groups: [GROUP, OTHER],
      targetGroups: [OTHER],
      states: { [GROUP]: 'unhealthy' },
    });
    await done;
    expect(new Set(asked)).toEqual(new Set([OTHER]));
    expect(said.facts.targetHealth).toMatchObject([{ targetGroup: 'admin', healthy: 1 }]);
  });

  it('is nothing where no task of ours runs', async () => {
    const { done, asked } = look({
      groups: [GROUP],
      running: [taskOf('9', { startedBy: 'ecs-svc/9' })],
    });
    expect(await thrownBy(done)).toMatchObject({
      code: 'target-health',
      message: 'Not everything is healthy after 20s.',
    });
    expect(asked).toEqual([]);
  });

  it('is no task that has not told its address yet', async () => {
    const { done } = look({ groups: [GROUP], running: [taskOf('1', { privateIp: undefined })] });
    expect((await thrownBy(done)).message).toBe(
      'Not everything is healthy after 20s. a task has not told its address yet',
    );
  });

  it('is told with containers or targets as the cause, three of them by name', () => {
    const lines = ['container 1', 'container 2', 'container 3', 'container 4'];
    expect(unhealthy('Why.', lines, ['event'])).toMatchObject({
      code: 'container-health',
      message: 'Why. container 1 container 2 container 3',
      hint: expect.stringContaining("Run the container's health check by hand"),
      evidence: [...lines, 'event'],
    });
    expect(unhealthy('Why.', [...lines, 'target 1'])).toMatchObject({
      code: 'target-health',
      hint: expect.stringContaining("Check the health check's path and port"),
      evidence: [...lines, 'target 1'],
    });
    expect(unhealthy('Why.', [])).toMatchObject({ code: 'target-health', message: 'Why.', evidence: [] });
  });
});
