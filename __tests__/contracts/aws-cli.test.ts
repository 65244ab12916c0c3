import { execFile, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startSandbox, type Sandbox } from '../../sandbox/sandbox.js';

/* AWS's own command line against the local AWS, through everything that a service needs, without a repair by hand. */
const run = promisify(execFile);
const missing = spawnSync('aws', ['--version']).status !== 0;
if (missing && process.env['REQUIRE_AWS_CLI']) throw new Error('The AWS CLI has to be there, but is not.');
const whenThere = missing ? describe.skip : describe;

whenThere(`AWS's command line${missing ? ' (skipped: aws is not installed)' : ''}`, () => {
  let sandbox: Sandbox;
  let home: string;

  beforeAll(async () => {
    home = mkdtempSync(join(tmpdir(), 'deploy-backend-cli-'));
    sandbox = await startSandbox({ runtime: 'simulated', pace: 200, empty: true });
  }, 30_000);
  afterAll(async () => {
    await sandbox.close();
    rmSync(home, { recursive: true });
  });

  const aws = async (...args: string[]): Promise<Record<string, unknown>> => {
    const { endpoint, region } = sandbox.ready;
    const { stdout } = await run(
      'aws',
      ['--endpoint-url', endpoint, '--region', region, '--output', 'json', ...args],
      {
        env: {
          PATH: process.env['PATH'],
          HOME: home,
          AWS_ACCESS_KEY_ID: 'AKIACLI',
          AWS_SECRET_ACCESS_KEY: 'cli',
          AWS_EC2_METADATA_DISABLED: 'true',
          AWS_PAGER: '',
        },
      },
    );
    return stdout.trim() === '' ? {} : (JSON.parse(stdout) as Record<string, unknown>);
  };
  const refusedWith = async (...args: string[]): Promise<string> =>
    aws(...args).then(
      () => 'nothing',
      (error: unknown) => String((error as { stderr?: string }).stderr),
    );

  it('takes a service from nothing to healthy tasks with logs', async () => {
    expect(await aws('sts', 'get-caller-identity')).toMatchObject({ Account: sandbox.ready.account });
    await aws('ecs', 'create-cluster', '--cluster-name', 'cli');
    await aws(
      'ecr',
      'create-repository',
      '--repository-name',
      'cli/app',
      '--image-tag-mutability',
      'IMMUTABLE',
    );
    expect(await aws('ecr', 'describe-repositories')).toMatchObject({
      repositories: [{ repositoryName: 'cli/app' }],
    });
    expect(await aws('ecr', 'get-authorization-token')).toHaveProperty('authorizationData');
    await aws('logs', 'create-log-group', '--log-group-name', '/cli/app');

    const [lb, tg] = await loadBalancer();
    const container = {
      name: 'app',
      image: 'public.example/app:1',
      essential: true,
      portMappings: [{ containerPort: 80 }],
      logConfiguration: {
        logDriver: 'awslogs',
        options: {
          'awslogs-group': '/cli/app',
          'awslogs-region': 'us-east-1',
          'awslogs-stream-prefix': 'ecs',
        },
      },
    };
    const register = [
      'ecs',
      'register-task-definition',
      '--family',
      'app',
      '--network-mode',
      'awsvpc',
      '--requires-compatibilities',
      'FARGATE',
    ];
    const size = [
      '--cpu',
      '256',
      '--memory',
      '512',
      '--execution-role-arn',
      `arn:aws:iam::${sandbox.ready.account}:role/x`,
    ];
    await aws(...register, ...size, '--container-definitions', JSON.stringify([container]));
    await aws(
      ...[
        'ecs',
        'create-service',
        '--cluster',
        'cli',
        '--service-name',
        'app',
        '--task-definition',
        'app',
        '--desired-count',
        '2',
      ],
      ...[
        '--launch-type',
        'FARGATE',
        '--load-balancers',
        `targetGroupArn=${tg},containerName=app,containerPort=80`,
      ],
      ...['--network-configuration', 'awsvpcConfiguration={subnets=[subnet-1],securityGroups=[sg-1]}'],
    );
    await aws('ecs', 'wait', 'services-stable', '--cluster', 'cli', '--services', 'app');

    const { taskArns } = (await aws('ecs', 'list-tasks', '--cluster', 'cli', '--service-name', 'app')) as {
      taskArns: string[];
    };
    expect(taskArns).toHaveLength(2);
    expect(await aws('ecs', 'describe-tasks', '--cluster', 'cli', '--tasks', ...taskArns)).toMatchObject({
      tasks: [{ lastStatus: 'RUNNING' }, { lastStatus: 'RUNNING' }],
      failures: [],
    });
    expect(await aws('elbv2', 'describe-target-health', '--target-group-arn', tg)).toMatchObject({
      TargetHealthDescriptions: [{ TargetHealth: { State: 'healthy' } }, {}],
    });
    expect(await aws('elbv2', 'describe-listeners', '--load-balancer-arn', lb)).toMatchObject({
      Listeners: [{ Port: 80 }],
    });
    expect(
      await aws('logs', 'filter-log-events', '--log-group-name', '/cli/app', '--limit', '1'),
    ).toHaveProperty('events');
  }, 120_000);

  it('updates that service and shows how the deployment went', async () => {
    await aws('ecs', 'update-service', '--cluster', 'cli', '--service', 'app', '--force-new-deployment');
    // The command's own waiter looks every 15 s only.
    const inProgress = async (): Promise<boolean> => {
      const seen = JSON.stringify(
        await aws('ecs', 'describe-services', '--cluster', 'cli', '--services', 'app'),
      );
      return seen.includes('IN_PROGRESS');
    };
    while (await inProgress());
    const { services } = (await aws('ecs', 'describe-services', '--cluster', 'cli', '--services', 'app')) as {
      services: { deployments: unknown[] }[];
    };
    expect(services[0]?.deployments).toMatchObject([{ status: 'PRIMARY', rolloutState: 'COMPLETED' }]);
    expect(
      await refusedWith('ecs', 'describe-services', '--cluster', 'nowhere', '--services', 'app'),
    ).toMatch(/ClusterNotFoundException/);
    expect(await refusedWith('ecr', 'describe-images', '--repository-name', 'nothing')).toMatch(
      /RepositoryNotFoundException/,
    );
    expect(await refusedWith('elbv2', 'describe-target-groups', '--names', 'nothing')).toMatch(
      /TargetGroupNotFound/,
    );
  }, 120_000);

  async function loadBalancer(): Promise<[string, string]> {
    const made = (await aws(
      'elbv2',
      'create-load-balancer',
      '--name',
      'cli',
      '--subnets',
      'subnet-1',
      'subnet-2',
    )) as { LoadBalancers: { LoadBalancerArn: string }[] };
    const group = (await aws(
      'elbv2',
      'create-target-group',
      '--name',
      'cli',
      '--protocol',
      'HTTP',
      '--port',
      '80',
      '--target-type',
      'ip',
      '--vpc-id',
      'vpc-1',
      '--health-check-path',
      '/api/v1/health/live',
    )) as { TargetGroups: { TargetGroupArn: string }[] };
    const [lb, tg] = [made.LoadBalancers[0]!.LoadBalancerArn, group.TargetGroups[0]!.TargetGroupArn];
    await aws(
      'elbv2',
      'create-listener',
      '--load-balancer-arn',
      lb,
      '--protocol',
      'HTTP',
      '--port',
      '80',
      '--default-actions',
      `Type=forward,TargetGroupArn=${tg}`,
    );
    return [lb, tg];
  }
});
