import { describe, expect, it } from '@jest/globals';
import type { Container, Task } from '../../../src/model/service.js';
import {
  expectedTargets,
  groupHealth,
  listedStates,
  readContainers,
  readTargets,
  type TargetHealth,
} from '../../../src/model/target-health.js';

const container = (fields: Partial<Container>): Container => ({
  name: 'api',
  image: 'repo@sha256:x',
  imageDigest: undefined,
  healthStatus: 'UNKNOWN',
  exitCode: undefined,
  reason: undefined,
  hostPorts: new Map(),
  ...fields,
});
const task = (fields: Partial<Task>): Task => ({
  arn: 'arn:aws:ecs:us-east-1:123456789012:task/prod/abc',
  taskDefinition: 'td',
  startedBy: 'ecs-svc/2',
  lastStatus: 'RUNNING',
  desiredStatus: 'RUNNING',
  containers: [container({})],
  privateIp: undefined,
  containerInstanceArn: undefined,
  startedAt: undefined,
  stopCode: undefined,
  stoppedReason: undefined,
  ...fields,
});
const balancer = { targetGroupArn: 'tg', containerName: 'api', containerPort: 3001 };
const reported = (id: string, port: number, state: string, reason?: string): TargetHealth => ({
  id,
  port,
  state,
  reason,
  description: undefined,
});

describe('the targets that tasks should have', () => {
  it('are address and container port in awsvpc mode', () => {
    expect(expectedTargets(balancer, [task({ privateIp: '10.0.0.7' })], new Map())).toEqual({
      targetGroupArn: 'tg',
      targets: [{ id: '10.0.0.7', port: 3001 }],
    });
  });

  it('are instance and dynamic host port on EC2', () => {
    const onEc2 = task({
      containerInstanceArn: 'ci',
      containers: [container({ hostPorts: new Map([[3001, 32768]]) })],
    });
    expect(expectedTargets(balancer, [onEc2], new Map([['ci', 'i-123']]))).toEqual({
      targetGroupArn: 'tg',
      targets: [{ id: 'i-123', port: 32768 }],
    });
  });

  it.each([
    ['has no address', task({})],
    ['has no host port', task({ containerInstanceArn: 'ci' })],
    [
      'is on an unknown instance',
      task({ containerInstanceArn: 'other', containers: [container({ hostPorts: new Map([[3001, 1]]) })] }),
    ],
  ])('are unknown while a task %s', (_, one) => {
    expect(expectedTargets(balancer, [one], new Map([['ci', 'i-123']]))).toBeUndefined();
  });
});

describe('reading target health', () => {
  const expected = {
    targetGroupArn: 'tg',
    targets: [
      { id: '10.0.0.7', port: 3001 },
      { id: '10.0.0.8', port: 3001 },
    ],
  };

  it('counts only our targets: old ones may drain for minutes', () => {
    const reading = readTargets(expected, [
      reported('10.0.0.7', 3001, 'healthy'),
      reported('10.0.0.8', 3001, 'healthy'),
      reported('10.0.0.1', 3001, 'draining', 'Target.DeregistrationInProgress'),
    ]);
    expect(reading).toEqual({ healthy: 2, expected: 2, waitingFor: [], hopeless: undefined });
  });

  it("waits for a target that is not healthy or not there, and says why in ELB's words", () => {
    const reading = readTargets(expected, [
      reported('10.0.0.7', 3001, 'unhealthy', 'Target.ResponseCodeMismatch'),
    ]);
    expect(reading.waitingFor).toEqual([
      'target 10.0.0.7:3001 is unhealthy (Target.ResponseCodeMismatch)',
      'target 10.0.0.8:3001 is not registered',
    ]);
    expect(reading.hopeless).toBeUndefined();
  });

  it('does not take the same address on another port for ours', () => {
    expect(readTargets(expected, [reported('10.0.0.7', 8080, 'healthy')]).healthy).toBe(0);
  });

  it('gives up at once on a target group that serves no traffic', () => {
    expect(readTargets(expected, [reported('10.0.0.7', 3001, 'unused', 'Target.NotInUse')]).hopeless).toMatch(
      /10\.0\.0\.7:3001.*serves no traffic/,
    );
  });
});

describe('the health of our targets in numbers', () => {
  const targetGroupArn =
    'arn:aws:elasticloadbalancing:us-east-1:123456789012:targetgroup/web/0123456789abcdef';
  const targets = ['10.0.0.7', '10.0.0.8', '10.0.0.9', '10.0.0.10'].map((id) => ({ id, port: 3001 }));
  const answer = [
    reported('10.0.0.7', 3001, 'healthy'),
    reported('10.0.0.8', 3001, 'unhealthy', 'Target.Timeout'),
    reported('10.0.0.9', 3001, 'unhealthy', 'Target.Timeout'),
    reported('10.0.0.1', 3001, 'draining', 'Target.DeregistrationInProgress'),
  ];

  it('counts ours by state and reason, also one that is not registered', () => {
    expect(groupHealth({ targetGroupArn, targets }, 4, answer)).toEqual({
      targetGroup: 'web',
      healthy: 1,
      expected: 4,
      states: { healthy: 1, unhealthy: 2, 'not registered': 1 },
      reasons: { 'Target.Timeout': 2 },
    });
  });

  it('expects a target of each task, also of one that has not told its address', () => {
    expect(groupHealth({ targetGroupArn, targets: [] }, 2, answer)).toMatchObject({
      healthy: 0,
      expected: 2,
      states: {},
    });
  });

  it("counts everybody's beside it", () => {
    expect(listedStates(targetGroupArn, answer)).toEqual({
      targetGroup: 'web',
      states: { healthy: 1, unhealthy: 2, draining: 1 },
    });
  });
});

describe('reading container health', () => {
  it('asks only containers with a health check of their own', () => {
    const tasks = [
      task({ containers: [container({ healthStatus: 'HEALTHY' }), container({ name: 'sidecar' })] }),
    ];
    expect(readContainers(tasks, new Set(['api']))).toMatchObject({
      healthy: 1,
      expected: 1,
      waitingFor: [],
    });
    expect(readContainers(tasks, new Set(['api', 'sidecar'])).waitingFor).toEqual([
      'container sidecar of task abc is UNKNOWN',
    ]);
  });
});
