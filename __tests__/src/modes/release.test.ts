import { describe, expect, it } from '@jest/globals';
import { ecsOperations } from '../../../sandbox/ecs/operations.js';
import type { JsonObject } from '../../../sandbox/json.js';
import { NAMES } from '../../../sandbox/names.js';
import { ProgramMissing } from '../../../src/adapters/process.js';
import { CHECKS, type CheckResult } from '../../../src/checks/check.js';
import { builtFrom } from '../../../sandbox/runtime/example-answers.js';
import { run } from '../../../src/run.js';
import type { RunProcess } from '../../../src/world.js';
import { changes, image, NEW_COMMIT, OLD_COMMIT, readyWorld, type ReadyWorld } from '../../ready-world.js';
import { inputs } from '../../world.js';

const ecs = ({ cloud }: ReadyWorld, operation: string, input: JsonObject) =>
  ecsOperations[operation]!(cloud, { cluster: NAMES.cluster, service: NAMES.service, ...input });
const release = (there: ReadyWorld) => there.during(run(there.world));
const live = (there: ReadyWorld): string => there.service().deployments[0]!.taskDefinition;
const revision = (there: ReadyWorld, number: number) =>
  there.cloud.ecs.families.get(NAMES.family)![number - 1]!;
const container = (there: ReadyWorld, number: number): JsonObject =>
  (revision(there, number).body['containerDefinitions'] as readonly JsonObject[])[0]!;

describe('a release of an existing image', () => {
  it('puts the new commit live and proves it', async () => {
    const there = await readyWorld({ env: inputs() });
    expect(await release(there)).toEqual({ kind: 'released' });
    expect(there.errors).toEqual([]);
    expect(changes(there.cloud)).toEqual([
      'ecs:RegisterTaskDefinition',
      'ecs:UpdateService',
      'ecs:TagResource',
    ]);
    expect(Object.fromEntries(there.outputs)).toMatchObject({
      outcome: 'released',
      'failure-code': '',
      'git-sha': NEW_COMMIT,
      'build-time': '2026-01-01T00:00:00Z',
      'image-digest': there.newDigest,
      'image-uri': `${there.cloud.ecr.host}/${NAMES.repository}@${there.newDigest}`,
      'task-definition-arn': revision(there, 2).arn,
      'task-definition-revision': '2',
      'previous-task-definition-arn': revision(there, 1).arn,
      changed: 'true',
      'smoke-passed': '10',
      'smoke-failed': '0',
      url: 'https://api.example.com/',
    });
    expect(there.service().deployments).toMatchObject([
      {
        rolloutState: 'COMPLETED',
        taskDefinition: revision(there, 2).arn,
        id: there.outputs.get('deployment-id'),
      },
    ]);
  });

  it('tells the container its commit and digest, and keeps everything else', async () => {
    const there = await readyWorld({ env: inputs({ 'environment-variables': 'FEATURE=on' }) });
    await release(there);
    const [before, after] = [container(there, 1), container(there, 2)];
    expect({ ...after, image: before['image'], environment: before['environment'] }).toEqual(before);
    expect(after['environment']).toEqual([
      { name: 'GIT_SHA', value: NEW_COMMIT },
      { name: 'NODE_ENV', value: 'production' },
      { name: 'CORS_ORIGINS', value: NAMES.corsOrigin },
      { name: 'API_TOKEN', value: NAMES.apiToken },
      { name: 'BUILD_TIME', value: '2026-01-01T00:00:00Z' },
      { name: 'IMAGE_DIGEST', value: there.newDigest },
      { name: 'FEATURE', value: 'on' },
    ]);
  });

  it('never sends desired count or configuration with its one update', async () => {
    const there = await readyWorld({ env: inputs() });
    await release(there);
    const updates = there.cloud.calls.filter(({ action }) => action === 'ecs:UpdateService');
    expect(updates.map(({ input }) => Object.keys(input).sort())).toEqual([
      ['cluster', 'forceNewDeployment', 'service', 'taskDefinition'],
    ]);
    expect(updates[0]!.input['forceNewDeployment']).toBe(false);
  });

  it('tags the revision with commit, digest, run and result', async () => {
    const there = await readyWorld({
      env: { ...inputs(), GITHUB_REPOSITORY: 'o/r', GITHUB_RUN_ID: '7', GITHUB_RUN_ATTEMPT: '2' },
    });
    await release(there);
    expect(revision(there, 2).tags).toEqual([
      { key: 'deploy-backend:git-sha', value: NEW_COMMIT },
      { key: 'deploy-backend:image-digest', value: there.newDigest },
      { key: 'deploy-backend:run', value: 'o/r/7/2' },
      { key: 'deploy-backend:result', value: 'released' },
    ]);
  });

  it('carries fields that nobody has heard of through the real SDK, at three depths', async () => {
    const there = await readyWorld({ env: inputs() });
    const unknown = { newField: { deep: [{ deeper: '' }] } };
    const [first] = revision(there, 1).body['containerDefinitions'] as readonly JsonObject[];
    const { taskDefinitionArn: _, revision: __, status: ___, ...body } = revision(there, 1).body;
    const strange = {
      ...body,
      ...unknown,
      containerDefinitions: [
        { ...first, ...unknown, portMappings: [{ containerPort: NAMES.port, ...unknown }] },
      ],
    };
    await ecs(there, 'RegisterTaskDefinition', strange);
    await ecs(there, 'UpdateService', { taskDefinition: NAMES.family });
    await there.clock.advance(600_000);
    expect(await release(there)).toEqual({ kind: 'released' });
    expect(revision(there, 3).body).toMatchObject(unknown);
    expect(container(there, 3)).toMatchObject({
      ...unknown,
      portMappings: [{ containerPort: NAMES.port, ...unknown }],
    });
  });

  it('changes nothing when the service runs the same already, and proves that it does', async () => {
    const there = await readyWorld({ env: inputs() });
    await release(there);
    there.cloud.calls.length = 0;
    expect(await release(there)).toEqual({ kind: 'released' });
    expect(changes(there.cloud)).toEqual([]);
    expect(there.outputs.get('changed')).toBe('false');
    expect(there.outputs.get('smoke-passed')).toBe('10');
  });

  it('starts a new deployment of the same revision when forced to', async () => {
    const there = await readyWorld({ env: inputs({ 'force-new-deployment': 'true' }) });
    await release(there);
    const first = there.outputs.get('deployment-id');
    there.cloud.calls.length = 0;
    expect(await release(there)).toEqual({ kind: 'released' });
    expect(changes(there.cloud)).toEqual(['ecs:UpdateService']);
    expect(there.outputs.get('deployment-id')).not.toBe(first);
  });

  it('is proven by rollout, health and identity alone without smoke checks, and says so', async () => {
    const there = await readyWorld({ env: inputs({ smoke: 'false', 'base-url': '' }) });
    expect(await release(there)).toEqual({ kind: 'released' });
    expect(there.summaries.join()).toMatch(/nothing is asked over HTTP/);
    expect(there.outputs.has('smoke-passed')).toBe(false);
  });

  it('works on EC2 with dynamic ports', async () => {
    const there = await readyWorld({ env: inputs(), service: { network: 'bridge' } });
    expect(await release(there)).toEqual({ kind: 'released' });
    expect(there.logged.join('\n')).toMatch(/2 tasks, 2 healthy targets/);
  });

  it('waits for the container health check of every task', async () => {
    const healthCheck = { command: ['CMD', 'true'], interval: 30, timeout: 5, retries: 3, startPeriod: 60 };
    const there = await readyWorld({ env: inputs(), service: { healthCheck } });
    expect(await release(there)).toEqual({ kind: 'released' });
    expect(there.logged.join('\n')).toMatch(/2 tasks, 4 healthy targets and containers/);
  });

  it('starts from the newest revision, or from a file, when asked to', async () => {
    const file = {
      executionRoleArn: 'arn:aws:iam::706704660887:role/execution',
      containerDefinitions: [
        { name: NAMES.container, image: 'x', essential: true, portMappings: [{ containerPort: NAMES.port }] },
      ],
      networkMode: 'awsvpc',
      requiresCompatibilities: ['FARGATE'],
      cpu: '512',
      memory: '1024',
    };
    const there = await readyWorld({ env: inputs({ 'task-definition': 'td.json', smoke: 'false' }) });
    there.files.set('td.json', JSON.stringify(file));
    await there.during(run(there.world));
    expect(there.errors).toEqual([]);
    expect(revision(there, 2).body).toMatchObject({ family: NAMES.family, cpu: '512' });
  });

  it('still registers when tags may not be set, and warns', async () => {
    const there = await readyWorld({ env: inputs() });
    there.cloud.faults.push({ action: 'ecs:TagResource', kind: 'deny' });
    expect(await release(there)).toEqual({ kind: 'released' });
    expect(there.warnings.join()).toMatch(/ecs:TagResource/);
    expect(revision(there, 2).tags).toEqual([]);
  });

  it('lives through a storm of throttled reads', async () => {
    const there = await readyWorld({ env: inputs() });
    there.cloud.faults.push(
      { action: 'ecs:Describe*', kind: 'throttle', times: 4 },
      { action: 'ecs:List*', kind: 'server-error', times: 4 },
    );
    expect(await release(there)).toEqual({ kind: 'released' });
  });

  it('reads the logs of the new tasks, and only warns when it may not', async () => {
    const there = await readyWorld({ env: inputs() });
    there.cloud.faults.push({ action: 'logs:*', kind: 'deny' });
    expect(await release(there)).toEqual({ kind: 'released' });
    expect(there.warnings.join()).toMatch(/logs of 2 of 2 tasks could not be read/);
  });
});

describe('a rollout in flight', () => {
  it('is waited for when the inputs say so', async () => {
    const there = await readyWorld({ env: inputs({ 'in-flight': 'wait' }) });
    await ecs(there, 'UpdateService', { forceNewDeployment: true });
    expect(await release(there)).toEqual({ kind: 'released' });
    expect(live(there)).toBe(revision(there, 2).arn);
  });

  it('is replaced when the inputs say so, also when it would never end', async () => {
    const there = await readyWorld({ env: inputs({ 'in-flight': 'replace' }) });
    there.script.set('broken', { exit: { after: 1_000, exitCode: 1 } });
    const digest = await image(there.cloud, 'broken', OLD_COMMIT);
    expect(digest).toMatch(/^sha256:/);
    const [first] = revision(there, 1).body['containerDefinitions'] as readonly JsonObject[];
    const { taskDefinitionArn: _, revision: __, status: ___, ...body } = revision(there, 1).body;
    await ecs(there, 'RegisterTaskDefinition', {
      ...body,
      containerDefinitions: [{ ...first, image: `${there.cloud.ecr.host}/${NAMES.repository}:broken` }],
    });
    await ecs(there, 'UpdateService', { taskDefinition: `${NAMES.family}:2` });
    await there.clock.advance(120_000);
    there.cloud.calls.length = 0;
    expect(await release(there)).toEqual({ kind: 'released' });
    expect(there.outputs.get('previous-task-definition-arn')).toBe(revision(there, 1).arn);
  });
});

describe('a release that fails after the change', () => {
  it('is left as it is, and says so, when the inputs say so', async () => {
    const there = await readyWorld({ env: inputs({ 'auto-rollback': 'false' }) });
    there.script.set(there.newDigest, { unhealthyAfter: 0 });
    expect(await release(there)).toMatchObject({ kind: 'left-as-is', error: { code: 'target-health' } });
    expect(there.errors[0]).toMatch(
      /failed ELB health checks[\s\S]*a person should look[\s\S]*aws ecs update-service/,
    );
    expect(there.outputs.get('image-digest')).toBe(there.newDigest);
    expect(there.summaries.join()).toMatch(/left in place/);
    expect(live(there)).toBe(revision(there, 2).arn);
  });

  it('is superseded by a newer deployment of somebody else, and touches nothing', async () => {
    const there = await readyWorld({ env: inputs() });
    there.clock.after(
      20_000,
      () => void ecs(there, 'UpdateService', { taskDefinition: `${NAMES.family}:1` }),
    );
    expect(await release(there)).toMatchObject({ kind: 'superseded', error: { code: 'superseded' } });
    expect(changes(there.cloud)).toEqual(['ecs:RegisterTaskDefinition', 'ecs:UpdateService']);
  });

  it('says that the service is gone when somebody deletes it', async () => {
    const there = await readyWorld({ env: inputs() });
    there.clock.after(20_000, () => void ecs(there, 'DeleteService', { force: true }));
    expect(await release(there)).toMatchObject({ kind: 'rollback-failed', error: { code: 'service-gone' } });
  });

  it('fails when the service answers with another commit', async () => {
    const there = await readyWorld({ env: inputs() });
    there.script.set(there.newDigest, {
      answer: builtFrom(OLD_COMMIT),
    });
    expect(await release(there)).toMatchObject({ kind: 'rolled-back', error: { code: 'smoke-failed' } });
    const results = JSON.parse(there.outputs.get('smoke-results')!) as readonly CheckResult[];
    expect(results.map(({ check }) => check)).toEqual(CHECKS);
    expect(results.filter(({ verdict }) => verdict === 'fail').map(({ check }) => check)).toEqual([
      'version',
    ]);
    expect(there.outputs.get('smoke-passed')).toBe('9');
    expect(there.outputs.get('smoke-failed')).toBe('1');
  });

  it('fails without harm when nothing had to be changed and the service does not answer with its commit', async () => {
    const there = await readyWorld({ env: inputs() });
    let lies = false;
    there.script.set(there.newDigest, {
      answer: (request, app) => (lies ? builtFrom(OLD_COMMIT)(request, app) : undefined),
    });
    expect(await release(there)).toEqual({ kind: 'released' });
    const deployment = there.outputs.get('deployment-id');
    lies = true;
    there.cloud.calls.length = 0;
    expect(await release(there)).toMatchObject({ kind: 'failed', error: { code: 'smoke-failed' } });
    expect(changes(there.cloud)).toEqual([]);
    expect(there.outputs.get('changed')).toBe('false');
    expect(there.service().deployments.map(({ id }) => id)).toEqual([deployment]);
  });

  it('ends at once when the run is cancelled, and writes what is known', async () => {
    const there = await readyWorld({ env: inputs() });
    const { DeployError } = await import('../../../src/errors.js');
    there.clock.after(20_000, () =>
      there.cancel.abort(new DeployError('cancelled', 'The run was cancelled.')),
    );
    expect(await release(there)).toMatchObject({ kind: 'cancelled' });
    expect(there.outputs.get('deployment-id')).toMatch(/^ecs-svc\//);
  });
});

describe('the commit that is live', () => {
  const history =
    (descendants: Record<string, string>): RunProcess =>
    (command, args) => {
      if (command !== 'git') return Promise.reject(new ProgramMissing(command));
      const [ancestor = '', descendant = ''] = args.slice(-2);
      const says = (exitCode: number, stdout = '') => Promise.resolve({ exitCode, stdout, stderr: '' });
      if (args.includes('merge-base')) return says(descendants[ancestor] === descendant ? 0 : 1);
      return says(0, args.includes('rev-parse') ? 'false\n' : '');
    };

  it('is never replaced by one of its ancestors', async () => {
    const there = await readyWorld({ env: inputs(), run: history({ [NEW_COMMIT]: OLD_COMMIT }) });
    expect(await release(there)).toMatchObject({ kind: 'failed', error: { code: 'stale-commit' } });
    expect(changes(there.cloud)).toEqual([]);
  });

  it('may be when the inputs allow it', async () => {
    const there = await readyWorld({
      env: inputs({ 'allow-downgrade': 'true' }),
      run: history({ [NEW_COMMIT]: OLD_COMMIT }),
    });
    expect(await release(there)).toEqual({ kind: 'released' });
  });

  it('is replaced without a word by one of its descendants', async () => {
    const there = await readyWorld({ env: inputs(), run: history({ [OLD_COMMIT]: NEW_COMMIT }) });
    expect(await release(there)).toEqual({ kind: 'released' });
    expect(there.warnings).toEqual([]);
  });
});
