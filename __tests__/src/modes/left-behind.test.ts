import { describe, expect, it } from '@jest/globals';
import { ecsOperations } from '../../../sandbox/ecs/operations.js';
import type { JsonObject } from '../../../sandbox/json.js';
import { NAMES } from '../../../sandbox/names.js';
import { finish, run } from '../../../src/run.js';
import { changes, NEW_COMMIT, OLD_COMMIT, readyWorld, type ReadyWorld } from '../../ready-world.js';
import { takeShortCuts } from '../../simulation/direct.js';
import { inputs } from '../../world.js';

takeShortCuts();

/*
 * What a run that was cut off has saved is only a hint. Here it is written by hand, beside a service that is as nobody expects.
 */

const RUN = { GITHUB_REPOSITORY: 'o/r', GITHUB_RUN_ID: '7', GITHUB_RUN_ATTEMPT: '1' };
const env = (more: Readonly<Record<string, string>> = {}) => ({ ...inputs(more), ...RUN });
const ROLLBACK = { mode: 'rollback', image: '' };

const ecs = ({ cloud }: ReadyWorld, operation: string, input: JsonObject = {}) =>
  ecsOperations[operation]!(cloud, { cluster: NAMES.cluster, service: NAMES.service, ...input });
const arn = (number: number, family: string = NAMES.family): string =>
  `arn:aws:ecs:${NAMES.region}:${NAMES.account}:task-definition/${family}:${String(number)}`;
const leader = (there: ReadyWorld) => there.service().deployments[0]!;

/** Revision 2 was released by the run, and what it had saved says that it was not proven yet. */
async function released(): Promise<{
  readonly there: ReadyWorld;
  readonly before: string;
  readonly own: string;
}> {
  const there = await readyWorld({ env: env() });
  const before = leader(there).id;
  expect(await there.during(run(there.world))).toEqual({ kind: 'released' });
  there.cloud.calls.length = 0;
  there.outputs.clear();
  return { there, before, own: leader(there).id };
}

/** Revision 1 is live again by a rollback, which is not proven yet. */
async function goneBack() {
  const { there } = await released();
  const before = leader(there).id;
  await ecs(there, 'UpdateService', { taskDefinition: arn(1) });
  await there.clock.advance(10 * 60_000);
  there.cloud.calls.length = 0;
  return { there, before, own: leader(there).id };
}

const fallback = { taskDefinition: arn(1), commit: OLD_COMMIT };

/** Lets the post step run after a main step that has saved this. */
function post(
  there: ReadyWorld,
  intent: object,
  {
    own,
    more = {},
    given = {},
  }: {
    readonly own?: string;
    readonly more?: Readonly<Record<string, string>>;
    readonly given?: Readonly<Record<string, string>>;
  } = {},
) {
  const saved = {
    STATE_intent: JSON.stringify({ version: 1, ...intent }),
    ...(own === undefined ? {} : { STATE_deployment: own }),
    ...more,
  };
  return there.during(finish({ ...there.world, env: { ...env(given), ...saved } }));
}

describe('what a release has left behind', () => {
  it('is undone, and known as far as AWS still tells', async () => {
    const { there, before, own } = await released();
    const digest = there.oldDigest;
    const saved = { taskDefinition: arn(2), fallback: { ...fallback, digest }, before: [before] };
    const outcome = await post(there, saved, { own });
    expect(outcome).toEqual({
      kind: 'rolled-back',
      state: `${NAMES.service} is back on ${NAMES.family}:1, and that is proven. ${NAMES.family}:2 stays the newest revision of its family.`,
    });
    expect(Object.fromEntries(there.outputs)).toMatchObject({
      outcome: 'rolled-back',
      changed: 'true',
      'deployment-id': own,
      'git-sha': NEW_COMMIT,
      'task-definition-arn': arn(2),
      'previous-task-definition-arn': arn(1),
    });
    expect(there.logged.join('\n')).toMatch(/pass +version: /);
  });

  it.each<[string, object, RegExp, Readonly<Record<string, string>>]>([
    ['of another family', { taskDefinition: arn(2, 'other') }, /other:2 cannot be described/, {}],
    ['gone', { taskDefinition: arn(9) }, /:9 cannot be described/, {}],
    [
      'with another way back',
      { fallback: { taskDefinition: arn(1, 'other') } },
      /the saved way back is of another family/,
      {},
    ],
    [
      'chosen to go elsewhere',
      {},
      /the saved way back is of another family/,
      { 'STATE_undo-target': arn(1, 'other') },
    ],
    ['of another run', {}, /its revision is of o\/r\/7\/1/, { GITHUB_RUN_ID: '8' }],
    ['without its container', {}, /has no container gone/, { INPUT_CONTAINER: 'gone' }],
  ])('is not undone where it is %s, and the reason is said', async (_, intent, why, more) => {
    const { there, before, own } = await released();
    const outcome = await post(
      there,
      { taskDefinition: arn(2), fallback, before: [before], ...intent },
      { own, more },
    );
    expect(outcome).toBeUndefined();
    expect(there.warnings.join('\n')).toMatch(/^What a run left behind that was cut off is not undone: /m);
    expect(there.warnings.join('\n')).toMatch(why);
    expect(changes(there.cloud)).toEqual([]);
  });

  it('is not undone in a service of another family, or one that is not there', async () => {
    const { there, before } = await released();
    const { containerDefinitions, memory, cpu, networkMode } = there.cloud.ecs.families.get(NAMES.family)![0]!
      .body;
    const body = {
      containerDefinitions: containerDefinitions!,
      memory: memory!,
      cpu: cpu!,
      networkMode: networkMode!,
    };
    await ecs(there, 'RegisterTaskDefinition', { family: 'other', ...body });
    const saved = { taskDefinition: arn(1, 'other'), before: [before] };
    expect(await post(there, saved)).toBeUndefined();
    expect(there.warnings.join()).toContain('what was saved is of another family');
    there.cloud.ecs.clusters.get(NAMES.cluster)!.services.delete(NAMES.service);
    expect(await post(there, { ...saved, taskDefinition: arn(2) })).toBeUndefined();
    expect(there.warnings.join()).toContain('is not undone: there is no such service');
  });

  it.each([
    ['', 'restored'],
    [' with a new deployment', 'new'],
  ] as const)('is not undone once more where ECS has taken the undo back%s', async (_, how) => {
    const { there, before, own } = await released();
    there.cloud.ecs.rollbackDeployment = how;
    const more = { STATE_undo: String(there.clock.now()), 'STATE_undo-target': arn(1) };
    await ecs(there, 'UpdateService', { taskDefinition: arn(1) });
    await there.clock.advance(5_000);
    const serviceDeploymentArn = there.service().serviceDeployments[0]!.arn;
    await ecs(there, 'StopServiceDeployment', { serviceDeploymentArn, stopType: 'ROLLBACK' });
    await there.clock.advance(10 * 60_000);
    expect(leader(there)).toMatchObject(how === 'new' ? { taskDefinition: arn(2) } : { id: own });
    there.cloud.calls.length = 0;
    const outcome = await post(there, { taskDefinition: arn(2), fallback, before: [before] }, { own, more });
    expect(outcome).toMatchObject({ kind: 'rollback-failed', error: { code: 'cancelled' } });
    expect(outcome?.error?.message).toContain('ECS undid the rollback and restored');
    expect(changes(there.cloud)).toEqual([]);
  });

  it('is left as it is without a way back, with the command that looks at it', async () => {
    const { there, before, own } = await released();
    const outcome = await post(there, { taskDefinition: arn(2), before: [before] }, { own });
    expect(outcome).toMatchObject({ kind: 'cancelled', error: { code: 'cancelled' }, mustLook: true });
    expect(outcome?.state).toContain('because there is no way back');
    expect(changes(there.cloud)).toEqual([]);
    const other = await post(there, { taskDefinition: arn(2), before: [before] }, { own: 'ecs-svc/99' });
    expect(other).toBeUndefined();
  });

  it('is told with the command that looks at it where AWS cannot be asked', async () => {
    const { there, before, own } = await released();
    there.cloud.faults.push({ action: 'ecs:DescribeServices', kind: 'deny' });
    const outcome = await post(there, { taskDefinition: arn(2), fallback, before: [before] }, { own });
    expect(outcome).toMatchObject({ kind: 'rollback-failed', error: { code: 'access-denied' } });
    expect(outcome?.error?.message).toMatch(/^What the run left behind could not be looked at: AWS refused/);
    expect(outcome?.error?.hint).toContain(`--services ${NAMES.service}`);
  });
});

describe('what a rollback has left behind', () => {
  it('is proven and not undone', async () => {
    const { there, before, own } = await goneBack();
    const intent = { taskDefinition: arn(1), fallback: { taskDefinition: arn(2) }, before: [before] };
    expect(await post(there, intent, { own, given: ROLLBACK })).toEqual({
      kind: 'rolled-back',
      state: `${NAMES.service} is back on ${NAMES.family}:1, and that is proven.`,
    });
    expect(changes(there.cloud)).toEqual([]);
    expect(there.logged.join('\n')).toContain(`${NAMES.family}:1 is live by ${own}`);
    expect(there.outputs.get('git-sha')).toBe(OLD_COMMIT);
  });

  it('never began where its deployment is not to be seen for a minute', async () => {
    const { there, own } = await goneBack();
    const intent = { taskDefinition: arn(2), before: [own] };
    const began = there.clock.now();
    expect(await post(there, intent, { given: ROLLBACK })).toMatchObject({
      kind: 'failed',
      error: { code: 'cancelled', message: 'The run ended before its rollback began.' },
    });
    expect(there.clock.now() - began).toBeGreaterThanOrEqual(60_000);
  });

  it('is none of ours where somebody else has deployed since', async () => {
    const { there, before, own } = await goneBack();
    await ecs(there, 'UpdateService', { taskDefinition: arn(2) });
    const intent = { taskDefinition: arn(1), before: [before] };
    const outcome = await post(there, intent, { own, given: ROLLBACK });
    expect(outcome).toMatchObject({ kind: 'superseded', error: { code: 'superseded' } });
  });

  it('is not proven where the service is gone, with the command that looks at it', async () => {
    const { there, before, own } = await goneBack();
    there.service().status = 'INACTIVE';
    const intent = { taskDefinition: arn(1), before: [before] };
    const outcome = await post(there, intent, { own, given: ROLLBACK });
    expect(outcome).toMatchObject({ kind: 'rollback-failed', error: { code: 'service-gone' } });
    expect(outcome?.error?.message).toMatch(
      new RegExp(
        `^The rollback of ${NAMES.service} in .* to ${NAMES.family}:1 could not be proven: The service is gone\\.`,
      ),
    );
    expect(outcome?.error?.hint).toContain('aws ecs describe-services');
  });

  it('is not proven where ECS has rolled it back', async () => {
    const { there, before, own } = await goneBack();
    Object.assign(leader(there), {
      id: 'ecs-svc/77',
      rolloutStateReason: 'ECS deployment rolled back: rolling back to x',
    });
    const intent = { taskDefinition: arn(2), before: [before] };
    const outcome = await post(there, intent, { own, given: ROLLBACK });
    expect(outcome).toMatchObject({ kind: 'rollback-failed', error: { code: 'circuit-breaker' } });
    expect(outcome?.error?.message).toContain('rolling back to x');
  });

  it('goes on back to where it had started, once its undo was asked for', async () => {
    const { there, before, own } = await goneBack();
    const intent = { taskDefinition: arn(1), fallback: { taskDefinition: arn(2) }, before: [before] };
    const more = { STATE_undo: String(there.clock.now() - 61_000) };
    const outcome = await post(there, intent, { own, more, given: ROLLBACK });
    expect(outcome).toMatchObject({ kind: 'rollback-failed', error: { code: 'cancelled' } });
    expect(outcome?.state).toMatch(/^The rollback failed\. .* is back on .*:2, and that is proven\./);
  });
});
