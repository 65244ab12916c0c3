import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { runAction } from '../../runner/run-action.js';
import { NAMES } from '../../sandbox/names.js';
import { FIRST_COMMIT } from '../../sandbox/ready-world.js';
import { startSandbox, type Sandbox } from '../../sandbox/sandbox.js';
import { CHECKS, type CheckResult } from '../../src/checks/check.js';
import { asked } from './account.js';

/*
 * The smoke suite alone, as the action and as the command by hand: the built dist, against the example backend behind the
 * load balancer of the local AWS, over HTTPS, without credentials and without a checkout.
 */

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
let sandbox: Sandbox;
let folder: string;

beforeAll(async () => {
  sandbox = await startSandbox({ runtime: 'process' });
}, 60_000);
afterAll(() => sandbox.close(), 30_000);
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'smoke-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

const ca = (): Record<string, string> => ({ NODE_EXTRA_CA_CERTS: sandbox.ready.caFile });

interface Ended {
  readonly exitCode: number | null;
  readonly said: string;
  readonly results: readonly CheckResult[] | undefined;
}

/** Runs the command in an empty folder. */
async function command(
  flags: Readonly<Record<string, string>>,
  env: Readonly<Record<string, string>> = ca(),
): Promise<Ended> {
  const outputs = join(folder, 'outputs');
  writeFileSync(outputs, '');
  const given = Object.entries(flags).flatMap(([name, value]) => [`--${name}`, value]);
  const child = spawn(process.execPath, [join(ROOT, 'dist/cli.js'), 'smoke', ...given], {
    cwd: folder,
    env: { PATH: process.env['PATH'], GITHUB_OUTPUT: outputs, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (part) => (said += String(part)));
  await once(child, 'close');
  const written = /smoke-results<<(\S+)\n(.*)\n\1/.exec(readFileSync(outputs, 'utf8'))?.[2];
  const results = written === undefined ? undefined : (JSON.parse(written) as readonly CheckResult[]);
  return { exitCode: child.exitCode, said, results };
}

const reports = (): readonly string[] =>
  readdirSync(join(folder, 'deployment-reports')).filter((name) => name.endsWith('.xml'));
const errorsIn = (said: string): readonly string[] => said.match(/^error: .*$/gm) ?? [];

describe('the smoke suite of the built action', () => {
  it('passes all ten checks at the example backend behind the load balancer, without credentials', async () => {
    sandbox.cloud.calls.length = 0;
    const result = await runAction({
      action: ROOT,
      workspace: folder,
      inputs: { mode: 'smoke', 'expected-sha': FIRST_COMMIT, ...asked(sandbox.ready) },
      env: ca(),
    });
    const results = JSON.parse(result.outputs['smoke-results']!) as readonly CheckResult[];
    expect(results.map(({ check, verdict }) => `${check} ${verdict}`)).toEqual(
      CHECKS.map((check) => `${check} pass`),
    );
    expect(result.outputs).toMatchObject({ outcome: 'verified', 'failure-code': '', 'smoke-passed': '10' });
    expect(result.conclusion).toBe('success');
    expect(result.annotations).toEqual([]);
    expect(result.main?.summary).toMatch(/^## ✅/);
    expect(sandbox.cloud.calls).toEqual([]);
  }, 60_000);

  it('fails with one error when another commit is live', async () => {
    const result = await runAction({
      action: ROOT,
      workspace: folder,
      inputs: { mode: 'smoke', 'expected-sha': 'abcdef0', 'smoke-timeout': '2s', ...asked(sandbox.ready) },
      env: ca(),
    });
    expect(result.outputs).toMatchObject({
      outcome: 'failed',
      'failure-code': 'smoke-failed',
      'smoke-failed': '1',
    });
    expect(result.conclusion).toBe('failure');
    expect(result.annotations).toHaveLength(1);
  }, 60_000);

  it.each<[string, Record<string, string>, string | undefined, RegExp]>([
    ['no base-url', { 'base-url': '' }, undefined, /base-url is missing/],
    ['an unknown check to be skipped', { 'skip-checks': 'korz' }, undefined, /korz/],
    [
      'a file that is no YAML',
      { 'smoke-config': 'smoke.yml' },
      'version: 1\nchecks: { cors: [',
      /smoke\.yml:\d/,
    ],
  ])(
    'ends with 1 and one error for wrong inputs: %s',
    async (_, inputs, file, why) => {
      if (file !== undefined) writeFileSync(join(folder, 'smoke.yml'), file);
      const result = await runAction({
        action: ROOT,
        workspace: folder,
        inputs: { mode: 'smoke', ...asked(sandbox.ready), ...inputs },
        env: ca(),
      });
      expect(result.main?.exitCode).toBe(1);
      expect(result.outputs).toMatchObject({ outcome: 'failed', 'failure-code': 'inputs' });
      expect(result.annotations.map(({ message }) => message)).toEqual([expect.stringMatching(why)]);
      expect(result.lines.map(({ text }) => text).join('\n')).not.toMatch(/^\s+at /m);
    },
    30_000,
  );
});

describe('the smoke suite by hand', () => {
  it('ends with 0 when every check passes, and leaves a JUnit report', async () => {
    const { exitCode, results } = await command({ ...asked(sandbox.ready), 'expected-sha': FIRST_COMMIT });
    expect(results?.map(({ verdict }) => verdict)).toEqual(CHECKS.map(() => 'pass'));
    expect(exitCode).toBe(0);
    const [report, ...more] = reports();
    expect(more).toEqual([]);
    expect(readFileSync(join(folder, 'deployment-reports', report!), 'utf8')).toMatch(
      /tests="10" failures="0"/,
    );
  }, 60_000);

  it('does its work to the end when nobody reads what it says', async () => {
    const flags = Object.entries(asked(sandbox.ready)).flatMap(([name, value]) => [`--${name}`, value]);
    const child = spawn(process.execPath, [join(ROOT, 'dist/cli.js'), 'smoke', ...flags], {
      cwd: folder,
      env: { PATH: process.env['PATH'], ...ca() },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    child.stdout.destroy();
    child.stderr.destroy();
    await once(child, 'close');
    expect(child.exitCode).toBe(0);
    expect(reports()).toHaveLength(1);
  }, 60_000);

  it('has nothing of Node itself to say while every check waits for a service that is down', async () => {
    const server = createServer((_, response) => response.writeHead(503).end());
    await once(server.listen(0, 'localhost'), 'listening');
    const { port } = server.address() as AddressInfo;
    const { exitCode, said } = await command({
      'base-url': `http://localhost:${String(port)}`,
      'smoke-timeout': '2s',
    });
    server.close();
    expect(exitCode).toBe(1);
    expect(said).not.toMatch(/\(node:|Warning:/);
  }, 60_000);

  it('ends with 1 when a check fails', async () => {
    const { exitCode, results } = await command({
      ...asked(sandbox.ready),
      'expected-sha': 'abcdef0',
      'smoke-timeout': '2s',
    });
    expect(exitCode).toBe(1);
    expect(results?.filter(({ verdict }) => verdict === 'fail').map(({ check }) => check)).toEqual([
      'version',
    ]);
  }, 60_000);

  it('asks what a file says, with a secret that is not shown', async () => {
    writeFileSync(
      join(folder, 'smoke.yml'),
      `
version: 1
custom:
  - name: patients
    path: /api/v1/patients
    headers: { authorization: "Bearer \${TOKEN}" }
    expect: { status: 200, json: { $.patients: { exists: true } } }
`,
    );
    const flags = { ...asked(sandbox.ready), 'smoke-config': 'smoke.yml' };
    const right = await command(flags, { ...ca(), TOKEN: NAMES.apiToken });
    expect([right.exitCode, right.results?.at(-1)]).toMatchObject([
      0,
      { check: 'patients', verdict: 'pass' },
    ]);
    const wrong = await command(flags, { ...ca(), TOKEN: 'open-sesame-1' });
    expect([wrong.exitCode, wrong.results?.at(-1)]).toMatchObject([
      1,
      { check: 'patients', verdict: 'fail' },
    ]);
    expect([right.said, wrong.said].join()).not.toMatch(new RegExp(`${NAMES.apiToken}|open-sesame-1`));
  }, 60_000);

  describe('at a service that cannot be asked', () => {
    it.each<[string, () => Record<string, string>, Record<string, string>, RegExp]>([
      ['an unknown host', () => ({ 'base-url': 'https://no-such-host.invalid' }), {}, /ENOTFOUND|EAI_AGAIN/],
      ['a wrong port', () => ({ 'base-url': 'https://127.0.0.1:9' }), {}, /ECONNREFUSED/],
      [
        'a certificate that nobody trusts',
        () => asked(sandbox.ready),
        {},
        /certificate|CERT|SIGNATURE|ISSUER/,
      ],
      [
        'a server without TLS',
        () => ({ 'base-url': sandbox.ready.httpUrl.replace('http', 'https') }),
        {},
        /EPROTO|TLS/,
      ],
    ])(
      'ends with 1, one error and a verdict for every check: %s',
      async (_, flags, env, why) => {
        const { exitCode, said, results } = await command(flags(), env);
        expect(exitCode).toBe(1);
        expect(errorsIn(said)).toEqual([expect.stringMatching(/^error: base-url-unreachable: /)]);
        expect(said).toMatch(why);
        expect(said).not.toMatch(/^\s+at /m);
        expect(results?.map(({ check, verdict }) => [check, verdict])).toEqual(
          CHECKS.map((check) => [
            check,
            check === 'auth' && !('protected-path' in flags()) ? 'skipped' : 'fail',
          ]),
        );
        expect(reports()).toHaveLength(1);
      },
      60_000,
    );
  });

  it.each<[string, Record<string, string>, string | undefined, RegExp]>([
    ['no base-url', { 'base-url': '' }, undefined, /base-url is missing/],
    ['an unknown check to be skipped', { 'skip-checks': 'korz' }, undefined, /korz[\s\S]*version, health/],
    ['a file that is no YAML', {}, 'version: 1\nchecks: { cors: [', /smoke\.yml:\d/],
    ['a file with an unknown key', {}, 'version: 1\nchecks:\n  cors: { orgin: x }', /smoke\.yml:3.*orgin/],
    ['a file that is not there', { 'smoke-config': 'nowhere.yml' }, undefined, /nowhere\.yml|smoke-config/],
  ])(
    'ends with 2 and one error for wrong inputs: %s',
    async (_, flags, file, why) => {
      if (file !== undefined) writeFileSync(join(folder, 'smoke.yml'), file);
      const given = file === undefined ? flags : { ...flags, 'smoke-config': 'smoke.yml' };
      const { exitCode, said } = await command({ ...asked(sandbox.ready), ...given });
      expect(exitCode).toBe(2);
      expect(errorsIn(said)).toEqual([expect.stringMatching(/^error: inputs: /)]);
      expect(said).toMatch(why);
      expect(said).not.toMatch(/^\s+at /m);
    },
    30_000,
  );

  it('ends with 2 for a flag that there is none of', async () => {
    expect(await command({ 'base-ulr': 'x' })).toMatchObject({
      exitCode: 2,
      said: expect.stringMatching(/--base-ulr/),
    });
  }, 30_000);
});
