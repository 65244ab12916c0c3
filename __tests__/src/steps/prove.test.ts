import { describe, expect, it } from '@jest/globals';
import { DeployError } from '../../../src/errors.js';
import type { JsonObject } from '../../../src/model/json.js';
import { pinnedDigests } from '../../../src/steps/prove.js';
import { lookAtImage, warnOfFallbackImage } from '../../../src/steps/preflight/fallback-image.js';
import type { TaskDefinition } from '../../../src/model/task-definition.js';
import { revisionArn } from '../model/rolling-service.js';
import { registryWorld, store, storeIndex } from './registry-world.js';
import { keptVoice, thrownBy } from './scripted.js';

const URI = '706704660887.dkr.ecr.us-east-1.amazonaws.com/app';
const UNKNOWN = `sha256:${'9'.repeat(64)}`;
const bodyOf = (image: string): JsonObject => ({ containerDefinitions: [{ name: 'api', image }] });
const revision = (image: string, container = 'api'): TaskDefinition =>
  ({
    arn: revisionArn(1),
    body: { containerDefinitions: [{ name: container, image }] },
  }) as unknown as TaskDefinition;

describe('the digests that tasks of a revision may report', () => {
  it('are that of its image, and those of the images in an index', async () => {
    const { cloud, world, aws } = registryWorld();
    const amd64 = await store(cloud, undefined, {});
    const index = storeIndex(cloud, 'v1', { amd64, arm64: amd64 }, amd64);
    expect(await pinnedDigests(revision(`${URI}@${index}`), 'api', aws, world)).toEqual([index, amd64]);
    expect(await pinnedDigests(revision(`ghcr.io/o/r@${UNKNOWN}`), 'api', aws, world)).toEqual([UNKNOWN]);
    expect(await pinnedDigests(revision(`${URI}@${UNKNOWN}`), 'api', aws, world)).toEqual([UNKNOWN]);
  });

  it('are not known where it is not pinned, has no such container, or cannot be looked at', async () => {
    const { cloud, world, aws } = registryWorld();
    const digest = await store(cloud, 'v1', {});
    expect(await pinnedDigests(revision(`${URI}:v1`), 'api', aws, world)).toEqual([]);
    expect(await pinnedDigests(revision(`${URI}@${digest}`, 'log'), 'api', aws, world)).toEqual([]);
    cloud.faults.push({ action: 'ecr:BatchGetImage', kind: 'deny' });
    expect(await pinnedDigests(revision(`${URI}@${digest}`), 'api', aws, world)).toEqual([]);
  });
});

describe('the image of a way back', () => {
  it('is there, by the digest that ran or else as its revision names it', async () => {
    const { cloud, aws } = registryWorld();
    const digest = await store(cloud, 'v1', {});
    for (const image of [`${URI}:v1`, `${URI}@${digest}`])
      expect(await lookAtImage(bodyOf(image), 'api', undefined, aws)).toEqual({ state: 'there' });
    expect(await lookAtImage(bodyOf(`${URI}:gone`), 'api', digest, aws)).toEqual({ state: 'there' });
    await store(cloud, 'latest', {});
    expect(await lookAtImage(bodyOf(URI), 'api', undefined, aws)).toEqual({ state: 'there' });
  });

  it('is gone with its tag, its digest or its container', async () => {
    const { cloud, aws } = registryWorld();
    await store(cloud, 'v1', {});
    const why = async (image: string, digest?: string, container = 'api') =>
      lookAtImage(bodyOf(image), container, digest, aws);
    expect(await why(`${URI}:gone`)).toEqual({
      state: 'gone',
      why: `its image ${URI}:gone is no longer in ${URI}.`,
    });
    expect(await why(`${URI}:v1`, UNKNOWN)).toEqual({
      state: 'gone',
      why: `its image ${UNKNOWN} is no longer in ${URI}.`,
    });
    expect(await why(`${URI}:v1`, undefined, 'log')).toEqual({
      state: 'gone',
      why: 'it has no container log.',
    });
    expect(await why('ghcr.io/o/r:v1')).toEqual({
      state: 'unknown',
      why: 'its image ghcr.io/o/r:v1 is not in ECR, so that nobody knows whether it is still there.',
    });
  });

  it('is warned of where it may be gone, also in an earlier revision', async () => {
    const { cloud, aws } = registryWorld();
    await store(cloud, 'v1', {});
    const warned = async (live: TaskDefinition, taskDefinition = live.arn) => {
      const { voice, said } = keptVoice();
      const described = {
        ...aws,
        ecs: { ...aws.ecs, taskDefinition: () => Promise.resolve(revision(`${URI}:old`)) },
      };
      await warnOfFallbackImage(
        { taskDefinition, digest: undefined, commit: undefined },
        live,
        'api',
        described,
        voice,
      );
      return said.warnings;
    };
    expect(await warned(revision(`${URI}:v1`))).toEqual([]);
    expect(await warned(revision(`${URI}:v1`), revisionArn(7))).toEqual([
      `A way back to api:7 is not certain: its image ${URI}:old is no longer in ${URI}.`,
    ]);
    cloud.faults.push({ action: 'ecr:*', kind: 'deny' });
    expect((await warned(revision(`${URI}:v1`))).join()).toMatch(
      /^A way back to api:1 is not certain: its image cannot be looked at\. AWS refused ecr:.*Allow ecr:/,
    );
    const cancelled = new DeployError('cancelled', 'Cancelled.');
    const cut = {
      ...aws,
      ecr: () => {
        throw cancelled;
      },
    };
    const { voice } = keptVoice();
    const asked = warnOfFallbackImage(
      { taskDefinition: revisionArn(1), digest: undefined, commit: undefined },
      ...([revision(`${URI}:v1`), 'api', cut, voice] as const),
    );
    expect(await thrownBy(asked)).toBe(cancelled);
  });
});
