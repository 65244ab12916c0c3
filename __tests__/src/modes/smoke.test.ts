import { describe, expect, it } from '@jest/globals';
import { ecsOperations } from '../../../sandbox/ecs/operations.js';
import { NAMES } from '../../../sandbox/names.js';
import { exampleAnswer } from '../../../sandbox/runtime/example-answers.js';
import type { Answer, App, Behaviour } from '../../../sandbox/runtime/behaviour.js';
import type { TaskRequest } from '../../../sandbox/runtime/runtime.js';
import { CHECKS, type CheckResult } from '../../../src/checks/check.js';
import { DeployError } from '../../../src/errors.js';
import { finish, run } from '../../../src/run.js';
import { NEW_COMMIT, OLD_COMMIT, readyWorld, type ReadyWorld } from '../../ready-world.js';
import { takeShortCuts } from '../../simulation/direct.js';
import { inputs } from '../../world.js';

takeShortCuts();

const results = ({ outputs }: ReadyWorld): readonly CheckResult[] =>
  JSON.parse(outputs.get('smoke-results')!) as readonly CheckResult[];
const failing = (there: ReadyWorld): readonly string[] =>
  results(there)
    .filter(({ verdict }) => verdict === 'fail')
    .map(({ check }) => check);
const releasing = (there: ReadyWorld) => there.during(run(there.world));

/** The example with one thing about some of its answers changed. */
const changed = (
  change: (request: TaskRequest, usual: Answer, app: App) => Answer | undefined,
): Behaviour => ({
  answer: (request, app) => change(request, exampleAnswer(request, app), app),
});
const POWERED = changed((_, usual) => ({
  ...usual,
  headers: { ...usual.headers, 'x-powered-by': 'Express' },
}));
const SICK = changed(({ path }) => (path.endsWith('/ready') ? { status: 503 } : undefined));
const LISTS_FILES = changed(({ method, path }) =>
  method === 'GET' && path === '/api/v1'
    ? { body: '<title>Index of /</title>', headers: { 'content-type': 'text/html' } }
    : undefined,
);

/** Starts the first version's tasks anew, as its image lives now. */
async function redeploy({ cloud, clock }: ReadyWorld): Promise<void> {
  const { cluster, service } = NAMES;
  await ecsOperations['UpdateService']!(cloud, { cluster, service, forceNewDeployment: true });
  await clock.advance(600_000);
}

/** Runs the first version with a flaw before the release, and the second with another one, or with none. */
async function flawed(before: Behaviour, after: Behaviour, more: Record<string, string> = {}) {
  const there = await readyWorld({ env: inputs(more) });
  there.script.set(there.oldDigest, before);
  await redeploy(there);
  there.cloud.calls.length = 0;
  there.script.set(there.newDigest, after);
  return there;
}

describe('a release whose service answers otherwise than before', () => {
  it('is rolled back for a regression, and says that it is one', async () => {
    const there = await readyWorld({ env: inputs() });
    there.script.set(there.newDigest, POWERED);
    expect(await releasing(there)).toMatchObject({ kind: 'rolled-back', error: { code: 'smoke-failed' } });
    expect(failing(there)).toEqual(['security-headers']);
    expect(there.errors[0]).toMatch(/security-headers \(a regression\)[\s\S]*x-powered-by/);
    expect(there.errors[0]).not.toMatch(/fail-on/);
    expect(there.summaries[0]).toMatch(/✅ \| ❌ \| ✅ \| security-headers/);
  });

  it('is rolled back for what failed before as well, and says which setting would have let that stand', async () => {
    const there = await flawed(POWERED, POWERED);
    expect(await releasing(there)).toMatchObject({ kind: 'rolled-back', error: { code: 'smoke-failed' } });
    expect(there.errors[0]).toMatch(
      /failed before as well[\s\S]*fail-on: regression would have let it stand/,
    );
  });

  it('stands with fail-on: regression when it only fails what failed before, and that is said loudly', async () => {
    const there = await flawed(POWERED, POWERED, { 'fail-on': 'regression' });
    expect(await releasing(there)).toEqual({ kind: 'released' });
    expect(failing(there)).toEqual(['security-headers']);
    expect(there.outputs.get('smoke-failed')).toBe('1');
    expect(there.warnings.join()).toMatch(/security-headers fails, as it did before the release/);
    expect(there.summaries[0]).toMatch(/failed before as well/);
  });

  it('is rolled back with fail-on: regression for anything new', async () => {
    const there = await flawed(POWERED, LISTS_FILES, { 'fail-on': 'regression' });
    expect(await releasing(there)).toMatchObject({ kind: 'rolled-back' });
    expect(failing(there)).toEqual(['root']);
  });

  it.each(['any', 'regression'])('never stands without its database (fail-on: %s)', async (failOn) => {
    const there = await flawed(SICK, SICK, { 'fail-on': failOn, 'smoke-timeout': '10s' });
    expect(await releasing(there)).toMatchObject({ kind: 'rolled-back', error: { code: 'smoke-failed' } });
    expect(failing(there)).toEqual(['database']);
    // Back to where it was: the database failed there as well, so that its failing proves nothing.
    expect(there.outputs.get('rolled-back')).toBe('true');
  });

  it('is a success that mends what failed before', async () => {
    const there = await flawed(POWERED, {});
    expect(await releasing(there)).toEqual({ kind: 'released' });
    expect(there.summaries[0]).toMatch(/mended/);
  });
});

describe('the proof of a rollback', () => {
  it('has the checks that passed before the release, and no others', async () => {
    const there = await flawed(
      POWERED,
      changed(() => ({ status: 500 })),
    );
    expect(await releasing(there)).toMatchObject({ kind: 'rolled-back' });
    const lines = there.logged.join('\n').split('\n');
    const again = lines.slice(lines.lastIndexOf('rollback')).filter((line) => /^(pass|fail) +/.test(line));
    const checks = again.map((line) => /^\w+ +([\w-]+):/.exec(line)?.[1]);
    expect(checks).toEqual(CHECKS.filter((check) => check !== 'security-headers'));
    expect(again.every((line) => line.startsWith('pass'))).toBe(true);
  });

  it('fails when a check that passed before does not any more', async () => {
    const there = await readyWorld({ env: inputs() });
    let released = false;
    const sickLater = changed(({ path }) => (released && path === '/api/v1' ? { status: 500 } : undefined));
    there.script.set(there.oldDigest, sickLater);
    await redeploy(there);
    there.script.set(there.newDigest, {
      exit: { after: 1_000, exitCode: 1 },
      answer: () => undefined,
    });
    there.cloud.afterCall.push(({ action }) => {
      if (action === 'ecs:UpdateService') released = true;
    });
    const outcome = await releasing(there);
    expect(outcome).toMatchObject({ kind: 'rollback-failed', error: { code: 'crash-loop' } });
    expect(there.errors[0]).toMatch(/root/);
  });

  it('is known to the post step of a run that was killed', async () => {
    const there = await flawed(POWERED, {});
    there.cloud.afterCall.push(({ action }) => {
      if (action === 'ecs:UpdateService') there.clock.after(5_000, () => there.cancel.abort(new Error('x')));
    });
    await releasing(there);
    const state = Object.fromEntries([...there.saved].map(([name, value]) => [`STATE_${name}`, value]));
    const signal = new AbortController().signal;
    const env = { ...there.world.env, ...state };
    there.logged.length = 0;
    expect(await there.during(finish({ ...there.world, signal, env }))).toMatchObject({
      kind: 'rolled-back',
    });
    const checks = there.logged
      .join('\n')
      .split('\n')
      .flatMap((line) => /^pass +([\w-]+):/.exec(line)?.[1] ?? []);
    expect(checks).toEqual(CHECKS.filter((check) => check !== 'security-headers'));
  });
});

describe('the baseline of a release', () => {
  it('is asked of the live version while the image is built, and changes nothing when it fails', async () => {
    const there = await flawed(SICK, {});
    expect(await releasing(there)).toEqual({ kind: 'released' });
    expect(there.logged.join('\n')).toMatch(/9 of 10 checks passed; fail: database/);
    expect(there.outputs.get('smoke-failed')).toBe('0');
  });

  it('has failed in every check when the service cannot be reached, and that is written', async () => {
    const there = await readyWorld({ env: inputs({ 'skip-checks': 'cors' }) });
    const http: typeof there.world.http = ({ url, ...request }) =>
      url.startsWith('https://api.example.com')
        ? Promise.reject(Object.assign(new Error('x'), { code: 'CERT_HAS_EXPIRED' }))
        : there.world.http({ url, ...request });
    expect(await there.during(run({ ...there.world, http }))).toMatchObject({
      kind: 'failed',
      error: { code: 'base-url-unreachable' },
    });
    expect(results(there).map(({ check }) => check)).toEqual(CHECKS);
    expect(results(there).map(({ verdict }) => verdict)).toEqual(
      CHECKS.map((check) => (check === 'cors' ? 'skipped' : 'fail')),
    );
    expect(there.errors).toHaveLength(1);
    expect(there.errors[0]).toMatch(/CERT_HAS_EXPIRED/);
  });

  it('is part of a dry run', async () => {
    const there = await flawed(POWERED, {}, { 'dry-run': 'true' });
    expect(await releasing(there)).toMatchObject({ kind: 'planned' });
    expect(there.summaries[0]).toMatch(/Smoke checks before the release[\s\S]*❌ \| security/);
  });
});

describe('the smoke suite alone', () => {
  const alone = (more: Record<string, string> = {}) => {
    const { 'INPUT_AWS-REGION': _, INPUT_CLUSTER: __, INPUT_SERVICE: ___, ...env } = inputs(more);
    return readyWorld({ env: { ...env, INPUT_MODE: 'smoke' } });
  };

  it('passes at a service that answers as it should, without a word to AWS', async () => {
    const there = await alone({ 'expected-sha': OLD_COMMIT });
    expect(await releasing(there)).toEqual({ kind: 'verified' });
    expect(there.cloud.calls).toEqual([]);
    expect(Object.fromEntries(there.outputs)).toMatchObject({
      outcome: 'verified',
      'failure-code': '',
      'smoke-passed': '10',
      'smoke-failed': '0',
      changed: 'false',
      url: 'https://api.example.com/',
    });
    const [path, xml] = [...there.files].find(([name]) => name.endsWith('.xml'))!;
    expect(path).toMatch(/^deployment-reports\/smoke-\d{8}-\d{6}\.xml$/);
    expect(xml).toMatch(/tests="10" failures="0"/);
  });

  it('fails at a service of another commit', async () => {
    const there = await alone({ 'expected-sha': NEW_COMMIT });
    expect(await releasing(there)).toMatchObject({ kind: 'failed', error: { code: 'smoke-failed' } });
    expect(failing(there)).toEqual(['version']);
    expect(there.errors).toHaveLength(1);
  });

  it('asks for any commit when none is expected', async () => {
    const there = await alone();
    expect(await releasing(there)).toEqual({ kind: 'verified' });
  });

  it('has failed in every check at a service that cannot be reached', async () => {
    const there = await alone();
    const http = () => Promise.reject(Object.assign(new Error('x'), { code: 'ENOTFOUND' }));
    expect(await there.during(run({ ...there.world, http }))).toMatchObject({
      kind: 'failed',
      error: { code: 'base-url-unreachable' },
    });
    expect(failing(there)).toEqual(CHECKS);
  });

  it('writes a verdict for every check when it is cancelled', async () => {
    const there = await alone({ 'expected-sha': NEW_COMMIT });
    there.clock.after(5_000, () => there.cancel.abort(new DeployError('cancelled', 'enough')));
    expect(await releasing(there)).toMatchObject({ kind: 'cancelled' });
    expect(results(there).map(({ check }) => check)).toEqual(CHECKS);
    expect(failing(there)).toEqual(['version']);
  });

  it('writes reports beside those that there are', async () => {
    const there = await alone({ 'report-dir': 'reports' });
    const list = (): Promise<readonly string[]> =>
      Promise.resolve([...there.files.keys()].map((path) => path.slice(path.lastIndexOf('/') + 1)));
    const world = { ...there.world, files: { ...there.world.files, list } };
    await there.during(run(world));
    const [first] = [...there.files.keys()].filter((path) => path.endsWith('.xml'));
    const later = { ...world.clock, now: () => Date.parse('2030-01-01') };
    await there.during(run({ ...world, clock: later }));
    await there.during(run({ ...world, clock: later }));
    expect([...there.files.keys()].filter((path) => path.endsWith('.xml'))).toEqual([
      first,
      'reports/smoke-20300101-000000.xml',
      'reports/smoke-20300101-000000-1.xml',
    ]);
  });
});

describe('a check of the user', () => {
  const FILE = `
version: 1
checks:
  cors: { skip: no browser clients }
  version: { path: /api/v1/version, field: $.gitSha }
custom:
  - name: the token opens the patients
    path: /api/v1/patients
    headers: { authorization: "Bearer \${SMOKE_TOKEN}" }
    expect: { status: 200, json: { $.patients: { exists: true } }, header: { content-type: /json/ } }
`;
  const withFile = async (token: string) => {
    const there = await readyWorld({
      env: { ...inputs({ 'smoke-config': 'smoke.yml' }), SMOKE_TOKEN: token },
    });
    there.files.set('smoke.yml', FILE);
    return there;
  };

  it('is part of the suite, and its secret is masked and never shown', async () => {
    const there = await withFile(NAMES.apiToken);
    expect(await releasing(there)).toEqual({ kind: 'released' });
    expect(results(there).map(({ check, verdict }) => `${check} ${verdict}`)).toEqual([
      ...CHECKS.map((check) => `${check} ${check === 'cors' ? 'skipped' : 'pass'}`),
      'the token opens the patients pass',
    ]);
    expect(there.masked.join()).toContain(NAMES.apiToken);
    const shown = [...there.logged, ...there.summaries, ...there.outputs.values(), ...there.saved.values()];
    expect(shown.join('\n')).not.toContain(NAMES.apiToken);
  });

  it('is masked by the post step as well', async () => {
    const there = await withFile(NAMES.apiToken);
    there.cloud.afterCall.push(({ action }) => {
      if (action === 'ecs:UpdateService') there.clock.after(5_000, () => there.cancel.abort(new Error('x')));
    });
    await releasing(there);
    there.masked.length = 0;
    const state = Object.fromEntries([...there.saved].map(([name, value]) => [`STATE_${name}`, value]));
    const { signal } = new AbortController();
    const post = { ...there.world, signal, env: { ...there.world.env, ...state } };
    expect(await there.during(finish(post))).toMatchObject({ kind: 'rolled-back' });
    expect(there.masked.join()).toContain(NAMES.apiToken);
  });

  it('fails a release like any other', async () => {
    const there = await withFile('wrong-token');
    expect(await releasing(there)).toMatchObject({ kind: 'rolled-back', error: { code: 'smoke-failed' } });
    expect(failing(there)).toEqual(['the token opens the patients']);
  });
});
