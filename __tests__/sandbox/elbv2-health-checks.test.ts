import { describe, expect, it } from '@jest/globals';
import { type VirtualClock, virtualClock } from '../../sandbox/clock.js';
import type { Cloud } from '../../sandbox/cloud.js';
import { reviewUse, stopHealthChecks } from '../../sandbox/elbv2/health-checks.js';
import { elbOperations } from '../../sandbox/elbv2/operations.js';
import { deregisterTarget, registerTarget } from '../../sandbox/elbv2/targets.js';
import type { JsonObject } from '../../sandbox/json.js';
import {
  type Answering,
  type Made,
  answeringRuntime,
  behindHttps,
  emptyCloud,
  status,
} from './balanced-cloud.js';

const TARGET = { id: '10.0.0.1', port: 3001 };
const KEY = '10.0.0.1:3001';

interface Setting extends Made {
  readonly cloud: Cloud;
  readonly clock: VirtualClock;
  readonly tasks: Map<string, Answering>;
}

async function setting(targetGroup: JsonObject = {}): Promise<Setting> {
  const tasks = new Map<string, Answering>();
  const clock = virtualClock();
  const cloud = emptyCloud(answeringRuntime(tasks), clock);
  const group = {
    HealthCheckIntervalSeconds: 30,
    HealthCheckTimeoutSeconds: 5,
    HealthyThresholdCount: 2,
    UnhealthyThresholdCount: 3,
    ...targetGroup,
  };
  return { cloud, clock, tasks, ...(await behindHttps(cloud, group)) };
}

function health({ cloud, targetGroup }: Setting, key = KEY) {
  const { state, reason, description } = cloud.elb.targetGroups.get(targetGroup)?.targets.get(key) ?? {};
  return [state, reason, description];
}

const HEALTHY = ['healthy', undefined, undefined];
const FAILED = ['unhealthy', 'Target.FailedHealthChecks', 'Health checks failed'];

describe('a new target', () => {
  it('is being registered, and healthy after one check that it passes', async () => {
    const world = await setting();
    world.tasks.set(KEY, () => status(200));
    registerTarget(world.cloud, world.targetGroup, TARGET);
    expect(health(world)).toEqual([
      'initial',
      'Elb.RegistrationInProgress',
      'Target registration is in progress',
    ]);
    await world.clock.advance(2_000);
    expect(health(world)).toEqual(HEALTHY);
  });

  it('stays in initial health checking until it has failed as often as the threshold says', async () => {
    const world = await setting();
    registerTarget(world.cloud, world.targetGroup, TARGET);
    await world.clock.advance(2_000 + 2 * 30_000 - 1);
    expect(health(world)).toEqual([
      'initial',
      'Elb.InitialHealthChecking',
      'Initial health checks in progress',
    ]);
    await world.clock.advance(1);
    expect(health(world)).toEqual(FAILED);
  });

  it('is asked at the path, with the load balancer as user agent', async () => {
    const world = await setting();
    const seen: unknown[] = [];
    world.tasks.set(KEY, (request) => {
      seen.push([request.method, request.path, request.headers['user-agent'], request.headers['host']]);
      return status(200);
    });
    registerTarget(world.cloud, world.targetGroup, TARGET);
    await world.clock.advance(2_000);
    expect(seen).toEqual([['GET', '/live', 'ELB-HealthChecker/2.0', '10.0.0.1:3001']]);
  });

  it('is asked on the health check port where the group has one', async () => {
    const world = await setting({ HealthCheckPort: '9000' });
    world.tasks.set('10.0.0.1:9000', () => status(200));
    registerTarget(world.cloud, world.targetGroup, TARGET);
    await world.clock.advance(2_000);
    expect(health(world)).toEqual(HEALTHY);
  });

  it('is left alone when it is registered a second time', async () => {
    const world = await setting();
    world.tasks.set(KEY, () => status(200));
    registerTarget(world.cloud, world.targetGroup, TARGET);
    await world.clock.advance(2_000);
    registerTarget(world.cloud, world.targetGroup, TARGET);
    expect(health(world)).toEqual(HEALTHY);
  });
});

describe('a target that was healthy', () => {
  async function healthy(): Promise<Setting> {
    const world = await setting();
    world.tasks.set(KEY, () => status(200));
    registerTarget(world.cloud, world.targetGroup, TARGET);
    await world.clock.advance(2_000);
    return world;
  }

  it.each([
    [
      'answers 500',
      () => status(500),
      'Target.ResponseCodeMismatch',
      'Health checks failed with these codes: [500]',
    ],
    ['hangs', () => new Promise<never>(() => undefined), 'Target.Timeout', 'Request timed out'],
    [
      'reports a timed out connection',
      () => Promise.reject(Object.assign(new Error('slow'), { code: 'ETIMEDOUT' })),
      'Target.Timeout',
      'Request timed out',
    ],
    [
      'resets connections',
      () => Promise.reject(Object.assign(new Error('reset'), { code: 'ECONNRESET' })),
      'Target.FailedHealthChecks',
      'Health checks failed',
    ],
  ] satisfies [string, Answering, string, string][])(
    'is unhealthy when it %s three times in a row',
    async (_what, answering, reason, description) => {
      const world = await healthy();
      world.tasks.set(KEY, answering);
      await world.clock.advance(2 * 30_000 + 6_000);
      expect(health(world)).toEqual(HEALTHY);
      await world.clock.advance(30_000);
      expect(health(world)).toEqual(['unhealthy', reason, description]);
    },
  );

  it('stays healthy when failures are not in a row', async () => {
    const world = await healthy();
    let asked = 0;
    world.tasks.set(KEY, () => status(++asked % 3 === 0 ? 200 : 503));
    await world.clock.advance(20 * 30_000);
    expect(asked).toBe(20);
    expect(health(world)).toEqual(HEALTHY);
  });

  it('comes back after as many passed checks as the healthy threshold', async () => {
    const world = await healthy();
    world.tasks.delete(KEY);
    await world.clock.advance(3 * 30_000);
    expect(health(world)).toEqual(FAILED);
    world.tasks.set(KEY, () => status(200));
    await world.clock.advance(30_000);
    expect(health(world)).toEqual(FAILED);
    await world.clock.advance(30_000);
    expect(health(world)).toEqual(HEALTHY);
  });

  it('shows the latest reason while it stays unhealthy', async () => {
    const world = await healthy();
    world.tasks.delete(KEY);
    await world.clock.advance(3 * 30_000);
    world.tasks.set(KEY, () => status(502));
    await world.clock.advance(30_000);
    expect(health(world)).toEqual([
      'unhealthy',
      'Target.ResponseCodeMismatch',
      'Health checks failed with these codes: [502]',
    ]);
  });
});

describe('the matcher', () => {
  it.each([
    ['200', 200, true],
    ['200', 204, false],
    ['200-299', 204, true],
    ['200-299', 300, false],
    ['200,302', 302, true],
    ['200,301-303', 303, true],
    ['200,301-303', 304, false],
  ])('%s and an answer %i make a healthy target: %s', async (HttpCode, code, healthy) => {
    const world = await setting({ Matcher: { HttpCode } });
    world.tasks.set(KEY, () => status(code));
    registerTarget(world.cloud, world.targetGroup, TARGET);
    await world.clock.advance(200_000);
    expect(health(world)[0]).toBe(healthy ? 'healthy' : 'unhealthy');
  });
});

describe('a target group that no listener uses', () => {
  it('leaves its targets unused and unasked until a listener forwards to it, and again afterwards', async () => {
    const world = await setting();
    const { cloud, targetGroup, loadBalancer, https } = world;
    let asked = 0;
    world.tasks.set(KEY, () => {
      asked += 1;
      return status(200);
    });
    await elbOperations['DeleteListener']!(cloud, { ListenerArn: https });
    registerTarget(cloud, targetGroup, TARGET);
    const unused = [
      'unused',
      'Target.NotInUse',
      'Target group is not configured to receive traffic from the load balancer',
    ];
    await world.clock.advance(120_000);
    expect([health(world), asked]).toEqual([unused, 0]);

    const action = { Type: 'forward', TargetGroupArn: targetGroup };
    const again = { LoadBalancerArn: loadBalancer, Port: 8080, Protocol: 'HTTP', DefaultActions: [action] };
    await elbOperations['CreateListener']!(cloud, again);
    await world.clock.advance(2_000);
    expect([health(world), asked]).toEqual([HEALTHY, 1]);

    await elbOperations['DeleteLoadBalancer']!(cloud, { LoadBalancerArn: loadBalancer });
    await world.clock.advance(120_000);
    expect([health(world), asked]).toEqual([unused, 1]);
    expect(world.clock.untilNext()).toBeUndefined();
  });

  it('is in use as well when only a rule forwards to it', async () => {
    const world = await setting();
    const { cloud, targetGroup, https } = world;
    const fixed = { Type: 'fixed-response', FixedResponseConfig: { StatusCode: '404' } };
    await elbOperations['ModifyListener']!(cloud, { ListenerArn: https, DefaultActions: [fixed] });
    registerTarget(cloud, targetGroup, TARGET);
    expect(health(world)[1]).toBe('Target.NotInUse');
    await elbOperations['CreateRule']!(cloud, {
      ListenerArn: https,
      Priority: 1,
      Conditions: [{ Field: 'path-pattern', Values: ['/api/*'] }],
      Actions: [{ Type: 'forward', TargetGroupArn: targetGroup }],
    });
    expect(health(world)[1]).toBe('Elb.RegistrationInProgress');
  });
});

describe('deregistration', () => {
  it('drains a target for the delay of the group, 300 seconds by default, and asks it no more', async () => {
    const world = await setting();
    let asked = 0;
    world.tasks.set(KEY, () => {
      asked += 1;
      return status(200);
    });
    registerTarget(world.cloud, world.targetGroup, TARGET);
    await world.clock.advance(2_000);
    deregisterTarget(world.cloud, world.targetGroup, TARGET);
    deregisterTarget(world.cloud, world.targetGroup, TARGET);
    await world.clock.advance(299_999);
    expect(health(world)).toEqual([
      'draining',
      'Target.DeregistrationInProgress',
      'Target deregistration is in progress',
    ]);
    expect(asked).toBe(1);
    await world.clock.advance(1);
    expect(health(world)).toEqual([undefined, undefined, undefined]);
    expect(world.clock.untilNext()).toBeUndefined();
  });

  it('takes the delay from the attribute, and removes at once when it is zero', async () => {
    const world = await setting();
    const delay = (Value: string) =>
      elbOperations['ModifyTargetGroupAttributes']!(world.cloud, {
        TargetGroupArn: world.targetGroup,
        Attributes: [{ Key: 'deregistration_delay.timeout_seconds', Value }],
      });
    await delay('10');
    registerTarget(world.cloud, world.targetGroup, TARGET);
    deregisterTarget(world.cloud, world.targetGroup, TARGET);
    await world.clock.advance(10_000);
    expect(health(world)[0]).toBeUndefined();
    await delay('0');
    registerTarget(world.cloud, world.targetGroup, TARGET);
    deregisterTarget(world.cloud, world.targetGroup, TARGET);
    expect(health(world)[0]).toBeUndefined();
    expect(world.clock.untilNext()).toBeUndefined();
  });

  it('is undone by registering the target again, which starts from the beginning', async () => {
    const world = await setting();
    world.tasks.set(KEY, () => status(200));
    registerTarget(world.cloud, world.targetGroup, TARGET);
    await world.clock.advance(2_000);
    deregisterTarget(world.cloud, world.targetGroup, TARGET);
    await world.clock.advance(100_000);
    registerTarget(world.cloud, world.targetGroup, TARGET);
    expect(health(world)[1]).toBe('Elb.RegistrationInProgress');
    await world.clock.advance(400_000);
    expect(health(world)).toEqual(HEALTHY);
  });

  it('is not undone by the answer of a check that was under way', async () => {
    const world = await setting();
    let answer: (value: ReturnType<typeof status>) => void = () => undefined;
    world.tasks.set(KEY, () => new Promise((resolve) => (answer = resolve)));
    registerTarget(world.cloud, world.targetGroup, TARGET);
    await world.clock.advance(2_000);
    deregisterTarget(world.cloud, world.targetGroup, TARGET);
    answer(status(200));
    await world.clock.advance(1_000);
    expect(health(world)[0]).toBe('draining');
  });

  it('ignores a target that is not registered', async () => {
    const world = await setting();
    deregisterTarget(world.cloud, world.targetGroup, TARGET);
    expect(world.cloud.elb.targetGroups.get(world.targetGroup)?.targets.size).toBe(0);
  });
});

describe('a target that is an instance', () => {
  it('is reached under the private address of the container instance, and fails when there is none', async () => {
    const world = await setting({ TargetType: 'instance' });
    const instance = { arn: 'arn:i', ec2InstanceId: 'i-0123', privateIp: '10.9.9.9' };
    world.cloud.ecs.clusters.set('main', {
      name: 'main',
      arn: 'arn:main',
      status: 'ACTIVE',
      services: new Map(),
      tasks: new Map(),
      instances: new Map([[instance.arn, instance]]),
      tags: [],
    });
    world.tasks.set('10.9.9.9:32768', () => status(200));
    registerTarget(world.cloud, world.targetGroup, { id: 'i-0123', port: 32_768 });
    registerTarget(world.cloud, world.targetGroup, { id: 'i-9999', port: 32_768 });
    await world.clock.advance(100_000);
    expect(health(world, 'i-0123:32768')).toEqual(HEALTHY);
    expect(health(world, 'i-9999:32768')).toEqual(FAILED);
  });
});

describe('the end of the sandbox', () => {
  it('leaves nothing waiting on the clock', async () => {
    const world = await setting();
    registerTarget(world.cloud, world.targetGroup, TARGET);
    registerTarget(world.cloud, world.targetGroup, { id: '10.0.0.2', port: 3001 });
    await world.clock.advance(40_000);
    deregisterTarget(world.cloud, world.targetGroup, TARGET);
    stopHealthChecks(world.cloud);
    expect(world.clock.untilNext()).toBeUndefined();
  });

  it('is not disturbed by a review of what is in use', async () => {
    const world = await setting();
    world.tasks.set(KEY, () => status(200));
    registerTarget(world.cloud, world.targetGroup, TARGET);
    await world.clock.advance(2_000);
    reviewUse(world.cloud);
    expect(health(world)).toEqual(HEALTHY);
  });
});
