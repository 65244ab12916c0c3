import { execFile, spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import {
  DescribeServicesCommand,
  ECSClient,
  TagResourceCommand,
  UpdateServiceCommand,
} from '@aws-sdk/client-ecs';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startSandbox, type Sandbox } from '../../sandbox/sandbox.js';
import { textOf } from '../pages.js';
import { sdkSettings } from '../sandbox/sdk.js';
import { read } from './workflow.js';

/* The script of the watchdog, with AWS's own command line against the local AWS. GitHub's is a stand-in. */
const run = promisify(execFile);
const missing = spawnSync('aws', ['--version']).status !== 0;
if (missing && process.env['REQUIRE_AWS_CLI']) throw new Error('The AWS CLI has to be there, but is not.');
const whenThere = missing ? describe.skip : describe;

const script = read(textOf('examples/workflows/watchdog.yml')).jobs['unfinished']?.steps?.at(-1)?.run ?? '';
const REPOSITORY = 'mentalspace/backend';

/** Says of run 7 what GH_STATUS says, as `gh api … --jq .status` does. */
const GH = `#!/bin/sh
[ "$*" = "api repos/${REPOSITORY}/actions/runs/7 --jq .status" ] || exit 1
echo "$GH_STATUS"
`;

whenThere(`the watchdog${missing ? ' (skipped: aws is not installed)' : ''}`, () => {
  let sandbox: Sandbox;
  let folder: string;
  let ecs: ECSClient;
  let place: { readonly cluster: string; readonly service: string };
  let revision: string;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'deploy-backend-watchdog-'));
    writeFileSync(join(folder, 'gh'), GH);
    chmodSync(join(folder, 'gh'), 0o755);
    sandbox = await startSandbox({ runtime: 'simulated', pace: 1 });
    ecs = new ECSClient(sdkSettings(sandbox.cloud));
    place = { cluster: sandbox.ready.cluster ?? '', service: sandbox.ready.service ?? '' };
    const { cluster, service } = place;
    const { services } = await ecs.send(new DescribeServicesCommand({ cluster, services: [service] }));
    revision = services?.[0]?.taskDefinition ?? '';
  }, 30_000);
  afterAll(async () => {
    await sandbox.close();
    rmSync(folder, { recursive: true });
  });

  const variables = (): Record<string, string> => ({
    PATH: `${folder}${delimiter}${process.env['PATH'] ?? ''}`,
    HOME: folder,
    AWS_ENDPOINT_URL: sandbox.ready.endpoint,
    AWS_DEFAULT_REGION: sandbox.ready.region,
    AWS_ACCESS_KEY_ID: 'AKIAWATCH',
    AWS_SECRET_ACCESS_KEY: 'watch',
    AWS_MAX_ATTEMPTS: '1',
    CLUSTER: place.cluster,
    SERVICE: place.service,
    GITHUB_REPOSITORY: REPOSITORY,
  });
  const tag = async (key: string, value: string): Promise<void> => {
    const tags = [{ key: `deploy-backend:${key}`, value }];
    await ecs.send(new TagResourceCommand({ resourceArn: revision, tags }));
  };
  /** The exit status and what the script says, as GitHub runs a script without `shell`. */
  const watch = async (given: Readonly<Record<string, string>> = {}): Promise<readonly [number, string]> =>
    run('bash', ['-e', '-c', script], { env: { ...variables(), ...given } }).then(
      ({ stdout }) => [0, stdout.trim()] as const,
      (error: unknown) => {
        const { code, stdout } = error as { readonly code: number; readonly stdout: string };
        return [code, stdout.trim()] as const;
      },
    );
  const name = (): string => revision.split('/').at(-1) ?? '';

  it('is content with a revision that no run of ours registered', async () => {
    expect(await watch()).toEqual([0, `${name()}: nothing is unfinished.`]);
  });

  it('asks GitHub about the run of a revision without a result, and lets it go on', async () => {
    await tag('run', `${REPOSITORY}/7/1`);
    expect(await watch({ GH_STATUS: 'in_progress' })).toEqual([
      0,
      `${name()}: its release goes on (${REPOSITORY}/7/1).`,
    ]);
  });

  it('fails with one clear line when that run is over', async () => {
    expect(await watch({ GH_STATUS: 'completed' })).toEqual([
      1,
      `::error title=unfinished release::${name()} is live, and ${REPOSITORY}/7/1 ended without proving it. Release again, or roll back.`,
    ]);
  });

  it('fails when AWS cannot be asked', async () => {
    const [status, said] = await watch({ GH_STATUS: 'completed', CLUSTER: 'no-such-cluster' });
    expect([status > 0, said]).toEqual([true, '']);
  });

  it('shows no text that somebody else wrote into the tag', async () => {
    await tag('run', 'evil/::add-mask::x/7/1');
    expect((await watch())[1]).toBe(
      `::error title=unfinished release::${name()} is live, and a run elsewhere has not proven it. When that one is over, release again, or roll back.`,
    );
  });

  it('does not claim that a release by hand is over, which it cannot know', async () => {
    await tag('run', 'by hand');
    expect((await watch())[1]).toContain('is live, and a run elsewhere has not proven it.');
  });

  it('waits while a rollout is in flight', async () => {
    await ecs.send(new UpdateServiceCommand({ ...place, forceNewDeployment: true }));
    expect(await watch()).toEqual([0, `${name()}: its rollout is in flight.`]);
  });

  it('is content as soon as there is a result', async () => {
    await tag('result', 'released');
    expect(await watch()).toEqual([0, `${name()}: nothing is unfinished.`]);
  });
});
