import { describe, expect, it } from '@jest/globals';
import type { JsonObject } from '../../../sandbox/json.js';
import { NAMES } from '../../../sandbox/names.js';
import { builtFrom } from '../../../sandbox/runtime/example-answers.js';
import { run } from '../../../src/run.js';
import { image, NEW_COMMIT, readyWorld, type ReadyWorld } from '../../ready-world.js';
import { takeShortCuts } from '../../simulation/direct.js';
import { inputs } from '../../world.js';

takeShortCuts();

const RUN_COMMIT = '3333333333333333333333333333333333333333';

/** The variables and tags that a revision has. */
function revision({ cloud }: ReadyWorld, number: number) {
  const { body, tags } = cloud.ecs.families.get(NAMES.family)![number - 1]!;
  const [container] = body['containerDefinitions'] as readonly JsonObject[];
  const entries = container!['environment'] as readonly { name: string; value: string }[];
  return {
    environment: new Map(entries.map(({ name, value }) => [name, value])),
    tags: new Map(tags.map(({ key, value }) => [key, value])),
  };
}

/** Releases an image whose label says something; it answers with what it was told, else with its own word. */
async function released(label: string, given: Record<string, string> = {}, own = RUN_COMMIT) {
  const there = await readyWorld({
    env: { ...inputs({ image: `${NAMES.repository}:v3`, ...given }), GITHUB_SHA: RUN_COMMIT },
  });
  const digest = await image(there.cloud, 'v3', label);
  there.script.set(digest, {
    answer: (request, app) => builtFrom(app.environment.get('GIT_SHA') ?? own)(request, app),
  });
  return { there, outcome: await there.during(run(there.world)) };
}

describe('an image whose label names no commit', () => {
  it.each(['', 'unknown', 'dev', 'v1.2.3', RUN_COMMIT.slice(0, 12)])(
    'is expected to be of the run, with a warning (label "%s")',
    async (label) => {
      const { there, outcome } = await released(label);
      expect(outcome).toMatchObject({ kind: 'rolled-back', error: { code: 'smoke-failed' } });
      expect(there.warnings.join()).toMatch(/names no commit: the run's own commit 333333333333/);
      expect(there.outputs.get('git-sha')).toBe(RUN_COMMIT);
    },
  );

  it("is never told the run's commit, or else it would only repeat it", async () => {
    const { there } = await released('unknown');
    expect(revision(there, 2).environment.get('GIT_SHA')).not.toBe(RUN_COMMIT);
    expect(revision(there, 2).tags.get('deploy-backend:git-sha')).toBe(RUN_COMMIT);
  });

  it('is not told the commit of the image before either, and proves its own', async () => {
    const there = await readyWorld({ env: { ...inputs(), GITHUB_SHA: RUN_COMMIT } });
    await there.during(run(there.world));
    expect(revision(there, 2).environment.get('GIT_SHA')).toBe(NEW_COMMIT);
    const digest = await image(there.cloud, 'v3', 'unknown');
    there.script.set(digest, {
      answer: (request, app) => builtFrom(app.environment.get('GIT_SHA') ?? RUN_COMMIT)(request, app),
    });
    const env = { ...inputs({ image: `${NAMES.repository}:v3` }), GITHUB_SHA: RUN_COMMIT };
    expect(await there.during(run({ ...there.world, env }))).toEqual({ kind: 'released' });
    const { environment } = revision(there, 3);
    const kept = ['NODE_ENV', 'CORS_ORIGINS', 'API_TOKEN'];
    expect([...environment.keys()]).toEqual([...kept, 'BUILD_TIME', 'IMAGE_DIGEST']);
    expect(environment.get('IMAGE_DIGEST')).toBe(digest);
  });

  it('is of the commit that the inputs expect, without a warning', async () => {
    const { there } = await released('unknown', { 'expected-sha': NEW_COMMIT.toUpperCase(), smoke: 'false' });
    expect(there.outputs.get('git-sha')).toBe(NEW_COMMIT);
    expect(there.warnings.join()).not.toMatch(/names no commit/);
  });
});

describe('an image whose label names a commit', () => {
  it('is of that commit, whatever the run or the inputs say', async () => {
    const { there, outcome } = await released(NEW_COMMIT, { 'expected-sha': RUN_COMMIT });
    expect(outcome).toEqual({ kind: 'released' });
    expect(there.outputs.get('git-sha')).toBe(NEW_COMMIT);
    expect(revision(there, 2).environment.get('GIT_SHA')).toBe(NEW_COMMIT);
  });
});
