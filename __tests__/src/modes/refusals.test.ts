import { describe, expect, it } from '@jest/globals';
import { ecrOperations } from '../../../sandbox/ecr/operations.js';
import { ecsOperations } from '../../../sandbox/ecs/operations.js';
import type { JsonObject } from '../../../sandbox/json.js';
import { NAMES } from '../../../sandbox/names.js';
import { ProgramMissing } from '../../../src/adapters/process.js';
import { run } from '../../../src/run.js';
import type { RunProcess } from '../../../src/world.js';
import { changes, NEW_COMMIT, readyWorld, type ReadyWorld } from '../../ready-world.js';
import { inputs, type TestWorldWish } from '../../world.js';

const ecs = async ({ cloud }: ReadyWorld, operation: string, input: JsonObject): Promise<JsonObject> =>
  ecsOperations[operation]!(cloud, { cluster: NAMES.cluster, service: NAMES.service, ...input });

const ECR = `${NAMES.account}.dkr.ecr.${NAMES.region}.amazonaws.com/${NAMES.repository}`;

/** Runs a release that has to end before any change, and returns what it said. */
async function refused(
  given: Record<string, string>,
  prepare: (there: ReadyWorld) => Promise<unknown> | undefined = () => undefined,
  wish: TestWorldWish = {},
): Promise<{ code: string; said: string; there: ReadyWorld }> {
  const there = await readyWorld({ env: inputs(given), ...wish });
  await prepare(there);
  there.cloud.calls.length = 0;
  const outcome = await there.during(run(there.world));
  expect(outcome.kind).toBe('failed');
  expect(changes(there.cloud)).toEqual([]);
  expect(there.outputs.get('outcome')).toBe('failed');
  expect(there.outputs.get('changed')).toBe('false');
  expect(there.errors).toHaveLength(1);
  return { code: there.outputs.get('failure-code') ?? '', said: there.errors[0] ?? '', there };
}

describe('a release that cannot go well', () => {
  it('is refused when there is no such cluster', async () => {
    const { code, said } = await refused({ cluster: 'nowhere' });
    expect(code).toBe('cluster-missing');
    expect(said).toMatch(/no cluster nowhere in us-east-1/);
  });

  it('is refused when there is no such service', async () => {
    const { code, said } = await refused({ service: 'nothing' });
    expect(code).toBe('service-missing');
    expect(said).toMatch(/no service nothing in the cluster mentalspace-ehr-prod/);
  });

  it('is refused when the service was deleted', async () => {
    const { code } = await refused({}, (there) => ecs(there, 'DeleteService', { force: true }));
    expect(code).toBe('service-inactive');
  });

  it('is refused when the service is scaled to zero', async () => {
    const { code } = await refused({}, async (there) => {
      await ecs(there, 'UpdateService', { desiredCount: 0 });
      await there.clock.advance(600_000);
    });
    expect(code).toBe('scaled-to-zero');
  });

  it.each<[string, JsonObject, RegExp]>([
    [
      'is deployed by another controller',
      { deploymentController: { type: 'CODE_DEPLOY' } },
      /uses the deployment controller CODE_DEPLOY/,
    ],
    [
      'is not deployed by rolling updates',
      { deploymentConfiguration: { strategy: 'BLUE_GREEN' } },
      /uses the deployment strategy BLUE_GREEN/,
    ],
    ['runs a task on each instance', { schedulingStrategy: 'DAEMON' }, /has the scheduling strategy DAEMON/],
    [
      'has a hook that pauses its deployments',
      {
        deploymentConfiguration: {
          lifecycleHooks: [{ targetType: 'PAUSE', lifecycleStages: ['POST_SCALE_UP'] }],
        },
      },
      /has a lifecycle hook that pauses its deployments/,
    ],
  ])('is refused when the service %s', async (_, settings, expected) => {
    const { code, said } = await refused({}, (there) => {
      // The local AWS creates no such services, but describes them.
      there.service().settings = { ...there.service().settings, ...settings };
      return undefined;
    });
    expect(code).toBe('service-unsupported');
    expect(said).toMatch(expected);
    expect(said).not.toMatch(/problems/);
  });

  it('names the real containers when there is no such container', async () => {
    const { code, said } = await refused({ container: 'web' });
    expect(code).toBe('container-missing');
    expect(said).toMatch(/no container web; it has mentalspace-backend/);
  });

  it('is refused when the repository is missing', async () => {
    const { code, said } = await refused({ image: '', 'ecr-repository': 'nothing' }, undefined, {
      run: aCheckout,
    });
    expect(code).toBe('repository-missing');
    expect(said).toMatch(/"nothing" in us-east-1/);
  });

  it('is refused when the image is missing', async () => {
    const { code, said } = await refused({ image: 'mentalspace-backend:v99' });
    expect(code).toBe('image-missing');
    expect(said).toMatch(/v99/);
  });

  it('reports several problems together', async () => {
    const { said } = await refused({ container: 'web', image: 'mentalspace-backend:v99' });
    expect(said).toMatch(/2 problems/);
    expect(said).toMatch(/container web/);
    expect(said).toMatch(/v99/);
  });

  it('is refused while a rollout is in flight, and the error names the other two ways', async () => {
    const { code, said } = await refused({}, (there) =>
      ecs(there, 'UpdateService', { forceNewDeployment: true }),
    );
    expect(code).toBe('rollout-in-flight');
    expect(said).toMatch(/wait[\s\S]*replace/);
  });

  it('is refused when no deployment was ever completed', async () => {
    const there = await readyWorld({
      env: inputs({ 'in-flight': 'replace' }),
      service: { image: `${ECR}:none` },
    });
    there.cloud.calls.length = 0;
    await there.during(run(there.world));
    expect(there.outputs.get('failure-code')).toBe('no-fallback');
    expect(changes(there.cloud)).toEqual([]);
  });

  it.each([
    ['missing', { AWS_ACCESS_KEY_ID: '' }, 'credentials-missing'],
    ['wrong', { AWS_ACCESS_KEY_ID: 'AKIAINVALID' }, 'credentials-missing'],
    ['expired', { AWS_ACCESS_KEY_ID: 'AKIAEXPIRED' }, 'credentials-expired'],
  ])('is refused when the credentials are %s, and says only that', async (_, env, expected) => {
    const { code, said } = await refused({}, () => {
      for (const [name, value] of Object.entries(env))
        if (value) process.env[name] = value;
        else Reflect.deleteProperty(process.env, name);
      return undefined;
    });
    expect(code).toBe(expected);
    expect(said).not.toMatch(/problems/);
  });

  it('is refused in another account than the given one', async () => {
    const { code, said } = await refused({ 'aws-account': '123456789012' });
    expect(code).toBe('wrong-account');
    expect(said).toMatch(/706704660887, not 123456789012/);
  });

  it('is refused in another account first of all, where there would be no such cluster either', async () => {
    const { code } = await refused({ 'aws-account': '123456789012', cluster: 'elsewhere' });
    expect(code).toBe('wrong-account');
  });

  it.each([
    ['is missing', undefined, /no file td\.json/],
    ['is not JSON', '{', /does not hold a JSON object/],
    ['is no task definition', '{"a":1}', /no list containerDefinitions/],
    [
      'has unknown keys',
      '{"containerDefinitions":[{"name":"mentalspace-backend","imagee":"x"}],"famly":"x"}',
      /famly, containerDefinitions\[0\]\.imagee/,
    ],
    [
      'is of another family',
      '{"family":"other","containerDefinitions":[{"name":"mentalspace-backend"}]}',
      /another family/,
    ],
  ])('is refused when the task definition file %s', async (_, text, expected) => {
    const { code, said } = await refused({ 'task-definition': 'td.json' }, (there) => {
      if (text !== undefined) there.files.set('td.json', text);
      return undefined;
    });
    expect(code).toBe('task-definition-invalid');
    expect(said).toMatch(expected);
  });

  it('is refused when a variable of ours is a secret of the container', async () => {
    const { code, said } = await refused({ 'environment-variables': 'DATABASE_URL=x' }, async (there) => {
      const [live] = there.cloud.ecs.families.get(NAMES.family)!;
      const body = live!.body;
      const [container] = body['containerDefinitions'] as readonly JsonObject[];
      const secrets = [
        { name: 'DATABASE_URL', valueFrom: 'arn:aws:ssm:us-east-1:706704660887:parameter/db' },
      ];
      await ecs(there, 'RegisterTaskDefinition', {
        family: NAMES.family,
        networkMode: 'awsvpc',
        requiresCompatibilities: ['FARGATE'],
        executionRoleArn: body['executionRoleArn'],
        cpu: '256',
        memory: '512',
        containerDefinitions: [{ ...container, secrets }],
      });
      await ecs(there, 'UpdateService', { taskDefinition: NAMES.family });
      await there.clock.advance(600_000);
    });
    expect(code).toBe('task-definition-invalid');
    expect(said).toMatch(/takes DATABASE_URL from a secret/);
  });

  it('is refused when the image is for another architecture', async () => {
    const { code } = await refused(
      { platform: 'linux/arm64', image: '', 'ecr-repository': NAMES.repository },
      undefined,
      { run: aCheckout },
    );
    expect(code).toBe('architecture-mismatch');
  });

  it.each([
    ['ecs:DescribeServices', 'access-denied'],
    ['ecs:DescribeTaskDefinition', 'access-denied'],
    ['ecs:ListTasks', 'access-denied'],
    ['elasticloadbalancing:DescribeTargetHealth', 'access-denied'],
  ])('names the permission when %s is denied', async (action, expected) => {
    const { code, said } = await refused({}, (there) => {
      there.cloud.faults.push({ action, kind: 'deny', times: 100 });
      return undefined;
    });
    expect(code).toBe(expected);
    expect(said).toContain(action);
  });

  it('is refused when the immutable tag of the commit holds another image', async () => {
    const { code, said } = await refused(
      { image: '', 'ecr-repository': NAMES.repository, 'image-tag': 'v1' },
      async ({ cloud }) => {
        await ecrOperations['PutImageTagMutability']?.(cloud, {
          repositoryName: NAMES.repository,
          imageTagMutability: 'IMMUTABLE',
        });
        cloud.ecr.repositories.get(NAMES.repository)!.mutability = 'IMMUTABLE';
      },
      { run: aCheckout },
    );
    expect(code).toBe('tag-taken');
    expect(said).toMatch(/"v1".*immutable/);
  });
});

/** A clean checkout of some commit, and no docker. */
const aCheckout: RunProcess = (command, args) => {
  if (command !== 'git') return Promise.reject(new ProgramMissing(`no ${command}`));
  const line = args.join(' ');
  const says = (stdout: string) => Promise.resolve({ exitCode: 0, stdout, stderr: '' });
  if (line.includes('log -1')) return says(`${NEW_COMMIT}\u00002222222\u00001767225600\u0000A change\n`);
  return says('');
};
