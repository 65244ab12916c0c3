import { describe, expect, it } from '@jest/globals';
import { ecsOperations } from '../../../sandbox/ecs/operations.js';
import type { Target, TargetGroup } from '../../../sandbox/elbv2/state.js';
import { elbOperations } from '../../../sandbox/elbv2/operations.js';
import type { JsonObject } from '../../../sandbox/json.js';
import { NAMES } from '../../../sandbox/names.js';
import type { Behaviour } from '../../../sandbox/runtime/behaviour.js';
import { builtFrom, exampleAnswer } from '../../../sandbox/runtime/example-answers.js';
import { run } from '../../../src/run.js';
import { changes, NEW_COMMIT, OLD_COMMIT, readyWorld, type ReadyWorld } from '../../ready-world.js';
import { takeShortCuts } from '../../simulation/direct.js';
import { inputs } from '../../world.js';

takeShortCuts();

/*
 * Inputs that are read, but whose loss nobody would notice: each of these tests fails when the run goes on as if the
 * input had not been given.
 */
const release = (there: ReadyWorld) => there.during(run(there.world));
const revision = (there: ReadyWorld, number: number): JsonObject =>
  there.cloud.ecs.families.get(NAMES.family)![number - 1]!.body;
const container = (there: ReadyWorld, number: number): JsonObject =>
  (revision(there, number)['containerDefinitions'] as readonly JsonObject[])[0]!;
const ecs = ({ cloud }: ReadyWorld, operation: string, input: JsonObject) =>
  ecsOperations[operation]!(cloud, { cluster: NAMES.cluster, service: NAMES.service, ...input });

/** Runs a release; each step's name is told when it begins. */
function releaseTelling(there: ReadyWorld, begins: (step: string) => void) {
  const log = { ...there.world.log, group: (name: string) => begins(name) };
  return there.during(run({ ...there.world, log }));
}

describe('health-check-command', () => {
  it('becomes the health check of the container, with the usual times', async () => {
    const there = await readyWorld({ env: inputs({ 'health-check-command': 'node check.js' }) });
    expect(await release(there)).toEqual({ kind: 'released' });
    expect(container(there, 1)['healthCheck']).toBeUndefined();
    expect(container(there, 2)['healthCheck']).toEqual({
      command: ['CMD-SHELL', 'node check.js'],
      interval: 30,
      timeout: 5,
      retries: 3,
      startPeriod: 60,
    });
  });

  it('has the times and retries that the inputs give', async () => {
    const there = await readyWorld({
      env: inputs({
        'health-check-command': '["CMD", "node", "check.js"]',
        'health-check-interval': '11s',
        'health-check-timeout': '4s',
        'health-check-retries': '7',
        'health-check-start-period': '2m',
      }),
    });
    expect(await release(there)).toEqual({ kind: 'released' });
    expect(container(there, 2)['healthCheck']).toEqual({
      command: ['CMD', 'node', 'check.js'],
      interval: 11,
      timeout: 4,
      retries: 7,
      startPeriod: 120,
    });
  });
});

describe('version-path', () => {
  const elsewhere: Behaviour = {
    answer: (request, app) => {
      const [path, query] = request.path.split('?');
      if (path === '/api/v1/version') return { status: 404 };
      const at = path === '/build' ? '/api/v1/version' : request.path;
      return exampleAnswer({ ...request, path: query === undefined ? at : `${at}?${query}` }, app);
    },
  };

  it.each([
    ['/build', { kind: 'released' }],
    ['/api/v1/version', { kind: 'rolled-back', error: { code: 'smoke-failed' } }],
  ])('%s is the path that is asked', async (path, outcome) => {
    const there = await readyWorld({ env: inputs({ 'version-path': path, 'smoke-timeout': '5s' }) });
    there.script.set(there.newDigest, elsewhere);
    expect(await release(there)).toMatchObject(outcome);
  });
});

describe('smoke-timeout', () => {
  it.each([
    ['20s', { kind: 'rolled-back', error: { code: 'smoke-failed' } }],
    ['2m', { kind: 'released' }],
  ])('%s is how long a service may take to say the new commit', async (limit, outcome) => {
    const there = await readyWorld({ env: inputs({ 'smoke-timeout': limit }) });
    let smokeBegan = Infinity;
    there.script.set(there.newDigest, {
      answer: (request, app) =>
        there.clock.now() < smokeBegan + 45_000 ? builtFrom(OLD_COMMIT)(request, app) : undefined,
    });
    const told = releaseTelling(there, (step) => {
      if (step === 'smoke') smokeBegan = Math.min(smokeBegan, there.clock.now());
    });
    expect(await told).toMatchObject(outcome);
  });
});

describe('the logs of the new tasks', () => {
  const chatty = async (given: Record<string, string>): Promise<ReadyWorld> => {
    const there = await readyWorld({ env: inputs(given) });
    const output = Array.from({ length: 9 }, (_, index) => `info line ${String(index + 1)} of a task`);
    there.script.set(there.newDigest, { output });
    expect(await release(there)).toEqual({ kind: 'released' });
    return there;
  };
  const shown = ({ logged }: ReadyWorld) => logged.join('\n').match(/info line \d of a task/g) ?? [];
  const reads = ({ cloud }: ReadyWorld) => cloud.calls.filter(({ action }) => action === 'logs:GetLogEvents');

  it('are shown as far as log-lines says, the newest ones', async () => {
    const there = await chatty({ 'log-lines': '4' });
    expect(shown(there)).toHaveLength(4);
    expect(shown(there)).toContain('info line 9 of a task');
    expect(there.summaries.join()).toMatch(/18 other lines among the last 18/);
  });

  it('are all shown where log-lines allows it', async () => {
    expect(shown(await chatty({}))).toHaveLength(18);
  });

  it('are counted and not shown with log-excerpt counts', async () => {
    const there = await chatty({ 'log-excerpt': 'counts' });
    expect([...shown(there), ...(there.summaries.join().match(/info line/g) ?? [])]).toEqual([]);
    expect(there.summaries.join()).toMatch(/18 other lines among the last 18/);
  });

  it('are not even read with log-excerpt off', async () => {
    const there = await chatty({ 'log-excerpt': 'off' });
    expect(reads(there)).toEqual([]);
    expect(there.summaries.join()).toMatch(/log-excerpt is off/);
  });

  it('come from the group that log-group names', async () => {
    const there = await chatty({ 'log-group': '/elsewhere' });
    expect(reads(there).map(({ input }) => input['logGroupName'])).toEqual(['/elsewhere', '/elsewhere']);
    // There is no such group: a warning, and no verdict.
    expect(there.warnings.join()).toMatch(/logs of 2 of 2 tasks could not be read/);
    expect(shown(there)).toEqual([]);
  });
});

/** A second target group of the service, which traffic reaches by a listener of its own. */
async function secondTargetGroup({ cloud, service }: ReadyWorld): Promise<TargetGroup> {
  const [first] = [...cloud.elb.targetGroups.values()];
  const [balancer] = [...cloud.elb.loadBalancers.values()];
  await elbOperations['CreateTargetGroup']!(cloud, {
    Name: 'second',
    Protocol: 'HTTP',
    Port: NAMES.port,
    TargetType: 'ip',
    HealthCheckPath: '/api/v1',
  });
  const second = [...cloud.elb.targetGroups.values()].find(({ arn }) => arn !== first!.arn)!;
  await elbOperations['CreateListener']!(cloud, {
    LoadBalancerArn: balancer!.arn,
    Protocol: 'HTTP',
    Port: 8080,
    DefaultActions: [{ Type: 'forward', TargetGroupArn: second.arn }],
  });
  service().settings = {
    ...service().settings,
    loadBalancers: [first!, second].map(({ arn }) => ({
      targetGroupArn: arn,
      containerName: NAMES.container,
      containerPort: NAMES.port,
    })),
  };
  return second;
}

/** Takes the targets out of their group, as a person might; returns what puts them back. */
function takeOut({ targets }: TargetGroup): () => void {
  const taken: readonly (readonly [string, Target])[] = [...targets];
  targets.clear();
  return () => taken.forEach(([name, target]) => targets.set(name, target));
}

describe('target-groups', () => {
  it.each([
    ['one', { kind: 'released' }],
    ['all', { kind: 'rolled-back', error: { code: 'target-health' } }],
  ])('of the service that are looked at: %s', async (which, outcome) => {
    const env = { ...inputs({ 'target-health-timeout': '1m' }) };
    const there = await readyWorld({ env });
    const [first] = [...there.cloud.elb.targetGroups.keys()];
    const second = await secondTargetGroup(there);
    if (which === 'one') env['INPUT_TARGET-GROUPS'] = first;
    const told = releaseTelling(there, (step) => {
      if (step === 'health' && second.targets.size > 0) takeOut(second);
    });
    expect(await told).toMatchObject(outcome);
  });
});

describe('the health of targets', () => {
  const group = ({ cloud }: ReadyWorld): TargetGroup => [...cloud.elb.targetGroups.values()][0]!;

  it('is waited for no longer than target-health-timeout', async () => {
    const there = await readyWorld({ env: inputs({ 'target-health-timeout': '90s' }) });
    let [began, ended] = [0, 0];
    const outcome = await releaseTelling(there, (step) => {
      if (step === 'health' && began === 0) {
        began = there.clock.now();
        takeOut(group(there));
      } else if (began > 0 && ended === 0) ended = there.clock.now();
    });
    expect(outcome).toMatchObject({ kind: 'rolled-back', error: { code: 'target-health' } });
    expect(there.errors.join()).toMatch(/Not everything is healthy after 1m 30s/);
    expect(ended - began).toBeGreaterThanOrEqual(88_000);
    expect(ended - began).toBeLessThanOrEqual(92_000);
  });

  it('has to be seen in three looks in a row', async () => {
    const there = await readyWorld({ env: inputs() });
    const looks = () =>
      there.cloud.calls.filter(({ action }) => action === 'elasticloadbalancing:DescribeTargetHealth').length;
    let [before, after, back] = [0, 0, 0];
    const outcome = await releaseTelling(there, (step) => {
      if (step === 'health') {
        before = looks();
        // Two looks find everything healthy, the third does not, and from the fourth on all is well again.
        there.clock.after(3_000, () => {
          const putBack = takeOut(group(there));
          there.clock.after(2_000, () => {
            putBack();
            back = looks();
          });
        });
      }
      if (step === 'identity') after = looks();
    });
    expect(outcome).toEqual({ kind: 'released' });
    expect([back - before, after - before]).toEqual([3, 6]);
  });
});

describe('in-flight: wait', () => {
  it('waits no longer than deployment-timeout for a rollout that is stuck, and changes nothing', async () => {
    const there = await readyWorld({ env: inputs({ 'in-flight': 'wait', 'deployment-timeout': '4m' }) });
    there.script.set(there.oldDigest, { unhealthyAfter: 0 });
    await ecs(there, 'UpdateService', { forceNewDeployment: true });
    there.cloud.calls.length = 0;
    const began = there.clock.now();
    expect(await release(there)).toMatchObject({ kind: 'failed', error: { code: 'rollout-in-flight' } });
    expect(there.errors[0]).toMatch(/did not end within 4m[\s\S]*replace/);
    expect(there.clock.now() - began).toBeGreaterThanOrEqual(230_000);
    expect(there.clock.now() - began).toBeLessThanOrEqual(250_000);
    expect(changes(there.cloud)).toEqual([]);
  });
});

describe('task-definition: latest', () => {
  it.each([
    ['latest', '512'],
    ['', '256'],
  ])('%j decides which revision the next one starts from', async (from, cpu) => {
    const there = await readyWorld({ env: inputs({ 'task-definition': from }) });
    const {
      taskDefinitionArn: _,
      revision: __,
      status: ___,
      ...body
    } = revision(there, 1) as Record<string, JsonObject[string]>;
    await ecs(there, 'RegisterTaskDefinition', { ...body, cpu: '512', memory: '1024' });
    expect(await release(there)).toEqual({ kind: 'released' });
    expect(revision(there, 3)['cpu']).toBe(cpu);
    expect(container(there, 3)['environment']).toContainEqual({ name: 'GIT_SHA', value: NEW_COMMIT });
    expect(there.service().deployments[0]!.taskDefinition).toMatch(/:3$/);
  });
});
