import { readFileSync } from 'node:fs';
import { request } from 'node:https';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { ActionRun, StepResult } from '../../runner/run-action.js';
import { packExample } from '../../sandbox/example-image.js';
import { NAMES } from '../../sandbox/names.js';
import { startSandbox, type Sandbox } from '../../sandbox/sandbox.js';
import { hashBuildInputs, INPUTS_LABEL } from '../../src/model/build-inputs.js';
import { changes } from '../ready-world.js';
import { runIn } from './account.js';
import { HERE, ON_GITHUB } from './nodes.js';
import { workspace, type Workspace } from './workspace.js';

/*
 * The built bundle, run as GitHub's runner runs it, against the local AWS over loopback: tasks are processes,
 * users' requests cross the load balancer, PostgreSQL answers readiness. Tests run in order: each finds the
 * service as the one before left it.
 */
const BUILD_TIME = '2026-11-01T00:00:00Z';
let sandbox: Sandbox;
let checkout: Workspace;
let second: Workspace;

beforeAll(async () => {
  sandbox = await startSandbox({ runtime: 'process', pace: 40 });
  checkout = workspace({ Dockerfile: 'FROM scratch\n', 'server.js': '' });
  second = workspace({ Dockerfile: 'FROM scratch\n', 'server.js': '// second' });
}, 60_000);

afterAll(async () => {
  for (const one of [checkout, second]) one.remove();
  await sandbox.close();
}, 30_000);

const run = (inputs: Record<string, string>, more: Partial<ActionRun> = {}): Promise<StepResult> => {
  sandbox.cloud.calls.length = 0;
  return runIn(
    sandbox,
    { image: '', 'ecr-repository': NAMES.repository, ...inputs },
    {
      workspace: checkout.folder,
      ...more,
      env: { DOCKER_HOST: 'unix:///nowhere/docker.sock', ...more.env },
    },
  );
};

/** What a user of the service gets, with nothing but the certificate authority trusted. */
const versionServed = (): Promise<{ gitSha: string; buildTime: string }> =>
  new Promise((resolve, reject) => {
    const url = new URL('/api/v1/version', sandbox.ready.baseUrl);
    request(url, { ca: readFileSync(sandbox.ready.caFile), agent: false }, (response) => {
      let body = '';
      response.on('data', (part) => (body += String(part)));
      response.on('end', () => resolve(JSON.parse(body) as { gitSha: string; buildTime: string }));
    })
      .on('error', reject)
      .end();
  });

const image = (commit: string, tag = commit): Promise<string> => {
  const inputs = {
    context: '.',
    dockerfile: 'Dockerfile',
    target: undefined,
    buildArgs: [],
    secrets: [],
    cacheFrom: [],
    cacheTo: [],
  };
  const hash = hashBuildInputs({ ...inputs, platform: 'linux/amd64' }, []);
  return packExample(sandbox.cloud, { tag, commit, buildTime: BUILD_TIME, labels: { [INPUTS_LABEL]: hash } });
};

describe('the built action', () => {
  // Each Node releases a commit of its own, so that each has everything to do.
  describe.each([ON_GITHUB, HERE])('on $name', ({ program, there }) => {
    const test = there ? it : it.skip;
    const on = program === undefined ? {} : { node: program };
    const own = () => (program === undefined ? checkout : second);

    test('releases a commit that users then see', async () => {
      const { commit, folder } = own();
      const digest = await image(commit);
      const result = await run({}, { ...on, workspace: folder });
      expect(result.annotations.filter(({ level }) => level === 'error')).toEqual([]);
      expect(result.conclusion).toBe('success');
      expect(result.outputs).toMatchObject({
        outcome: 'released',
        'failure-code': '',
        'git-sha': commit,
        'build-time': BUILD_TIME,
        'image-digest': digest,
        changed: 'true',
        'smoke-passed': '10',
      });
      expect(changes(sandbox.cloud)).toEqual([
        'ecs:RegisterTaskDefinition',
        'ecs:UpdateService',
        'ecs:TagResource',
      ]);
      expect(await versionServed()).toMatchObject({ gitSha: commit, buildTime: BUILD_TIME });
      expect(result.post?.exitCode).toBe(0);
      expect(result.orphans).toEqual([]);
    }, 60_000);

    test('has nothing to change the second time', async () => {
      const result = await run({}, { ...on, workspace: own().folder });
      expect(result.conclusion).toBe('success');
      expect(result.outputs).toMatchObject({ outcome: 'released', changed: 'false', 'smoke-passed': '10' });
      expect(changes(sandbox.cloud)).toEqual([]);
    }, 60_000);
  });

  it('releases an existing image by its tag', async () => {
    const commit = '2'.repeat(40);
    await image(commit, 'candidate');
    const result = await run({ image: `${NAMES.repository}:candidate`, 'ecr-repository': '' });
    expect(result.outputs).toMatchObject({ outcome: 'released', 'git-sha': commit });
    expect(await versionServed()).toMatchObject({ gitSha: commit });
  }, 60_000);

  it('shows verdict, steps and differences in the job summary, and no value of the environment', async () => {
    const commit = '3'.repeat(40);
    await image(commit, 'third');
    const result = await run({
      image: `${NAMES.repository}:third`,
      'environment-variables': 'PASSPHRASE=open-sesame-1',
    });
    const shown = [result.main?.summary ?? '', ...result.lines.map(({ text }) => text)].join('\n');
    expect(result.main?.summary).toMatch(/^## ✅/);
    expect(result.main?.summary).toMatch(/PASSPHRASE/);
    const withoutEcho = shown.replace(/environment-variables:.*\n?/g, '');
    expect(withoutEcho).not.toContain('open-sesame-1');
    expect(shown).not.toMatch(/test-secret(?!$)/m);
  }, 60_000);

  it('refuses a dirty tree and names the file', async () => {
    checkout.write('server.js', 'changed');
    const result = await run({});
    checkout.write('server.js', '');
    expect(result.conclusion).toBe('failure');
    expect(result.outputs).toMatchObject({
      outcome: 'failed',
      'failure-code': 'dirty-tree',
      'git-sha': checkout.commit,
    });
    const errors = result.annotations.filter(({ level }) => level === 'error');
    expect(errors).toHaveLength(1);
    expect(errors[0]?.message).toMatch(/server\.js/);
    expect(changes(sandbox.cloud)).toEqual([]);
  }, 30_000);

  it('says that no docker daemon answers before anything is changed', async () => {
    const fresh = workspace({ Dockerfile: 'FROM scratch\n# never built\n' });
    try {
      const result = await run({}, { workspace: fresh.folder });
      expect(result.outputs).toMatchObject({ outcome: 'failed', 'failure-code': 'docker-unavailable' });
      expect(changes(sandbox.cloud)).toEqual([]);
    } finally {
      fresh.remove();
    }
  }, 30_000);

  it.each([
    [
      'missing',
      { AWS_ACCESS_KEY_ID: '', AWS_SECRET_ACCESS_KEY: '', AWS_EC2_METADATA_DISABLED: 'true' },
      'credentials-missing',
    ],
    ['wrong', { AWS_ACCESS_KEY_ID: 'AKIAINVALID' }, 'credentials-missing'],
  ])(
    'says that the credentials are %s',
    async (_, env, code) => {
      const result = await run({}, { env });
      expect(result.outputs).toMatchObject({ outcome: 'failed', 'failure-code': code });
      expect(result.annotations).toHaveLength(1);
    },
    30_000,
  );

  it('reports all wrong inputs in one error', async () => {
    const result = await run({ mode: 'deploy', 'deployment-timeout': 'soon', cluster: '', 'base-url': '' });
    expect(result.outputs).toMatchObject({ outcome: 'failed', 'failure-code': 'inputs' });
    expect(result.annotations).toHaveLength(1);
    expect(result.annotations[0]?.message).toMatch(
      /4 problems[\s\S]*mode[\s\S]*cluster[\s\S]*base-url[\s\S]*deployment-timeout/,
    );
    expect(sandbox.cloud.calls).toEqual([]);
  }, 30_000);

  it('ends a cancelled run at once and leaves nothing running', async () => {
    const commit = '4'.repeat(40);
    await image(commit, 'fourth');
    const result = await run(
      { image: `${NAMES.repository}:fourth` },
      { cancelAfter: ({ text }) => /^\S+s tasks \d desired/.test(text) },
    );
    expect(result.conclusion).toBe('cancelled');
    expect(result.outputs).toMatchObject({ outcome: 'cancelled', 'failure-code': 'cancelled' });
    expect(result.outputs['deployment-id']).toMatch(/^ecs-svc\//);
    expect(result.orphans).toEqual([]);
  }, 60_000);
});
