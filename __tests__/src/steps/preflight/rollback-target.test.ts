import { describe, expect, it } from '@jest/globals';
import { DeployError } from '../../../../src/errors.js';
import type { TaskDefinition } from '../../../../src/model/task-definition.js';
import { findTarget, type TargetQuestion } from '../../../../src/steps/preflight/rollback-target.js';
import { deploymentOf, revisionArn, serviceOf } from '../../model/rolling-service.js';
import { keptVoice, scriptedAws, thrownBy } from '../scripted.js';

const DENIED = new DeployError('access-denied', 'AWS refused.', { hint: 'Allow it.' });
const CANCELLED = new DeployError('cancelled', 'Cancelled.');
const sha = (digit: string): string => digit.repeat(40);

/** A revision of the family `api` with its commit, and how it ended where a run has written that. */
const revision = (number: number, result?: string, family = 'api'): TaskDefinition => ({
  ...{ arn: revisionArn(number).replace('api', family), family, revision: number, status: 'ACTIVE' },
  body: {
    containerDefinitions: [{ name: 'api', environment: [{ name: 'GIT_SHA', value: sha(String(number)) }] }],
  },
  tags: new Map(result === undefined ? [] : [['deploy-backend:result', result]]),
});

interface Wish {
  readonly to?: TargetQuestion['to'];
  /** Those that there are. */
  readonly revisions: readonly TaskDefinition[];
  /** Numbers of those that were deployed successfully, newest first. */
  readonly deployed?: readonly number[] | DeployError;
  readonly unlisted?: DeployError;
}

/** The target of a rollback of a service that runs revision 5. */
function target({ to = { kind: 'previous' }, revisions, deployed = [], unlisted }: Wish) {
  const { voice, said } = keptVoice();
  const aws = scriptedAws({
    taskDefinition: (name) =>
      Promise.resolve(
        revisions.find(({ arn, family, revision: number }) =>
          [arn, `${family}:${String(number)}`].includes(name),
        ),
      ),
    successfulDeployments: () =>
      deployed instanceof DeployError
        ? Promise.reject(deployed)
        : Promise.resolve(deployed.map((number) => ({ targetServiceRevisionArn: String(number) }) as never)),
    revisionTaskDefinitions: (arns) =>
      Promise.resolve(new Map(arns.map((arn) => [arn, revisionArn(Number(arn))]))),
    revisions: () => (unlisted ? Promise.reject(unlisted) : Promise.resolve(revisions.map(({ arn }) => arn))),
  });
  const service = serviceOf([deploymentOf()], { taskDefinition: revisionArn(5) });
  const found = findTarget({ cluster: 'prod', service, to, container: 'api' }, aws, voice);
  return { found, warnings: said.warnings };
}

const FIVE = [5, 4, 3, 2, 1].map((number) => revision(number));

describe('the revision before', () => {
  it('is the last that was deployed and is not live', async () => {
    expect(await target({ revisions: FIVE, deployed: [5, 3, 2] }).found).toMatchObject({ revision: 3 });
  });

  it('is not one that was rolled back, or is gone', async () => {
    const revisions = [revision(5), revision(4, 'rolled-back'), revision(2)];
    expect(await target({ revisions, deployed: [5, 4, 3, 2] }).found).toMatchObject({ revision: 2 });
  });

  it('is known by its tag where ECS has forgotten, but not one that was rolled away from', async () => {
    const revisions = [
      revision(5, 'released'),
      revision(4),
      revision(3, 'released'),
      revision(2, 'released'),
    ];
    expect(await target({ revisions }).found).toMatchObject({ revision: 3 });
    expect(await target({ revisions, deployed: [1, 3] }).found).toMatchObject({ revision: 2 });
  });

  it('is known by its tag where the history may not be read, with a warning', async () => {
    const { found, warnings } = target({
      revisions: [revision(5), revision(3, 'released')],
      deployed: DENIED,
    });
    expect(await found).toMatchObject({ revision: 3 });
    expect(warnings).toEqual(['What was deployed before is known from tags alone. AWS refused. Allow it.']);
    expect(await thrownBy(target({ revisions: FIVE, deployed: CANCELLED }).found)).toBe(CANCELLED);
  });

  it('is not known where there is none, and those are named that there are', async () => {
    expect(await thrownBy(target({ revisions: FIVE }).found)).toMatchObject({
      code: 'rollback-target-invalid',
      message:
        'No earlier revision of api is known to have been deployed successfully, beside those that it was rolled back from.',
      hint: 'Name a revision of api with rollback-to: 4, 3, 2, 1.',
    });
    const { hint } = await thrownBy(target({ revisions: [revision(5)] }).found);
    expect(hint).toBe('Name a revision of api with rollback-to: there is none beside the live one.');
    const many = Array.from({ length: 20 }, (_, index) => revision(100 - index));
    expect((await thrownBy(target({ revisions: many }).found)).hint).toMatch(/: 100, .*, 91\.$/);
  });

  it('is not known where the family may not be listed, with a warning', async () => {
    const { found, warnings } = target({ revisions: FIVE, unlisted: DENIED });
    expect((await thrownBy(found)).code).toBe('rollback-target-invalid');
    expect(warnings).toEqual([
      'The earlier revisions of the family cannot be listed. AWS refused. Allow it.',
    ]);
    expect(await thrownBy(target({ revisions: FIVE, unlisted: CANCELLED }).found)).toBe(CANCELLED);
    expect(await target({ revisions: FIVE, deployed: [5, 4], unlisted: DENIED }).found).toMatchObject({
      revision: 4,
    });
  });
});

describe('the revision that was named', () => {
  it.each<[string, TargetQuestion['to'], number]>([
    ['number', { kind: 'revision', number: 2 } as never, 2],
    ['ARN', { kind: 'arn', arn: revisionArn(3) }, 3],
    ['commit', { kind: 'commit', sha: sha('4') }, 4],
    ['short commit', { kind: 'commit', sha: '4444444' }, 4],
  ])('is found by its %s', async (_, to, number) => {
    expect(await target({ to, revisions: FIVE }).found).toMatchObject({ revision: number });
  });

  it.each<[TargetQuestion['to'], string]>([
    [{ kind: 'revision', number: 9 } as never, 'The family api does not have a revision 9.'],
    [{ kind: 'arn', arn: revisionArn(9) }, 'The family api does not have the revision api:9.'],
    [
      { kind: 'commit', sha: sha('9') },
      'The family api does not have an ACTIVE revision of commit 999999999999 that is not live.',
    ],
    [
      { kind: 'commit', sha: sha('5') },
      'The family api does not have an ACTIVE revision of commit 555555555555 that is not live.',
    ],
  ])('has to be there: %j', async (to, message) => {
    expect(await thrownBy(target({ to, revisions: FIVE }).found)).toMatchObject({
      code: 'rollback-target-invalid',
      message,
      hint: 'Correct the input rollback-to.',
    });
  });

  it('is not the live one, nor one of another family', async () => {
    const live = { kind: 'arn', arn: revisionArn(5) } as const;
    expect(await thrownBy(target({ to: live, revisions: FIVE }).found)).toMatchObject({
      message: 'api:5 is live already.',
      hint: 'Name another revision with rollback-to.',
    });
    const other = revision(1, undefined, 'web');
    expect(
      await thrownBy(target({ to: { kind: 'arn', arn: other.arn }, revisions: [other] }).found),
    ).toMatchObject({
      message: "web:1 is of another family than the service's api.",
      hint: 'Name a revision of the same family.',
    });
  });
});
