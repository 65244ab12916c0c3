import { describe, expect, it } from '@jest/globals';
import { NAMES } from '../../../sandbox/names.js';
import { connect } from '../../../src/adapters/aws/aws.js';
import type { Container, Task } from '../../../src/model/service.js';
import { identity, type IdentityCheck } from '../../../src/steps/identity.js';
import { readyWorld, type ReadyWorld } from '../../ready-world.js';

const [OURS, OTHER] = [`sha256:${'a'.repeat(64)}`, `sha256:${'b'.repeat(64)}`];
function task(name: string, imageDigest: string | undefined, more: Partial<Task> = {}): Task {
  const container: Container = {
    name: NAMES.container,
    image: 'r',
    imageDigest,
    healthStatus: 'UNKNOWN',
    exitCode: undefined,
    reason: undefined,
    hostPorts: new Map(),
  };
  return {
    arn: `task/${name}`,
    taskDefinition: 'api:2',
    startedBy: 'ecs-svc/2',
    lastStatus: 'RUNNING',
    desiredStatus: 'RUNNING',
    containers: [container],
    privateIp: undefined,
    containerInstanceArn: undefined,
    startedAt: undefined,
    stopCode: undefined,
    stoppedReason: undefined,
    ...more,
  };
}

/** Looks at tasks as they are at each look, the last ones for ever. */
async function look(...looks: readonly (readonly Task[])[]) {
  return lookWith({}, ...looks);
}

/** The same for another question. */
async function lookWith(question: Partial<IdentityCheck>, ...looks: readonly (readonly Task[])[]) {
  const there: ReadyWorld = await readyWorld();
  const aws = connect(there.world, NAMES.region);
  const { ecs } = aws;
  const described = (await ecs.service(NAMES.cluster, NAMES.service))!;
  let at = 0;
  const tasks = () => Promise.resolve(looks[Math.min(at++, looks.length - 1)]!);
  const notes: string[] = [];
  const warnings: string[] = [];
  const done = identity(
    {
      cluster: NAMES.cluster,
      service: described,
      own: { id: 'ecs-svc/2', taskDefinition: 'api:2', previous: undefined, before: [] },
      container: NAMES.container,
      acceptedDigests: [OURS],
      alone: false,
      ...question,
    },
    { ...aws, ecs: { ...ecs, tasks } },
    there.world,
    {
      note: (text) => void notes.push(text),
      skip: () => undefined,
      warn: (text) => void warnings.push(text),
      know: () => Promise.resolve(),
      progress: () => undefined,
    },
  );
  const error: unknown = await there.during(done).then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  return { error, notes, warnings, looks: at };
}

describe('the image that the tasks of a release run', () => {
  it('is proven when each says the released digest', async () => {
    expect(await look([task('1', OURS), task('2', OURS)])).toEqual({
      error: undefined,
      notes: ['2 of 2 tasks provably run the image'],
      warnings: [],
      looks: 1,
    });
  });

  it('is another one when one of them says so', async () => {
    const { error } = await look([task('1', OURS), task('2', OTHER)]);
    expect(error).toMatchObject({
      code: 'digest-mismatch',
      message: `Task 2 runs ${OTHER}, which is not the image of its revision.`,
      hint: expect.stringContaining('Another image than expected was pulled') as unknown,
    });
  });

  it('is waited for while a task still starts', async () => {
    const { error, warnings, looks } = await look(
      [task('1', OURS), task('2', undefined, { lastStatus: 'PENDING' })],
      [task('1', OURS), task('2', OURS)],
    );
    expect([error, warnings, looks]).toEqual([undefined, [], 2]);
  });

  it('is not provable when ECS never gives a digest, in these words', async () => {
    const { error, notes, warnings } = await look([task('1', OURS), task('2', undefined)]);
    expect(error).toBeUndefined();
    expect(warnings).toEqual([
      'task 2 of ecs-svc/2: the image is not provable, because ECS gives no digest.',
    ]);
    expect(notes).toEqual(['1 of 2 tasks provably run the image']);
  });

  it('is not that of tasks of other deployments, which are waited for, then reported', async () => {
    const stranger = task('9', OTHER, { startedBy: 'ecs-svc/1' });
    expect(await look([task('1', OURS), stranger], [task('1', OURS)])).toMatchObject({
      warnings: [],
      looks: 2,
    });
    const { error, warnings, looks } = await look([task('1', OURS), stranger]);
    expect(error).toBeUndefined();
    expect(warnings).toEqual(['Tasks of other deployments still run: task 9 of ecs-svc/1.']);
    expect(looks).toBeGreaterThan(10);
  });

  it('is nowhere when no task of ours runs', async () => {
    expect((await look([])).error).toMatchObject({
      code: 'service-gone',
      message: 'No task of ecs-svc/2 is running.',
      hint: 'Look at the stopped tasks of the service: each has a reason.',
    });
  });

  it('is not provable where nobody knows which it has to be', async () => {
    const { error, notes, warnings } = await lookWith({ acceptedDigests: [] }, [task('1', OURS)]);
    expect([error, notes]).toEqual([undefined, ['0 of 1 tasks provably run the image']]);
    expect(warnings.join()).toContain('not provable, because the digest to expect is not known');
  });

  it('is looked for in the named container alone', async () => {
    const { error, notes } = await lookWith({ container: 'sidecar' }, [task('1', OTHER)]);
    expect([error, notes]).toEqual([undefined, ['0 of 1 tasks provably run the image']]);
  });

  it('has to be alone after a rollback', async () => {
    const stranger = task('9', OTHER, { startedBy: 'ecs-svc/1' });
    const { error } = await lookWith({ alone: true }, [task('1', OURS), stranger]);
    expect(error).toMatchObject({
      code: 'rollback-unproven',
      message: 'Tasks of other deployments still run: task 9 of ecs-svc/1.',
      hint: expect.stringContaining('has not been taken back') as unknown,
    });
    const leaving = { ...stranger, desiredStatus: 'STOPPED' };
    expect((await lookWith({ alone: true }, [task('1', OURS), leaving])).error).toBeUndefined();
  });
});
