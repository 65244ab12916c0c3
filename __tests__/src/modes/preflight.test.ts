import { describe, expect, it } from '@jest/globals';
import { ecsOperations } from '../../../sandbox/ecs/operations.js';
import { elbOperations } from '../../../sandbox/elbv2/operations.js';
import type { JsonObject } from '../../../sandbox/json.js';
import { NAMES } from '../../../sandbox/names.js';
import { ProgramMissing } from '../../../src/adapters/process.js';
import { run } from '../../../src/run.js';
import type { RunProcess } from '../../../src/world.js';
import { changes, NEW_COMMIT, readyWorld, type ReadyWorld } from '../../ready-world.js';
import { inputs } from '../../world.js';

const release = (there: ReadyWorld) => there.during(run(there.world));
const service = { cluster: NAMES.cluster, service: NAMES.service };
const ecs = ({ cloud }: ReadyWorld, operation: string, input: JsonObject) =>
  ecsOperations[operation]!(cloud, input);

describe('the way back', () => {
  it('is doubted when its image is no longer in the repository', async () => {
    const there = await readyWorld({ env: inputs() });
    const { manifests } = there.cloud.ecr.repositories.get(NAMES.repository)!;
    manifests.delete(there.oldDigest);
    expect(await release(there)).toEqual({ kind: 'released' });
    expect(there.warnings.join('\n')).toMatch(/A way back to \S+:1 is not certain: .*no longer in/);
    expect(there.summaries.join()).toMatch(/is not certain/);
  });

  it('is doubted when its image cannot be looked at', async () => {
    const there = await readyWorld({ env: inputs() });
    there.cloud.faults.push({ action: 'ecr:DescribeImages', kind: 'deny' });
    expect(await release(there)).toEqual({ kind: 'released' });
    expect(there.warnings.join('\n')).toMatch(/not certain: .*Allow ecr:DescribeImages/);
  });

  it('is doubted when its image is in a foreign registry', async () => {
    const there = await readyWorld({ env: inputs() });
    const [live] = there.cloud.ecs.families.get(NAMES.family)!;
    const [container] = live!.body['containerDefinitions'] as readonly { image: string }[];
    container!.image = 'docker.io/library/nginx:1';
    expect(await release(there)).toEqual({ kind: 'released' });
    expect(there.warnings.join('\n')).toMatch(/image docker\.io\/library\/nginx:1 is not in ECR/);
  });

  it('is not doubted without a reason', async () => {
    const there = await readyWorld({ env: inputs() });
    await release(there);
    expect(there.warnings.join()).not.toMatch(/not certain/);
  });

  it('is not known when the history may not be read, and the error says what to allow', async () => {
    const there = await readyWorld({
      env: inputs({ 'in-flight': 'replace' }),
      service: { image: `${NAMES.account}.dkr.ecr.${NAMES.region}.amazonaws.com/${NAMES.repository}:none` },
    });
    there.cloud.faults.push({ action: 'ecs:ListServiceDeployments', kind: 'deny' });
    expect(await release(there)).toMatchObject({ kind: 'failed', error: { code: 'no-fallback' } });
    expect(there.warnings.join()).toMatch(/not known.*Allow ecs:ListServiceDeployments/);
  });
});

describe('a rollout that may take longer than it is waited for', () => {
  it('is warned of, with what it is made of', async () => {
    const there = await readyWorld({ env: inputs({ 'deployment-timeout': '2m' }) });
    expect(await release(there)).toEqual({ kind: 'released' });
    expect(there.warnings.join('\n')).toMatch(
      /may take \dm \d\ds \(grace period 1m 00s, health checks 1m 00s, draining .*longer than deployment-timeout \(2m 00s\)/,
    );
  });

  it('is no reason to warn when the limits are wide enough', async () => {
    const there = await readyWorld({ env: inputs() });
    await release(there);
    expect(there.warnings.join()).not.toMatch(/may take/);
  });

  it.each(['DescribeTargetGroups', 'DescribeTargetGroupAttributes'])(
    'is not known, and no more than that, when %s is denied',
    async (operation) => {
      const there = await readyWorld({ env: inputs() });
      there.cloud.faults.push({ action: `elasticloadbalancing:${operation}`, kind: 'deny' });
      expect(await release(there)).toEqual({ kind: 'released' });
      expect(there.warnings.join()).toContain(`Allow elasticloadbalancing:${operation}`);
    },
  );
});

describe('what a release has to be allowed', () => {
  it('includes the instances of tasks on EC2, which are asked for before any change', async () => {
    const there = await readyWorld({ env: inputs(), service: { network: 'bridge' } });
    there.cloud.faults.push({ action: 'ecs:DescribeContainerInstances', kind: 'deny' });
    expect(await release(there)).toMatchObject({ kind: 'failed', error: { code: 'access-denied' } });
    expect(changes(there.cloud)).toEqual([]);
    expect(there.errors[0]).toContain('Allow ecs:DescribeContainerInstances');
  });

  it('is said as far as only a change can prove it', async () => {
    const there = await readyWorld({ env: inputs() });
    await release(there);
    expect(there.logged.join('\n')).toMatch(
      /Not provable without a change: ecs:RegisterTaskDefinition, ecs:TagResource, ecs:UpdateService, ecs:StopServiceDeployment, iam:PassRole\./,
    );
  });

  it('is named as AWS names it, also when it is not the call itself', async () => {
    const there = await readyWorld({ env: inputs() });
    const sent = there.world.aws!;
    const message = 'User: u is not authorized to perform: iam:PassRole on resource: r';
    const aws: typeof sent = {
      handle: async (request) =>
        request.headers['x-amz-target']?.endsWith('RegisterTaskDefinition')
          ? {
              response: {
                statusCode: 400,
                headers: {},
                body: Buffer.from(JSON.stringify({ __type: 'AccessDeniedException', message })),
              },
            }
          : sent.handle(request),
    };
    expect(await there.during(run({ ...there.world, aws }))).toMatchObject({
      kind: 'failed',
      error: {
        code: 'access-denied',
        hint: 'Allow iam:PassRole in the policy of the role that runs this job.',
      },
    });
  });
});

describe('a target group in the inputs', () => {
  it('has to be one of the service', async () => {
    const there = await readyWorld({
      env: inputs({
        'target-groups':
          'arn:aws:elasticloadbalancing:us-east-1:706704660887:targetgroup/other/1234567890123456',
      }),
    });
    expect(await release(there)).toMatchObject({ kind: 'failed', error: { code: 'inputs' } });
    expect(there.errors[0]).toMatch(/does not register its tasks in .*other/);
  });
});

describe('the live commit', () => {
  it('that nobody knows is a warning', async () => {
    const environment = { NODE_ENV: 'production', CORS_ORIGINS: NAMES.corsOrigin };
    const there = await readyWorld({ env: inputs(), service: { environment } });
    expect(await release(there)).toEqual({ kind: 'released' });
    expect(there.warnings.join()).toMatch(/Which commit is live is not known/);
  });
});

describe('a newer revision that is not live', () => {
  const register = (there: ReadyWorld) => {
    const { body } = there.cloud.ecs.families.get(NAMES.family)![0]!;
    const fields = Object.entries(body).filter(
      ([field]) => !/^(taskDefinitionArn|revision|status|registered|requiresA|compat)/.test(field),
    );
    return ecs(there, 'RegisterTaskDefinition', Object.fromEntries(fields));
  };

  it('is said', async () => {
    const there = await readyWorld({ env: inputs() });
    await register(there);
    await release(there);
    expect(there.warnings.join()).toMatch(/:2 is newer than the live \S+:1/);
  });

  it('is not warned of when the release starts from it', async () => {
    const there = await readyWorld({ env: inputs({ 'task-definition': 'latest' }) });
    await register(there);
    expect(await release(there)).toEqual({ kind: 'released' });
    expect(there.warnings.join()).not.toMatch(/is newer than/);
  });
});

/** A clean checkout, and docker with one of its builders. */
const machine =
  (answers: Record<string, string | undefined> = {}): RunProcess =>
  (command, args) => {
    const says = (stdout: string | undefined) =>
      Promise.resolve({ exitCode: stdout === undefined ? 1 : 0, stdout: stdout ?? '', stderr: '' });
    const line = args.join(' ');
    if (command === 'docker') {
      if (args[0] === 'version')
        return says('{"Client":{"Version":"28.1.0"},"Server":{"Version":"28.1.0","Os":"linux"}}');
      return says(answers[line]);
    }
    if (command !== 'git') return Promise.reject(new ProgramMissing(`no ${command}`));
    if (line.includes('log -1')) return says(`${NEW_COMMIT}\u00002222222\u00001767225600\u0000A change\n`);
    if (line.includes(' diff ')) return says('diff' in answers ? answers['diff'] : '');
    if (line.includes('ls-files')) return says(answers['untracked'] ?? '');
    return says('');
  };
const building = (more: Record<string, string> = {}) =>
  inputs({ image: '', 'ecr-repository': NAMES.repository, ...more });

describe('a build that cannot be made', () => {
  it('is refused before any change when its options need BuildKit', async () => {
    const there = await readyWorld({
      env: building({ 'build-secrets': 'id=npm,env=NPM_TOKEN', 'cache-to': 'type=inline' }),
      run: machine(),
    });
    expect(await release(there)).toMatchObject({ kind: 'failed', error: { code: 'inputs' } });
    expect(there.errors[0]).toMatch(/cannot build with build-secrets, cache-to/);
    expect(there.logged.join('\n')).toMatch(/✗ preflight/);
    expect(changes(there.cloud)).toEqual([]);
  });

  it('is not refused for want of a buildx that the inputs ask to install', async () => {
    const there = await readyWorld({
      env: building({ 'cache-to': 'type=inline', 'buildx-version': 'v0.31.1' }),
      run: machine(),
    });
    await release(there);
    expect(there.logged.join('\n')).toMatch(/✓ preflight/);
  });

  it('is refused when there is no Dockerfile', async () => {
    const there = await readyWorld({ env: building({ dockerfile: 'api/Dockerfile' }), run: machine() });
    expect(await release(there)).toMatchObject({ kind: 'failed', error: { code: 'inputs' } });
    expect(there.errors[0]).toMatch(/no file api\/Dockerfile/);
  });

  it('is refused when its context is no folder of the checkout', async () => {
    const there = await readyWorld({
      env: building({ context: 'nowhere' }),
      run: machine({ diff: undefined }),
    });
    expect(await release(there)).toMatchObject({ kind: 'failed', error: { code: 'inputs' } });
    expect(there.errors[0]).toMatch(/context nowhere is no folder of the checkout/);
  });

  it('is refused when tracked files are modified', async () => {
    const there = await readyWorld({
      env: building(),
      run: machine({ diff: `:100644 100644 aaaaaaa 0000000 M\0src/a.ts\0` }),
    });
    expect(await release(there)).toMatchObject({ kind: 'failed', error: { code: 'dirty-tree' } });
    expect(there.errors[0]).toMatch(/modified: src\/a\.ts/);
  });
});

describe('a file that is in no commit', () => {
  it('is warned of when it is in the build context, after .dockerignore', async () => {
    const there = await readyWorld({ env: building(), run: machine({ untracked: 'a.txt\0notes.md\0' }) });
    there.files.set('.dockerignore', '*.md\n');
    await release(there);
    expect(there.warnings.join()).toMatch(/files that are in no commit: a\.txt\. List/);
  });
});

describe('a service that changes while its rollout is waited for', () => {
  it('is looked at again', async () => {
    const there = await readyWorld({ env: inputs({ 'in-flight': 'wait' }) });
    await ecs(there, 'UpdateService', { ...service, forceNewDeployment: true });
    there.clock.after(10_000, () => void ecs(there, 'UpdateService', { ...service, desiredCount: 0 }));
    expect(await release(there)).toMatchObject({ kind: 'failed', error: { code: 'scaled-to-zero' } });
    expect(changes(there.cloud)).toEqual([]);
  });
});

describe('several target groups', () => {
  it('each have their timing counted, and the slowest one drains', async () => {
    const there = await readyWorld({ env: inputs({ 'deployment-timeout': '10m' }) });
    const [group] = there.service().settings['loadBalancers'] as readonly { targetGroupArn: string }[];
    await elbOperations['ModifyTargetGroupAttributes']!(there.cloud, {
      TargetGroupArn: group!.targetGroupArn,
      Attributes: [{ Key: 'deregistration_delay.timeout_seconds', Value: '3600' }],
    });
    await release(there);
    expect(there.warnings.join()).toMatch(/draining 1h 00m/);
  });
});
