import { describe, expect, it } from '@jest/globals';
import {
  evaluate,
  interpolate,
  textOf as asText,
  type Mapping,
  type Value,
} from '../../runner/workflow/expressions.js';
import { action, blocks, textOf } from '../pages.js';
import { asWorkflow, isOurs, nameOf, read, type Job, type Step } from './workflow.js';

/* The workflow for other repositories says everything that the action can be told, and hands on what it can. */

const PATH = '.github/workflows/deploy-backend.yml';
const workflow = read(textOf(PATH));
const { inputs, outputs, secrets } = (
  workflow.on as {
    readonly workflow_call: Record<'inputs' | 'outputs' | 'secrets', Record<string, Declared>>;
  }
).workflow_call;
const job = workflow.jobs['deploy']!;
const firstJob = (path: string): Job => Object.values(read(textOf(path)).jobs)[0]!;
const steps = job.steps ?? [];
const release = steps.find(isOurs)!;
const step = (name: string): Step => steps.find(({ uses }) => nameOf(uses) === name)!;

interface Declared {
  readonly type?: string;
  readonly default?: unknown;
  readonly value?: string;
  readonly required?: boolean;
}

/** Contexts of a run, less those that say nothing. */
const contextsWith = (contexts: Mapping): Mapping => ({
  ...{ inputs: {}, vars: {}, github: { run_id: '7' }, env: {}, secrets: {}, runner: {} },
  ...contexts,
});

/** What a text with expressions becomes in a run with these contexts. */
const evaluated = (text: unknown, contexts: Mapping): string =>
  asText(interpolate(String(text), { contexts: contextsWith(contexts) }));

const isTrue = (condition: unknown, contexts: Mapping): boolean =>
  evaluate(`!!(${String(condition)})`, { contexts: contextsWith(contexts) }) === true;

/** What a called workflow has for inputs that nobody gave: the default, else nothing of its type. */
const nothingGiven = Object.fromEntries(
  Object.entries(inputs).map(([name, { type, default: value }]) => [
    name,
    (value ?? { boolean: false, number: 0 }[type ?? ''] ?? '') as Value,
  ]),
);
const variable = (name: string): string => `DEPLOY_BACKEND_${name.toUpperCase().replaceAll('-', '_')}`;

/** What describes a run and no service, so that no variable says it. */
const OF_THE_RUN = [
  ...['mode', 'rollback-to', 'dry-run', 'image', 'image-tag', 'expected-sha'],
  ...['allow-dirty', 'allow-downgrade', 'allow-no-fallback', 'force-new-deployment'],
];
const taken = Object.keys(action.inputs).filter(
  (name) => !['environment', 'github-token', 'report-dir'].includes(name),
);
const SWITCHES = Object.keys(action.inputs).filter((name) =>
  ['true', 'false'].includes(action.inputs[name]?.default ?? ''),
);

describe('the inputs of the workflow', () => {
  it('are those of the action, the environment of the job and the label of its runner', () => {
    expect(Object.keys(inputs).sort()).toEqual([...taken, 'environment', 'runs-on'].sort());
  });

  it('are switches where the action takes true or false, with its default', () => {
    const switches = Object.entries(inputs).filter(([, { type }]) => type === 'boolean');
    expect(Object.fromEntries(switches.map(([name, declared]) => [name, String(declared.default)]))).toEqual(
      Object.fromEntries(SWITCHES.map((name) => [name, action.inputs[name]?.default])),
    );
  });

  it.each(taken)('hand on %s as it is given', (name) => {
    const samples: Record<string, string | number | boolean> = {
      boolean: inputs[name]?.default !== true,
      number: 7,
      string: 'x',
    };
    const given = samples[inputs[name]?.type ?? ''] ?? 'no type';
    const contexts = {
      inputs: { ...nothingGiven, [name]: given },
      vars: { [variable(name)]: 'of the variable' },
    };
    expect(evaluated(release.with?.[name], contexts)).toBe(String(given));
  });

  it.each(taken.filter((name) => !OF_THE_RUN.includes(name)))(
    'take %s from its variable in a run by hand, which cannot be told it',
    (name) => {
      expect(evaluated(release.with?.[name], { vars: { [variable(name)]: 'of the variable' } })).toBe(
        'of the variable',
      );
      expect(evaluated(release.with?.[name], {})).toBe('');
    },
  );

  it.each(OF_THE_RUN)('take %s from no variable', (name) => {
    expect(evaluated(release.with?.[name], { vars: { [variable(name)]: 'of the variable' } })).toBe('');
  });

  it('leave what is not given to the defaults of the action', () => {
    const handed = taken.map(
      (name) => [name, evaluated(release.with?.[name], { inputs: nothingGiven })] as const,
    );
    const different = handed.filter(
      ([name, value]) => value !== '' && value !== action.inputs[name]?.default,
    );
    expect(different).toEqual([]);
  });
});

describe('the outputs of the workflow', () => {
  /** They hold the account id, which a mask may hide, or a path of a machine that is gone. */
  const LOST = ['image-uri', 'task-definition-arn', 'previous-task-definition-arn', 'report-path'];

  it('are those of the action that can be handed from job to job', () => {
    const names = Object.keys(action.outputs).filter((name) => !LOST.includes(name));
    expect(job.outputs).toEqual(
      Object.fromEntries(names.map((name) => [name, `\${{ steps.release.outputs.${name} }}`])),
    );
    expect(Object.fromEntries(Object.entries(outputs).map(([name, { value }]) => [name, value]))).toEqual(
      Object.fromEntries(names.map((name) => [name, `\${{ jobs.deploy.outputs.${name} }}`])),
    );
  });
});

describe('the concurrency of the workflow', () => {
  const { group } = job.concurrency as { readonly group: string };
  const groupOf = (given: Mapping, run = '7'): string =>
    evaluated(group, { inputs: { ...nothingGiven, ...given }, github: { run_id: run } });
  const api = { environment: 'production', cluster: 'prod', service: 'api', 'base-url': 'https://a.example' };

  it('lets one deployment of a service wait for the other, also one to an earlier revision', () => {
    expect(groupOf(api)).toBe('deploy-backend/production/prod/api');
    expect(groupOf({ ...api, mode: 'rollback' }, '8')).toBe(groupOf({ ...api, mode: 'release' }, '7'));
  });

  it('lets services, clusters and environments not wait for each other', () => {
    const others = [{ service: 'worker' }, { cluster: 'stage' }, { environment: 'staging' }, {}];
    expect(new Set(others.map((other) => groupOf({ ...api, ...other }))).size).toBe(4);
  });

  it.each([{ mode: 'smoke' }, { 'dry-run': true }])('lets a run with %j wait for nothing', (given) => {
    expect(groupOf({ ...api, ...given }, '8')).not.toBe(groupOf({ ...api, ...given }, '7'));
    expect(groupOf({ ...api, ...given })).not.toBe(groupOf(api));
  });

  it('knows the service of a run by hand', () => {
    const vars = { [variable('cluster')]: 'prod', [variable('service')]: 'api' };
    const byHand = { environment: 'production', mode: 'release', 'dry-run': false };
    expect(evaluated(group, { inputs: byHand, vars })).toBe(groupOf(api));
  });
});

describe.each([
  [PATH, job],
  ['examples/workflows/mentalspace-backend.yml', firstJob('examples/workflows/mentalspace-backend.yml')],
])('the environment in %s', (_, { environment }) => {
  const recorded = (inputs: Mapping): string =>
    evaluated((environment as { readonly deployment?: unknown }).deployment, { inputs });

  it('gets a deployment on GitHub for what may change the service, and for nothing else', () => {
    expect([{}, { mode: 'release' }, { mode: 'rollback', 'dry-run': false }].map(recorded)).toEqual(
      Array(3).fill('true'),
    );
    expect([{ mode: 'smoke' }, { mode: 'release', 'dry-run': true }].map(recorded)).toEqual(
      Array(2).fill('false'),
    );
  });
});

describe('the steps of the workflow', () => {
  const checkout = step('actions/checkout');
  const keys = step('aws-actions/configure-aws-credentials');
  const contextsOf = (given: Mapping, vars: Mapping = {}): Mapping => {
    const contexts = { inputs: { ...nothingGiven, ...given }, vars };
    const env = (job as { readonly env?: Record<string, string> }).env ?? {};
    return { ...contexts, env: { MODE: evaluated(env['MODE'], contexts) } };
  };

  it('check out the whole history to build, and nothing where nothing is read', () => {
    const depth = (given: Mapping): string =>
      isTrue(checkout.if, contextsOf(given))
        ? evaluated(checkout.with?.['fetch-depth'], contextsOf(given))
        : 'none';
    expect(depth({})).toBe('0');
    expect(depth({ mode: 'release' })).toBe('0');
    expect(depth({ image: 'api@sha256:1' })).toBe('none');
    expect(depth({ mode: 'smoke' })).toBe('none');
    expect(depth({ mode: 'rollback' })).toBe('none');
    expect(depth({ mode: 'smoke', 'smoke-config': 'smoke.yml' })).toBe('1');
    expect(depth({ image: 'api@sha256:1', 'task-definition': 'task.json' })).toBe('1');
    expect(
      isTrue(checkout.if, contextsOf({ mode: 'smoke' }, { [variable('smoke-config')]: 'smoke.yml' })),
    ).toBe(true);
  });

  it('take the keys only where there are some and no role', () => {
    const { WITH_KEYS: withKeys } = (job as { readonly env?: Record<string, string> }).env ?? {};
    const wanted = (contexts: Mapping): boolean =>
      isTrue(keys.if, { env: { WITH_KEYS: evaluated(withKeys, contexts) } });
    const secrets = { AWS_ACCESS_KEY_ID: 'AKIA' };
    expect(wanted({ secrets })).toBe(true);
    expect(wanted({})).toBe(false);
    expect(wanted({ secrets, inputs: { 'role-to-assume': 'arn' } })).toBe(false);
    expect(wanted({ secrets, vars: { [variable('role-to-assume')]: 'arn' } })).toBe(false);
    expect(steps.indexOf(keys)).toBeLessThan(steps.indexOf(release));
  });

  it('use no secret that is required, and none that is not declared', () => {
    const named = [...textOf(PATH).matchAll(/\bsecrets\.(\w+)/g)].map(([, name]) => name ?? '');
    expect([...new Set(named)].sort()).toEqual(Object.keys(secrets).sort());
    expect(Object.values(secrets).filter(({ required }) => required !== false)).toEqual([]);
  });

  it('keep the report of every run, also of one that failed', () => {
    const upload = step('actions/upload-artifact');
    expect(upload.if).toBe('always()');
    expect(upload.with?.['path']).toBe(release.with?.['report-dir']);
    expect(upload.with?.['name']).toContain('job.check_run_id');
  });
});

describe('the shortest workflow', () => {
  const minimal = read(textOf('examples/workflows/minimal.yml'));

  it('is the one of the README', () => {
    const shown = asWorkflow(blocks('README.md', 'yaml')[0] ?? '')!;
    const [ours = {}, theirs = {}] = [minimal, shown].map(({ jobs }) => Object.values(jobs)[0]);
    const named = ({ uses, with: given }: Step): unknown => ({ action: nameOf(uses), given });
    expect((theirs.steps ?? []).map(named)).toEqual((ours.steps ?? []).map(named));
    expect(theirs.environment).toBe(ours.environment);
    expect(theirs.permissions ?? shown.permissions).toEqual(ours.permissions);
    expect(shown.concurrency ?? theirs.concurrency).toEqual(minimal.concurrency);
  });
});
