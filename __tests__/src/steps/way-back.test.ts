import { describe, expect, it } from '@jest/globals';
import { DeployError } from '../../../src/errors.js';
import type { JsonObject } from '../../../src/model/json.js';
import type { TaskDefinition } from '../../../src/model/task-definition.js';
import { tagReleased, tagResult } from '../../../src/steps/tag-result.js';
import { activeRevision, wayBack } from '../../../src/steps/way-back.js';
import { recordingLog } from '../../recording-log.js';
import { revisionArn } from '../model/rolling-service.js';
import { keptVoice, scriptedAws, thrownBy } from './scripted.js';

const DIGEST = `sha256:${'a'.repeat(64)}`;
const RUN = { 'deploy-backend:run': 'o/r/7/1' };
const bodyOf = (image: string): JsonObject => ({
  containerDefinitions: [{ name: 'api', image, environment: [] }],
});
const revision = (
  number: number,
  image: string,
  more: { readonly status?: string; readonly tags?: Readonly<Record<string, string>> } = {},
): TaskDefinition => ({
  ...{ arn: revisionArn(number), family: 'api', revision: number, status: more.status ?? 'ACTIVE' },
  body: { ...bodyOf(image), status: more.status ?? 'ACTIVE' },
  tags: new Map(Object.entries(more.tags ?? {})),
});

/** ECS with the recorded revision and the newest of its family; what is registered becomes revision 9. */
function ecsWith(recorded: TaskDefinition | undefined, newest = recorded) {
  const { log, said } = recordingLog();
  const sent: { readonly body: JsonObject; readonly tags: object }[] = [];
  const { ecs } = scriptedAws({
    taskDefinition: (name) => Promise.resolve(name === 'api' ? newest : recorded),
    register(body, tags) {
      sent.push({ body, tags: Object.fromEntries(tags) });
      return Promise.resolve({ ...revision(9, ''), body });
    },
  });
  const back = (digest?: string): Promise<string> =>
    wayBack(
      { container: 'api', fallback: { taskDefinition: revisionArn(1), digest, commit: undefined } },
      ecs,
      log,
    );
  return { ecs, log, said, sent, back };
}

describe('the revision to go back to', () => {
  it.each([`r@${DIGEST}`, `host:5000/r@${DIGEST}`])(
    'is the recorded one where it is pinned: %s',
    async (image) => {
      const { back, sent } = ecsWith(revision(1, image));
      expect(await back(DIGEST)).toBe(revisionArn(1));
      expect(sent).toEqual([]);
    },
  );

  it.each(['r:latest', 'host:5000/r:v1.2', 'host:5000/r'])(
    'is a pinned copy where its tag may have moved: %s',
    async (image) => {
      const tags = { ...RUN, 'aws:x': 'y', 'AWS:z': 'y' };
      const { back, sent, said } = ecsWith(revision(1, image, { tags }));
      expect(await back(DIGEST)).toBe(revisionArn(9));
      expect(sent).toEqual([{ body: bodyOf(`${image.replace(/:v1\.2|:latest/, '')}@${DIGEST}`), tags: RUN }]);
      expect(said.join()).toContain(
        'api:1 names its image by a tag: api:9 is a copy with the digest that was running.',
      );
    },
  );

  it('is the recorded one where nobody knows which digest was running, or in which container', async () => {
    expect(await ecsWith(revision(1, 'r:latest')).back()).toBe(revisionArn(1));
    const other = {
      ...revision(1, 'r:latest'),
      body: { containerDefinitions: [{ name: 'log', image: 'l:1' }] },
    };
    expect(await ecsWith(other).back(DIGEST)).toBe(revisionArn(1));
  });

  it('is an equal copy where ECS takes the recorded one no more', async () => {
    const { back, sent, said } = ecsWith(revision(1, `r@${DIGEST}`, { status: 'INACTIVE' }));
    expect(await back(DIGEST)).toBe(revisionArn(9));
    expect(sent.map(({ body }) => body)).toEqual([bodyOf(`r@${DIGEST}`)]);
    expect(said.join()).toContain('api:1 is INACTIVE: api:9 is an equal copy of it.');
  });

  it('is a copy that was made before, by this run or by who knows whom', async () => {
    const recorded = revision(1, `r@${DIGEST}`, { status: 'INACTIVE', tags: RUN });
    for (const tags of [RUN, {}]) {
      const { back, sent } = ecsWith(recorded, revision(3, `r@${DIGEST}`, { tags }));
      expect([await back(DIGEST), sent]).toEqual([revisionArn(3), []]);
    }
  });

  it.each<[string, TaskDefinition | undefined]>([
    ['of another run', revision(3, `r@${DIGEST}`, { tags: { 'deploy-backend:run': 'o/r/8/1' } })],
    ['of another image', revision(3, 'r:other')],
    ['the recorded one itself', revision(1, `r@${DIGEST}`)],
    ['not to be seen', undefined],
  ])('is a copy of its own where the newest one is %s', async (_, newest) => {
    const recorded = revision(1, `r@${DIGEST}`, { status: 'INACTIVE' });
    const { ecs, log, sent } = ecsWith(recorded);
    const withNewest = { ...ecs, taskDefinition: () => Promise.resolve(newest) };
    expect((await activeRevision(recorded, withNewest, log)).arn).toBe(revisionArn(9));
    expect(sent).toHaveLength(1);
  });

  it('is missed where it was deleted', async () => {
    expect(await thrownBy(ecsWith(undefined).back())).toMatchObject({
      code: 'rollback-target-invalid',
      message: 'api:1 cannot be described.',
      hint: 'It was deleted: release a revision that is known to be good.',
    });
  });
});

describe('the result of a run', () => {
  const tagged = (answer?: Error) => {
    const sent: string[] = [];
    const { ecs } = scriptedAws({
      tag(arn, tags) {
        sent.push(`${arn.split('/').at(-1) ?? ''} ${[...tags].join()}`);
        return answer ? Promise.reject(answer) : Promise.resolve();
      },
    });
    return { ecs, sent, ...keptVoice() };
  };

  it('is written on its revision, and on a proven one once', async () => {
    const { ecs, sent, voice } = tagged();
    await tagResult(revisionArn(2), 'rolled-back', ecs, voice);
    await tagReleased(revision(1, 'r', { tags: RUN }), ecs, voice);
    await tagReleased(
      revision(1, 'r', { tags: { ...RUN, 'deploy-backend:result': 'released' } }),
      ecs,
      voice,
    );
    await tagReleased(revision(1, 'r'), ecs, voice);
    expect(sent).toEqual(['api:2 deploy-backend:result,rolled-back', 'api:1 deploy-backend:result,released']);
  });

  it('is a warning where it may not be written', async () => {
    const { ecs, said, voice } = tagged(
      new DeployError('access-denied', 'AWS refused.', { hint: 'Allow it.' }),
    );
    await tagResult(revisionArn(2), 'released', ecs, voice);
    expect(said.warnings).toEqual(['api:2 could not be tagged as released. AWS refused. Allow it.']);
    const plain = tagged(new DeployError('access-denied', 'AWS refused.'));
    await tagResult(revisionArn(2), 'released', plain.ecs, plain.voice);
    expect(plain.said.warnings).toEqual(['api:2 could not be tagged as released. AWS refused.']);
    const broken = tagged(new TypeError('x'));
    await expect(tagResult(revisionArn(2), 'released', broken.ecs, broken.voice)).rejects.toThrow(TypeError);
  });
});
