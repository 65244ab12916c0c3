import {
  CreateListenerCommand,
  CreateLoadBalancerCommand,
  CreateRuleCommand,
  CreateTargetGroupCommand,
  DeleteListenerCommand,
  DeleteLoadBalancerCommand,
  DeleteRuleCommand,
  DeleteTargetGroupCommand,
  DeregisterTargetsCommand,
  DescribeListenerAttributesCommand,
  DescribeListenersCommand,
  DescribeLoadBalancerAttributesCommand,
  DescribeLoadBalancersCommand,
  DescribeRulesCommand,
  DescribeTargetGroupAttributesCommand,
  DescribeTargetGroupsCommand,
  DescribeTargetHealthCommand,
  ElasticLoadBalancingV2Client,
  ModifyListenerCommand,
  ModifyLoadBalancerAttributesCommand,
  ModifyTargetGroupAttributesCommand,
  ModifyTargetGroupCommand,
  RegisterTargetsCommand,
  paginateDescribeTargetGroups,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { type VirtualClock, virtualClock } from '../../sandbox/clock.js';
import type { Cloud } from '../../sandbox/cloud.js';
import { elbService } from '../../sandbox/elbv2/service.js';
import { answerQuery } from '../../sandbox/protocol/query.js';
import { type Answering, answeringRuntime, emptyCloud, status } from '../sandbox/balanced-cloud.js';

let cloud: Cloud;
let clock: VirtualClock;
let tasks: Map<string, Answering>;
let elb: ElasticLoadBalancingV2Client;

interface SentRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: Record<string, string>;
  readonly body?: unknown;
}

/** The real SDK over an in-process transport into the sandbox. */
function clientOf(world: Cloud, accessKeyId = 'AKIALOCAL'): ElasticLoadBalancingV2Client {
  return new ElasticLoadBalancingV2Client({
    region: world.region,
    maxAttempts: 1,
    credentials: { accessKeyId, secretAccessKey: 'secret' },
    requestHandler: {
      handle: async ({ method, path, headers, body }: SentRequest) => {
        const lower = Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]);
        const request = { method, path, headers: Object.fromEntries(lower) as Record<string, string> };
        const answer = await answerQuery(world, [elbService], { ...request, body: String(body) });
        const { status: statusCode, headers: answered } = answer;
        return { response: { statusCode, headers: answered, body: new TextEncoder().encode(answer.body) } };
      },
    },
  });
}

beforeEach(() => {
  tasks = new Map();
  clock = virtualClock();
  cloud = emptyCloud(answeringRuntime(tasks), clock);
  elb = clientOf(cloud);
});

const CERTIFICATE = 'arn:aws:acm:us-east-1:123456789012:certificate/11111111-2222-3333-4444-555555555555';
const MISSING = 'arn:aws:elasticloadbalancing:us-east-1:123456789012';

async function loadBalancer(Name = 'web'): Promise<string> {
  const { LoadBalancers } = await elb.send(
    new CreateLoadBalancerCommand({ Name, Subnets: ['subnet-a', 'subnet-b'] }),
  );
  return LoadBalancers![0]!.LoadBalancerArn!;
}

async function targetGroup(Name = 'web'): Promise<string> {
  const { TargetGroups } = await elb.send(
    new CreateTargetGroupCommand({
      Name,
      Protocol: 'HTTP',
      Port: 3001,
      TargetType: 'ip',
      HealthCheckPath: '/api/v1/health/live',
      HealthyThresholdCount: 2,
      UnhealthyThresholdCount: 3,
    }),
  );
  return TargetGroups![0]!.TargetGroupArn!;
}

async function listener(LoadBalancerArn: string, TargetGroupArn: string, Port = 443): Promise<string> {
  const { Listeners } = await elb.send(
    new CreateListenerCommand({
      LoadBalancerArn,
      Port,
      Protocol: 'HTTPS',
      Certificates: [{ CertificateArn: CERTIFICATE }],
      DefaultActions: [{ Type: 'forward', TargetGroupArn }],
    }),
  );
  return Listeners![0]!.ListenerArn!;
}

async function healthOf(TargetGroupArn: string, Targets?: { Id: string; Port: number }[]) {
  const answer = await elb.send(new DescribeTargetHealthCommand({ TargetGroupArn, Targets }));
  return answer.TargetHealthDescriptions!.map(({ Target, TargetHealth }) => ({ ...Target, ...TargetHealth }));
}

describe('load balancers', () => {
  it('are described as they were created', async () => {
    const arn = await loadBalancer();
    const { LoadBalancers } = await elb.send(new DescribeLoadBalancersCommand({ Names: ['web'] }));
    expect(LoadBalancers).toMatchObject([
      {
        LoadBalancerArn: arn,
        LoadBalancerName: 'web',
        Scheme: 'internet-facing',
        Type: 'application',
        State: { Code: 'active' },
        CreatedTime: new Date(clock.now()),
      },
    ]);
    expect(arn).toMatch(
      /^arn:aws:elasticloadbalancing:us-east-1:123456789012:loadbalancer\/app\/web\/[0-9a-f]{16}$/,
    );
    expect(LoadBalancers![0]!.DNSName).toMatch(/^web-\d{10}\.us-east-1\.elb\.amazonaws\.com$/);
  });

  it('are created once for the same settings, and refused for other ones', async () => {
    expect(await loadBalancer()).toBe(await loadBalancer());
    const other = new CreateLoadBalancerCommand({ Name: 'web', Scheme: 'internal' });
    await expect(elb.send(other)).rejects.toMatchObject({ name: 'DuplicateLoadBalancerNameException' });
  });

  it('keep their attributes, with an idle timeout of 60 seconds to begin with', async () => {
    const LoadBalancerArn = await loadBalancer();
    const idle = async () => {
      const { Attributes } = await elb.send(new DescribeLoadBalancerAttributesCommand({ LoadBalancerArn }));
      return Attributes!.find(({ Key }) => Key === 'idle_timeout.timeout_seconds')!.Value;
    };
    expect(await idle()).toBe('60');
    const Attributes = [{ Key: 'idle_timeout.timeout_seconds', Value: '5' }];
    await elb.send(new ModifyLoadBalancerAttributesCommand({ LoadBalancerArn, Attributes }));
    expect(await idle()).toBe('5');
  });

  it('take listeners and rules with them, and may be deleted twice', async () => {
    const [LoadBalancerArn, TargetGroupArn] = [await loadBalancer(), await targetGroup()];
    const ListenerArn = await listener(LoadBalancerArn, TargetGroupArn);
    await elb.send(new DeleteLoadBalancerCommand({ LoadBalancerArn }));
    await elb.send(new DeleteLoadBalancerCommand({ LoadBalancerArn }));
    await expect(elb.send(new DescribeRulesCommand({ ListenerArn }))).rejects.toMatchObject({
      name: 'ListenerNotFoundException',
    });
    await elb.send(new DeleteTargetGroupCommand({ TargetGroupArn }));
    expect((await elb.send(new DescribeTargetGroupsCommand({}))).TargetGroups).toEqual([]);
  });
});

describe('target groups', () => {
  it('are found by ARN, by name and by load balancer, with the load balancers that use them', async () => {
    const [LoadBalancerArn, arn] = [await loadBalancer(), await targetGroup()];
    await targetGroup('other');
    await listener(LoadBalancerArn, arn);
    const expected = {
      TargetGroupArn: arn,
      TargetGroupName: 'web',
      TargetType: 'ip',
      Protocol: 'HTTP',
      Port: 3001,
      LoadBalancerArns: [LoadBalancerArn],
      HealthCheckEnabled: true,
      HealthCheckPort: 'traffic-port',
      HealthCheckPath: '/api/v1/health/live',
      HealthCheckIntervalSeconds: 30,
      HealthCheckTimeoutSeconds: 5,
      HealthyThresholdCount: 2,
      UnhealthyThresholdCount: 3,
      Matcher: { HttpCode: '200' },
    };
    for (const asked of [{ TargetGroupArns: [arn] }, { Names: ['web'] }, { LoadBalancerArn }]) {
      const { TargetGroups } = await elb.send(new DescribeTargetGroupsCommand(asked));
      expect(TargetGroups).toMatchObject([expected]);
    }
  });

  it('come in pages', async () => {
    for (const name of ['a', 'b', 'c', 'd', 'e']) await targetGroup(name);
    const seen: (string | undefined)[][] = [];
    for await (const { TargetGroups } of paginateDescribeTargetGroups({ client: elb }, { PageSize: 2 })) {
      seen.push(TargetGroups!.map(({ TargetGroupName }) => TargetGroupName));
    }
    expect(seen).toEqual([['a', 'b'], ['c', 'd'], ['e']]);
  });

  it('have the attributes that AWS gives them, and those that were set', async () => {
    const TargetGroupArn = await targetGroup();
    const Attributes = [{ Key: 'deregistration_delay.timeout_seconds', Value: '30' }];
    const { Attributes: before } = await elb.send(
      new DescribeTargetGroupAttributesCommand({ TargetGroupArn }),
    );
    await elb.send(new ModifyTargetGroupAttributesCommand({ TargetGroupArn, Attributes }));
    const { Attributes: after } = await elb.send(
      new DescribeTargetGroupAttributesCommand({ TargetGroupArn }),
    );
    expect(before).toContainEqual({ Key: 'deregistration_delay.timeout_seconds', Value: '300' });
    expect(after).toContainEqual({ Key: 'deregistration_delay.timeout_seconds', Value: '30' });
    expect(after).toHaveLength(before!.length);
  });

  it('change their health check', async () => {
    const TargetGroupArn = await targetGroup();
    const change = { TargetGroupArn, HealthCheckIntervalSeconds: 10, Matcher: { HttpCode: '200-299' } };
    const { TargetGroups } = await elb.send(new ModifyTargetGroupCommand(change));
    expect(TargetGroups).toMatchObject([
      { HealthCheckIntervalSeconds: 10, HealthCheckTimeoutSeconds: 5, Matcher: { HttpCode: '200-299' } },
    ]);
  });

  it('cannot be deleted while a listener forwards to them', async () => {
    const [LoadBalancerArn, TargetGroupArn] = [await loadBalancer(), await targetGroup()];
    const ListenerArn = await listener(LoadBalancerArn, TargetGroupArn);
    await expect(elb.send(new DeleteTargetGroupCommand({ TargetGroupArn }))).rejects.toMatchObject({
      name: 'ResourceInUseException',
      message: `Target group '${TargetGroupArn}' is currently in use by a listener or a rule`,
    });
    await elb.send(new DeleteListenerCommand({ ListenerArn }));
    await elb.send(new DeleteTargetGroupCommand({ TargetGroupArn }));
    await expect(elb.send(new DescribeTargetHealthCommand({ TargetGroupArn }))).rejects.toMatchObject({
      name: 'TargetGroupNotFoundException',
    });
  });
});

describe('listeners and rules', () => {
  it('show their actions and conditions, the default rule last', async () => {
    const [LoadBalancerArn, TargetGroupArn] = [await loadBalancer(), await targetGroup()];
    const ListenerArn = await listener(LoadBalancerArn, TargetGroupArn);
    const redirect = {
      Type: 'redirect' as const,
      RedirectConfig: { Protocol: 'HTTPS', Port: '443', StatusCode: 'HTTP_301' as const },
    };
    await elb.send(
      new CreateListenerCommand({ LoadBalancerArn, Port: 80, Protocol: 'HTTP', DefaultActions: [redirect] }),
    );
    for (const Priority of [20, 3]) {
      await elb.send(
        new CreateRuleCommand({
          ListenerArn,
          Priority,
          Conditions: [
            { Field: 'host-header', HostHeaderConfig: { Values: ['*.example.com'] } },
            { Field: 'path-pattern', Values: [`/v${Priority}/*`] },
          ],
          Actions: [{ Type: 'forward', ForwardConfig: { TargetGroups: [{ TargetGroupArn, Weight: 1 }] } }],
        }),
      );
    }
    const { Listeners } = await elb.send(new DescribeListenersCommand({ LoadBalancerArn }));
    const { Rules } = await elb.send(new DescribeRulesCommand({ ListenerArn }));
    expect(Listeners).toMatchObject([
      { Port: 443, Certificates: [{ CertificateArn: CERTIFICATE }], DefaultActions: [{ TargetGroupArn }] },
      {
        Port: 80,
        Protocol: 'HTTP',
        DefaultActions: [
          {
            Type: 'redirect',
            RedirectConfig: { Port: '443', Host: '#{host}', Path: '/#{path}', Query: '#{query}' },
          },
        ],
      },
    ]);
    expect(Rules!.map(({ Priority, IsDefault }) => [Priority, IsDefault])).toEqual([
      ['3', false],
      ['20', false],
      ['default', true],
    ]);
    expect(Rules![0]!.Conditions).toMatchObject([
      { Field: 'path-pattern', Values: ['/v3/*'] },
      { Field: 'host-header', Values: ['*.example.com'] },
    ]);
  });

  it('change and go', async () => {
    const [LoadBalancerArn, TargetGroupArn] = [await loadBalancer(), await targetGroup()];
    const ListenerArn = await listener(LoadBalancerArn, TargetGroupArn);
    const fixed = {
      Type: 'fixed-response' as const,
      FixedResponseConfig: {
        StatusCode: '503',
        ContentType: 'text/plain',
        MessageBody: 'back <soon>\r\n& "well" ü',
      },
    };
    const { Rules } = await elb.send(
      new CreateRuleCommand({
        ListenerArn,
        Priority: 1,
        Conditions: [{ Field: 'path-pattern', Values: ['/'] }],
        Actions: [{ Type: 'forward', TargetGroupArn }],
      }),
    );
    await elb.send(new DeleteRuleCommand({ RuleArn: Rules![0]!.RuleArn! }));
    const { Listeners } = await elb.send(new ModifyListenerCommand({ ListenerArn, DefaultActions: [fixed] }));
    expect(Listeners![0]!.DefaultActions).toEqual([fixed]);
    expect((await elb.send(new DescribeRulesCommand({ ListenerArn }))).Rules).toHaveLength(1);
    await elb.send(new DeleteTargetGroupCommand({ TargetGroupArn }));
    const { Attributes } = await elb.send(new DescribeListenerAttributesCommand({ ListenerArn }));
    expect(Attributes).toContainEqual({ Key: 'routing.http.response.server.enabled', Value: 'true' });
  });
});

describe('target health', () => {
  it('goes through registration, checks and draining, and knows what is not registered', async () => {
    const [LoadBalancerArn, TargetGroupArn] = [await loadBalancer(), await targetGroup()];
    await listener(LoadBalancerArn, TargetGroupArn);
    tasks.set('10.0.0.1:3001', () => status(200));
    tasks.set('10.0.0.2:8080', () => status(500));
    const Targets = [{ Id: '10.0.0.1' }, { Id: '10.0.0.2', Port: 8080 }];
    await elb.send(new RegisterTargetsCommand({ TargetGroupArn, Targets }));
    expect(await healthOf(TargetGroupArn)).toMatchObject([
      { Id: '10.0.0.1', Port: 3001, State: 'initial', Reason: 'Elb.RegistrationInProgress' },
      { Id: '10.0.0.2', Port: 8080, State: 'initial', Reason: 'Elb.RegistrationInProgress' },
    ]);
    await clock.advance(90_000);
    const [healthy, unhealthy] = await healthOf(TargetGroupArn);
    expect(healthy).toEqual({ Id: '10.0.0.1', Port: 3001, AvailabilityZone: 'us-east-1a', State: 'healthy' });
    expect(unhealthy).toMatchObject({
      State: 'unhealthy',
      Reason: 'Target.ResponseCodeMismatch',
      Description: 'Health checks failed with these codes: [500]',
    });
    await elb.send(new DeregisterTargetsCommand({ TargetGroupArn, Targets: [{ Id: '10.0.0.1' }] }));
    const asked = [
      { Id: '10.0.0.1', Port: 3001 },
      { Id: '10.9.9.9', Port: 1 },
    ];
    expect(await healthOf(TargetGroupArn, asked)).toMatchObject([
      { State: 'draining', Reason: 'Target.DeregistrationInProgress' },
      {
        Id: '10.9.9.9',
        State: 'unused',
        Reason: 'Target.NotRegistered',
        Description: 'Target is not registered to the target group',
      },
    ]);
    await clock.advance(300_000);
    expect(await healthOf(TargetGroupArn)).toMatchObject([{ Id: '10.0.0.2' }]);
  });

  it('is unused where no listener forwards to the group', async () => {
    const TargetGroupArn = await targetGroup();
    await elb.send(new RegisterTargetsCommand({ TargetGroupArn, Targets: [{ Id: '10.0.0.1' }] }));
    expect(await healthOf(TargetGroupArn)).toMatchObject([{ State: 'unused', Reason: 'Target.NotInUse' }]);
  });
});

describe('wrong parameters', () => {
  const create = { Name: 'web', Port: 80, Protocol: 'HTTP' } as const;

  it.each([
    [
      'a target group that does not exist',
      () =>
        elb.send(
          new DescribeTargetHealthCommand({ TargetGroupArn: `${MISSING}:targetgroup/gone/0123456789abcdef` }),
        ),
      ['TargetGroupNotFoundException', 'One or more target groups not found'],
    ],
    [
      'a name that no target group has',
      () => elb.send(new DescribeTargetGroupsCommand({ Names: ['gone'] })),
      ['TargetGroupNotFoundException', 'One or more target groups not found'],
    ],
    [
      'what is no ARN of a target group',
      () => elb.send(new DescribeTargetHealthCommand({ TargetGroupArn: 'web <&>' })),
      ['ValidationError', "'web <&>' is not a valid target group ARN"],
    ],
    [
      'a name that no load balancer has',
      () => elb.send(new DescribeLoadBalancersCommand({ Names: ['gone'] })),
      ['LoadBalancerNotFoundException', "Load balancers '[gone]' not found"],
    ],
    [
      'listeners of nothing',
      () => elb.send(new DescribeListenersCommand({})),
      ['ValidationError', 'You must specify either listener ARNs or a load balancer ARN'],
    ],
    [
      'a listener that does not exist',
      () => elb.send(new DescribeListenersCommand({ ListenerArns: [`${MISSING}:listener/app/web/0/1`] })),
      ['ListenerNotFoundException', 'One or more listeners not found'],
    ],
    [
      'a rule that does not exist',
      () => elb.send(new DescribeRulesCommand({ RuleArns: [`${MISSING}:listener-rule/app/web/0/1/2`] })),
      ['RuleNotFoundException', 'One or more rules not found'],
    ],
    [
      'an interval out of range',
      () => elb.send(new CreateTargetGroupCommand({ ...create, HealthCheckIntervalSeconds: 4 })),
      [
        'ValidationError',
        "1 validation error detected: Value '4' at 'healthCheckIntervalSeconds' failed to satisfy constraint: " +
          'Member must have value greater than or equal to 5',
      ],
    ],
    [
      'a timeout as long as the interval',
      () =>
        elb.send(
          new CreateTargetGroupCommand({
            ...create,
            HealthCheckIntervalSeconds: 5,
            HealthCheckTimeoutSeconds: 5,
          }),
        ),
      ['ValidationError', "Health check timeout '5' must be smaller than the interval '5'"],
    ],
    [
      'a name with a space',
      () => elb.send(new CreateTargetGroupCommand({ ...create, Name: 'my group' })),
      ['ValidationError', expect.stringContaining("Target group name 'my group' can only contain")],
    ],
    [
      'a marker that nobody gave',
      () => elb.send(new DescribeTargetGroupsCommand({ Marker: 'x' })),
      ['ValidationError', "'x' is not a valid marker"],
    ],
  ])('%s is refused with the name that AWS has for it', async (_what, call, [name, message]) => {
    await expect(call()).rejects.toMatchObject({
      name,
      message,
      $metadata: { httpStatusCode: 400, requestId: expect.stringMatching(/^[0-9a-f-]{36}$/) },
    });
  });

  it('the same target group with other settings, the same port and the same priority are duplicates', async () => {
    const [LoadBalancerArn, TargetGroupArn] = [await loadBalancer(), await targetGroup()];
    const ListenerArn = await listener(LoadBalancerArn, TargetGroupArn);
    const rule = new CreateRuleCommand({
      ListenerArn,
      Priority: 7,
      Conditions: [{ Field: 'path-pattern', Values: ['/'] }],
      Actions: [{ Type: 'forward', TargetGroupArn }],
    });
    await elb.send(rule);
    await expect(elb.send(new CreateTargetGroupCommand(create))).rejects.toMatchObject({
      name: 'DuplicateTargetGroupNameException',
    });
    await expect(listener(LoadBalancerArn, TargetGroupArn)).rejects.toMatchObject({
      name: 'DuplicateListenerException',
    });
    await expect(elb.send(rule)).rejects.toMatchObject({ name: 'PriorityInUseException' });
  });

  it('a target that is no IP address, or an instance that is none, is not registered', async () => {
    const TargetGroupArn = await targetGroup();
    const register = (TargetGroup: string, Id: string) =>
      elb.send(
        new RegisterTargetsCommand({ TargetGroupArn: TargetGroup, Targets: [{ Id: '10.0.0.1' }, { Id }] }),
      );
    await expect(register(TargetGroupArn, 'i-0123')).rejects.toMatchObject({ name: 'ValidationError' });
    expect(await healthOf(TargetGroupArn)).toEqual([]);
    const { TargetGroups } = await elb.send(new CreateTargetGroupCommand({ ...create, Name: 'machines' }));
    const Targets = [{ Id: 'i-0123456789abcdef0' }];
    const instance = new RegisterTargetsCommand({
      TargetGroupArn: TargetGroups![0]!.TargetGroupArn,
      Targets,
    });
    await expect(elb.send(instance)).rejects.toMatchObject({ name: 'InvalidTargetException' });
  });

  it('wrong credentials are told as the query services tell them', async () => {
    const asked = new DescribeTargetGroupsCommand({});
    await expect(clientOf(cloud, 'AKIAINVALID').send(asked)).rejects.toMatchObject({
      name: 'InvalidClientTokenId',
      $metadata: { httpStatusCode: 403 },
    });
    await expect(clientOf(cloud, 'AKIAEXPIRED').send(asked)).rejects.toMatchObject({ name: 'ExpiredToken' });
  });

  it('every call is recorded as IAM spells it', async () => {
    await targetGroup();
    expect(cloud.calls).toMatchObject([
      { action: 'elasticloadbalancing:CreateTargetGroup', input: { Name: 'web', Port: '3001' }, status: 200 },
    ]);
  });
});
