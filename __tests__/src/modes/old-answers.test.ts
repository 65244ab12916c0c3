import { describe, expect, it } from '@jest/globals';
import { ecsOperations } from '../../../sandbox/ecs/operations.js';
import type { JsonObject } from '../../../sandbox/json.js';
import { NAMES } from '../../../sandbox/names.js';
import type { Outcome } from '../../../src/outcome.js';
import { builtFrom } from '../../../sandbox/runtime/example-answers.js';
import { run } from '../../../src/run.js';
import type { AwsResponse, AwsTransport, Runner, World } from '../../../src/world.js';
import { changes, readyWorld, type ReadyWorld } from '../../ready-world.js';
import { takeShortCuts } from '../../simulation/direct.js';
import { inputs } from '../../world.js';
import { EVERY } from '../../e2e/every-scenario.js';
import { runCutOff } from './cut-off.js';

takeShortCuts();

/*
 * ECS is eventually consistent: an answer may be of before the last change. None of them is a verdict, and none leads
 * to a second undo, to no undo, or to one of somebody else's deployment.
 */

const RUN = { GITHUB_REPOSITORY: 'o/r', GITHUB_RUN_ID: '7', GITHUB_RUN_ATTEMPT: '1' };
type Wish = NonNullable<Parameters<typeof readyWorld>[0]>;
const world = (more: Record<string, string> = {}, wish: Wish = {}): Promise<ReadyWorld> =>
  readyWorld({ env: { ...inputs(more), ...RUN }, ...wish });
const live = (there: ReadyWorld): number =>
  Number(there.service().deployments[0]!.taskDefinition.split(':').at(-1));
const ecs = ({ cloud }: ReadyWorld, operation: string, input: JsonObject) =>
  ecsOperations[operation]!(cloud, { cluster: NAMES.cluster, service: NAMES.service, ...input });
const crash = (there: ReadyWorld): void =>
  void there.script.set(there.newDigest, { exit: { after: 1_000, exitCode: 1 } });
const wrongCommit = (there: ReadyWorld): void =>
  void there.script.set(there.newDigest, {
    answer: builtFrom('9'.repeat(40)),
  });

/** The number of the first call of an action in a whole run, counted from 1. */
async function callOf(action: string, prepare: (there: ReadyWorld) => void, nth = 1): Promise<number> {
  const there = await world();
  prepare(there);
  await there.during(run(there.world));
  const numbers = there.cloud.calls.flatMap((call, index) => (call.action === action ? [index + 1] : []));
  return numbers[nth - 1]!;
}

/** Runs with every answer of an operation passed through `change`. */
async function runChanging(
  there: ReadyWorld,
  operation: string,
  change: (answer: AwsResponse, count: number) => AwsResponse,
  more: Partial<World> = {},
): Promise<Outcome> {
  const sent = there.world.aws!;
  let count = 0;
  const aws: AwsTransport = {
    async handle(request, options) {
      const answer = await sent.handle(request, options);
      if (!request.headers['x-amz-target']?.endsWith(`.${operation}`)) return answer;
      return { response: change(answer.response, ++count) };
    },
  };
  return there.during(run({ ...there.world, aws, ...more }));
}

describe('one answer of before the release', () => {
  it.each([
    ['good', () => undefined, 'released', 2],
    ['crashing', crash, 'rolled-back', 1],
  ] as const)('does not change how the release of a %s image ends', async (_, prepare, kind, revision) => {
    const ends = new Set<string>();
    for (let index = 3; index <= 24; index += EVERY ? 1 : 4) {
      const there = await world();
      prepare(there);
      let old: AwsResponse | undefined;
      const outcome = await runChanging(there, 'DescribeServices', (answer, count) => {
        old ??= { ...answer, body: Buffer.from(answer.body as Uint8Array) };
        return count === index ? { ...old, body: Buffer.from(old.body as Uint8Array) } : answer;
      });
      await there.clock.advance(600_000);
      ends.add(`${outcome.kind} ${live(there)}`);
    }
    expect([...ends]).toEqual([`${kind} ${revision}`]);
  });
});

describe('a deployment that is not to be seen yet', () => {
  it.each([
    ['kill', 5_000],
    ['cancel', 5_000],
    ['kill', 20_000],
    ['cancel', 20_000],
  ] as const)('is undone all the same when the run is cut off (%s, %d ms)', async (how, delay) => {
    const call = (await callOf('ecs:UpdateService', () => undefined)) + 1;
    const there = await world();
    there.script.set(there.newDigest, { unhealthyAfter: 0 });
    there.cloud.faults.push({ action: 'ecs:UpdateService', kind: 'stale', times: 1, delay });
    const { post } = await runCutOff(there, { call, when: 'before', how }, () => there.clock.advance(2_000));
    await there.clock.advance(600_000);
    expect([post?.kind, live(there)]).toEqual(['rolled-back', 1]);
  });
});

describe('a service deployment that DescribeServices names too late', () => {
  it('is not stopped: an update takes ours back', async () => {
    const there = await world();
    crash(there);
    let older: unknown;
    const outcome = await runChanging(there, 'DescribeServices', (answer) => {
      const body = JSON.parse(Buffer.from(answer.body as Uint8Array).toString()) as {
        services: { currentServiceDeployment: unknown }[];
      };
      older ??= body.services[0]!.currentServiceDeployment;
      body.services[0]!.currentServiceDeployment = older;
      return { ...answer, body: Buffer.from(JSON.stringify(body)) };
    });
    expect(outcome).toMatchObject({ kind: 'rolled-back' });
    expect(changes(there.cloud)).not.toContain('ecs:StopServiceDeployment');
    expect(live(there)).toBe(1);
  });
});

describe('state that cannot be written', () => {
  const without = (name: string, { runner }: World): Runner => ({
    ...runner,
    save: (key, value) =>
      key === name ? Promise.reject(new Error('ENOSPC: no space left')) : runner.save(key, value),
  });

  it.each(['deployment', 'finished', 'reported'])('does not undo a good release (%s)', async (name) => {
    const there = await world();
    const outcome = await there.during(run({ ...there.world, runner: without(name, there.world) }));
    expect(outcome).toEqual({ kind: 'released' });
    expect(there.outputs.get('changed')).toBe('true');
    expect(there.warnings.join()).toMatch(/state for the post step cannot be written: ENOSPC/);
  });

  it('does not keep a failed release from being undone', async () => {
    const there = await world();
    crash(there);
    const outcome = await there.during(run({ ...there.world, runner: without('undo', there.world) }));
    expect([outcome.kind, live(there)]).toEqual(['rolled-back', 1]);
  });

  it('stops a run before the change that it could not undo', async () => {
    const there = await world();
    const outcome = await there.during(run({ ...there.world, runner: without('intent', there.world) }));
    expect(outcome.kind).toBe('failed');
    expect(changes(there.cloud)).toEqual(['ecs:RegisterTaskDefinition']);
  });
});

describe('a service that had lost tasks before', () => {
  it('is proven to be back, although ECS restores its old deployment', async () => {
    const there = await world();
    there.cloud.ecs.rollbackDeployment = 'restored';
    const { tasks } = there.cloud.ecs.clusters.get(NAMES.cluster)!;
    const [one] = [...tasks.values()];
    for (const id of ['dead1', 'dead2']) {
      tasks.set(id, {
        ...one!,
        id,
        arn: one!.arn.replace(one!.id, id),
        targets: [],
        containers: one!.containers.map((container) => ({ ...container, exitCode: 1 })),
        lastStatus: 'STOPPED',
        desiredStatus: 'STOPPED',
        stopCode: 'EssentialContainerExited',
        stoppedReason: 'Essential container in task exited',
        stoppedAt: there.clock.now(),
      });
    }
    there.script.set(there.newDigest, { unhealthyAfter: 0 });
    expect(await there.during(run(there.world))).toMatchObject({ kind: 'rolled-back' });
    expect(live(there)).toBe(1);
  });
});

describe('the post step of a release', () => {
  it('leaves a deployment of our revision alone that somebody else forced', async () => {
    const call = await callOf('ecs:UpdateService', () => undefined);
    const there = await world();
    const { post } = await runCutOff(there, { call, when: 'after', how: 'kill' }, () =>
      ecs(there, 'UpdateService', { forceNewDeployment: true }),
    );
    expect(post).toMatchObject({ kind: 'superseded' });
    expect(changes(there.cloud)).toEqual(['ecs:RegisterTaskDefinition', 'ecs:UpdateService']);
  });

  it('follows the pinned copy that main had chosen to go back to', async () => {
    const image = `${NAMES.account}.dkr.ecr.${NAMES.region}.amazonaws.com/${NAMES.repository}:v1`;
    const call = (await callOf('ecs:UpdateService', wrongCommit, 2)) + 4;
    const there = await world({}, { service: { image } });
    wrongCommit(there);
    const { main, post } = await runCutOff(there, { call, when: 'after', how: 'kill' });
    expect([main, post?.kind, live(there)]).toEqual([undefined, 'rolled-back', 3]);
    const updates = changes(there.cloud).filter((action) => action === 'ecs:UpdateService');
    expect(updates).toHaveLength(2);
  });

  it('says nothing of a change that never came to be, when nothing is to be undone', async () => {
    const call = await callOf('ecs:UpdateService', () => undefined);
    const there = await world({ 'auto-rollback': 'false' });
    const { post } = await runCutOff(there, { call, when: 'before', how: 'kill' });
    expect(post).toBeUndefined();
  });
});

describe('a new deployment of the same revision', () => {
  it('has no other state to go back to, and is not updated to itself', async () => {
    const there = await world();
    await there.during(run(there.world));
    there.cloud.calls.length = 0;
    there.cloud.faults.push({ action: 'ecs:StopServiceDeployment', kind: 'deny' });
    crash(there);
    const env = { ...inputs({ 'force-new-deployment': 'true' }), ...RUN };
    await there.during(run({ ...there.world, env }));
    const updates = changes(there.cloud).filter((action) => action === 'ecs:UpdateService');
    expect(updates).toHaveLength(1);
  });
});
