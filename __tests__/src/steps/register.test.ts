import { describe, expect, it } from '@jest/globals';
import { DeployError } from '../../../src/errors.js';
import type { JsonObject } from '../../../src/model/json.js';
import type { TaskDefinition } from '../../../src/model/task-definition.js';
import { register, type Registration } from '../../../src/steps/register.js';
import { testWorld } from '../../world.js';
import { revisionArn } from '../model/rolling-service.js';
import { keptVoice, looks, scriptedAws, thrownBy } from './scripted.js';

const SHA = 'a'.repeat(40);
const RUN = { GITHUB_REPOSITORY: 'o/r', GITHUB_RUN_ID: '7', GITHUB_RUN_ATTEMPT: '1' };
const revision = (
  number: number,
  body: JsonObject,
  tags: Readonly<Record<string, string>> = {},
): TaskDefinition => ({
  ...{ arn: revisionArn(number), family: 'api', revision: number, status: 'ACTIVE', body },
  tags: new Map(Object.entries(tags)),
});
const bodyOf = (image: string, environment: JsonObject = {}): JsonObject => ({
  family: 'api',
  containerDefinitions: [
    {
      ...{ name: 'api', image },
      environment: Object.entries(environment).map(([name, value]) => ({ name, value: value ?? null })),
    },
  ],
});
const LIVE = revision(1, {
  ...bodyOf('r@sha256:old', { GIT_SHA: 'old', IMAGE_DIGEST: 'sha256:old' }),
  status: 'ACTIVE',
});
const IMAGE = {
  ...{ uri: 'r@sha256:new', repository: 'r', digest: 'sha256:new', acceptedDigests: [], gitSha: SHA },
  ...{ buildTime: undefined, tag: undefined, architectures: [], reused: false },
};
const NEXT = bodyOf('r@sha256:new', { GIT_SHA: SHA, IMAGE_DIGEST: 'sha256:new', ADDED: 'x' });

interface Wish {
  readonly wanted?: Partial<Registration>;
  readonly answers?: readonly Error[];
  /** The newest revision of the family at each look. */
  readonly newest?: readonly (TaskDefinition | undefined)[];
}

function registered({ wanted = {}, answers = [], newest = [] }: Wish = {}) {
  const there = testWorld({ env: RUN });
  const { voice, said } = keptVoice();
  const sent: { readonly body: JsonObject; readonly tags: object }[] = [];
  const { ecs } = scriptedAws({
    register(body, tags) {
      sent.push({ body, tags: Object.fromEntries(tags) });
      const error = answers[sent.length - 1];
      return error ? Promise.reject(error) : Promise.resolve(revision(2, body));
    },
    taskDefinition: looks(...newest),
  });
  const wish: Registration = {
    ...{ live: LIVE, from: LIVE, container: 'api', image: IMAGE, healthCheck: undefined },
    environment: new Map([['ADDED', 'x']]),
    ...wanted,
  };
  return { ...there, said, sent, done: there.during(register(wish, ecs, there.world, voice)) };
}

describe('the registration of the next revision', () => {
  it('sends what differs, tagged with commit, digest and run', async () => {
    const tags = {
      team: 'a',
      'AWS:x': 'y',
      'deploy-backend:result': 'released',
    };
    const { done, sent, said, logged } = registered({
      wanted: { from: { ...LIVE, tags: new Map(Object.entries(tags)) } },
    });
    expect(await done).toMatchObject({ arn: revisionArn(2) });
    expect(sent).toEqual([
      {
        body: NEXT,
        tags: {
          team: 'a',
          'deploy-backend:git-sha': SHA,
          'deploy-backend:image-digest': 'sha256:new',
          'deploy-backend:run': 'o/r/7/1',
        },
      },
    ]);
    expect(said.facts.taskDefinitionArn).toBe(revisionArn(2));
    expect(said.notes).toEqual(['api:2, which differs from api:1 in 4 places']);
    expect(logged.join('\n')).toBe(
      [
        'api:1 → api:2',
        'left out, since only AWS writes it: status, tag AWS:x',
        'container api: image changed',
        'container api: variable GIT_SHA changed',
        'container api: variable IMAGE_DIGEST changed',
        'container api: variable ADDED added',
      ].join('\n  '),
    );
  });

  it('says nothing of what was left out where nothing was', async () => {
    const { done, logged } = registered({
      wanted: { from: { body: bodyOf('r@sha256:old'), tags: new Map() } },
    });
    await done;
    expect(logged.join()).not.toContain('left out');
  });

  it('does not tell what is not known, and removes what was told of another image', async () => {
    const unknown = { ...IMAGE, gitSha: undefined };
    const { done, sent } = registered({ wanted: { image: unknown, environment: new Map() } });
    await done;
    expect(sent[0]?.body).toEqual(bodyOf('r@sha256:new', { IMAGE_DIGEST: 'sha256:new' }));
    expect(sent[0]?.tags).not.toHaveProperty('deploy-backend:git-sha');
    const from = { body: bodyOf('r@sha256:old', { GIT_SHA: 'theirs' }), tags: new Map<string, string>() };
    const theirs = registered({ wanted: { image: unknown, from, environment: new Map() } });
    await theirs.done;
    expect(theirs.sent[0]?.body).toEqual(
      bodyOf('r@sha256:new', { GIT_SHA: 'theirs', IMAGE_DIGEST: 'sha256:new' }),
    );
  });

  it('is none where nothing differs', async () => {
    const live = revision(1, { ...NEXT, revision: 1 });
    const { done, sent, said } = registered({ wanted: { live, from: live } });
    expect(await done).toBe(live);
    expect([sent, said.notes]).toEqual([[], ['nothing differs from api:1, which is kept']]);
    expect(said.facts).toEqual({ taskDefinitionArn: live.arn, difference: [] });
  });

  it('goes without tags where those are denied, with a warning', async () => {
    const denied = new DeployError('access-denied', 'AWS refused ecs:TagResource.');
    const { done, sent, said } = registered({ answers: [denied] });
    await done;
    expect(sent.map(({ tags }) => Object.keys(tags).length)).toEqual([3, 0]);
    expect(said.warnings.join()).toContain('allow ecs:TagResource');
    const other = new DeployError('access-denied', 'AWS refused ecs:RegisterTaskDefinition.');
    expect(await thrownBy(registered({ answers: [other] }).done)).toBe(other);
    const late = new DeployError('aws-unavailable', 'TagResource', {
      cause: { $metadata: { httpStatusCode: 400 } },
    });
    expect((await thrownBy(registered({ answers: [late] }).done)).code).toBe('register-failed');
  });
});

describe('a registration that was not confirmed', () => {
  const lost = new DeployError('aws-unavailable', 'ecs:RegisterTaskDefinition failed.', {
    cause: new Error('reset'),
  });
  const ours = revision(2, { ...NEXT, revision: 2 }, { 'deploy-backend:run': 'o/r/7/1' });

  it('is looked for three times, and never sent again', async () => {
    const { done, sent, logged, clock } = registered({ answers: [lost], newest: [LIVE, LIVE, ours] });
    const began = clock.now();
    expect(await done).toBe(ours);
    expect([sent.length, clock.now() - began]).toEqual([1, 4_000]);
    expect(logged.join()).toContain('Looking whether ECS took it.');
  });

  it('is known by its body where it could not be tagged', async () => {
    const untagged = revision(2, NEXT);
    expect(await registered({ answers: [lost], newest: [untagged] }).done).toBe(untagged);
  });

  it.each<[string, TaskDefinition | undefined]>([
    ['is not there', undefined],
    ['is the live one', revision(1, NEXT, { 'deploy-backend:run': 'o/r/7/1' })],
    ['is of another run', revision(2, NEXT, { 'deploy-backend:run': 'o/r/8/1' })],
    ['is another one', revision(2, bodyOf('r@sha256:other'))],
  ])('has failed where the newest revision %s', async (_, newest) => {
    const { done, clock } = registered({ answers: [lost], newest: [newest] });
    const began = clock.now();
    expect(await thrownBy(done)).toMatchObject({
      code: 'register-failed',
      message: lost.message,
      hint: 'Nothing was changed; run the job again.',
      cause: lost,
    });
    expect(clock.now() - began).toBe(4_000);
  });

  it.each(['ClientException', 'InvalidParameterException'])('was refused for its body: %s', async (name) => {
    const cause = Object.assign(new Error('no'), { name, $metadata: { httpStatusCode: 400 } });
    const { done, clock } = registered({ answers: [new DeployError('aws-unavailable', 'no', { cause })] });
    const began = clock.now();
    expect(await thrownBy(done)).toMatchObject({
      code: 'task-definition-invalid',
      hint: expect.stringContaining('mend what it names'),
    });
    expect(clock.now()).toBe(began);
  });
});
