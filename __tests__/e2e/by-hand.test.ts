import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { NAMES } from '../../sandbox/names.js';
import { FIRST_COMMIT } from '../../sandbox/ready-world.js';
import { startSandbox, type Sandbox } from '../../sandbox/sandbox.js';
import { asked } from './account.js';

/* The command and the entries of the action, started by hand or where they do not belong. */

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

let sandbox: Sandbox;
let folder: string;
beforeAll(async () => {
  sandbox = await startSandbox({ runtime: 'process', pace: 20 });
  folder = mkdtempSync(join(tmpdir(), 'deploy-backend-by-hand-'));
}, 60_000);
afterAll(async () => {
  rmSync(folder, { recursive: true });
  await sandbox.close();
});

interface Ended {
  readonly status: number | null;
  readonly said: string;
}

/** Runs a program with nothing in its environment but what is given, the account and what programs need. */
async function start(
  program: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<Ended> {
  const { ready } = sandbox;
  const child = spawn(program, args, {
    cwd: folder,
    env: {
      PATH: process.env['PATH'],
      AWS_ACCESS_KEY_ID: 'AKIATEST',
      AWS_SECRET_ACCESS_KEY: 'test-secret',
      AWS_ENDPOINT_URL: ready.endpoint,
      NODE_EXTRA_CA_CERTS: ready.caFile,
      ...env,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (part) => (said += String(part)));
  const [status] = (await once(child, 'close')) as [number | null];
  return { status, said };
}

const flags = (inputs: Readonly<Record<string, string>>): readonly string[] =>
  Object.entries(inputs).flatMap(([name, value]) => [`--${name}`, value]);
const service = { 'aws-region': 'us-east-1', cluster: NAMES.cluster, service: NAMES.service };

describe('what is started where it does not belong', () => {
  it('is refused as the step of a workflow by hand, whatever inputs are in the environment', async () => {
    sandbox.cloud.calls.length = 0;
    const inputs = Object.entries({ ...service, ...asked(sandbox.ready), image: sandbox.ready.candidate! });
    const env = Object.fromEntries(inputs.map(([name, value]) => [`INPUT_${name.toUpperCase()}`, value]));
    const { status, said } = await start(process.execPath, [join(ROOT, 'dist/main.js')], env);
    expect(status).toBe(2);
    expect(said).toBe(
      'error: This is the step of a workflow. By hand use the command: deploy-backend --help\n',
    );
    expect(sandbox.cloud.calls).toEqual([]);
  });

  it.each(['release', 'rollback'])(
    'is refused as the command %s in the script of a workflow',
    async (mode) => {
      sandbox.cloud.calls.length = 0;
      const args = [join(ROOT, 'dist/cli.js'), mode, ...flags({ ...service, ...asked(sandbox.ready) })];
      const { status, said } = await start(process.execPath, args, { GITHUB_ACTIONS: 'true' });
      expect(status).toBe(2);
      expect(said).toMatch(/^error: In a workflow nothing would finish .* Use the action: .*\n$/);
      expect(sandbox.cloud.calls).toEqual([]);
    },
  );
});

describe('the command in a clone', () => {
  it('is a program of its own, as npx starts it', async () => {
    const { status, said } = await start(join(ROOT, 'dist/cli.js'), ['--help']);
    expect({ status, said }).toMatchObject({
      status: 0,
      said: expect.stringMatching(/^deploy-backend release/),
    });
  });
});

const WITH_NPM = process.env['REQUIRE_NPM'] !== undefined;

/** Makes the package; npm would otherwise install what only the tests of a clone need. */
function pack(): string {
  const args = ['pack', '--ignore-scripts', '--silent', '--pack-destination', folder, ROOT];
  return join(folder, execFileSync('npm', args, { cwd: folder, encoding: 'utf8' }).trim());
}

/** Where a package is installed that was only unpacked: nothing but its own files is there. */
function unpacked(tarball: string): string {
  const modules = join(folder, 'unpacked', 'node_modules', 'deploy-backend');
  mkdirSync(modules, { recursive: true });
  execFileSync('tar', [
    '--extract',
    '--gzip',
    '--strip-components=1',
    '--file',
    tarball,
    '--directory',
    modules,
  ]);
  return join(modules, 'dist/cli.js');
}

/** The command of a package that npm has installed into an empty directory. */
function installed(tarball: string): string {
  const home = join(folder, 'installed');
  mkdirSync(home);
  execFileSync('npm', ['install', '--silent', '--no-audit', '--no-fund', '--prefix', home, tarball]);
  return join(home, 'node_modules/.bin/deploy-backend');
}

const ALL_PASSED = { status: 0, said: expect.stringMatching(/: 10 of 10 checks passed$/m) };

describe('the package', () => {
  let tarball: string;
  beforeAll(() => {
    tarball = pack();
  });
  const smoke = (): readonly string[] => [
    'smoke',
    ...flags({ ...asked(sandbox.ready), 'expected-sha': FIRST_COMMIT }),
  ];

  it('holds the built action, and neither its source nor its tests', () => {
    const modules = join(unpacked(tarball), '../..');
    expect(readdirSync(modules).sort()).toEqual([
      ...['LICENSE', 'README.md', 'action.yml', 'deployment-report.schema.json', 'dist', 'package.json'],
      'smoke-config.schema.json',
    ]);
  });

  it('tests a service from an empty directory, with no other package there', async () => {
    const { status, said } = await start(process.execPath, [unpacked(tarball), ...smoke()]);
    expect({ status, said }).toMatchObject(ALL_PASSED);
  }, 60_000);

  (WITH_NPM ? it : it.skip)(
    `tests a service once npm has installed it${WITH_NPM ? '' : ' (skipped: only in CI, as npm may be out of reach)'}`,
    async () => {
      const { status, said } = await start(installed(tarball), smoke());
      expect({ status, said }).toMatchObject(ALL_PASSED);
    },
    180_000,
  );
});
