import { describe, expect, it } from '@jest/globals';
import type { CheckResult } from '../../../src/checks/check.js';
import type { SmokeRequest } from '../../../src/inputs/smoke.js';
import { showCounts, showResults, smoke, smokeAlone } from '../../../src/steps/smoke.js';
import type { HttpResponse } from '../../../src/world.js';
import { jumpingClock } from '../../jumping-clock.js';
import { testWorld } from '../../world.js';
import { answer } from '../checks/checking.js';
import { suite } from '../inputs/suite.js';
import { keptVoice, taskOf, thrownBy } from './scripted.js';

const COMMIT = 'a'.repeat(40);
const OTHERS = ['https', 'auth', 'cors', 'security-headers', 'response-time', 'error-format', 'root'];
const result = (
  check: string,
  verdict: CheckResult['verdict'],
  more: Partial<CheckResult> = {},
): CheckResult => ({
  ...{ check, verdict, detail: 'as asked', attempts: 1, durationMs: 20 },
  ...more,
});

const VERSION = answer(JSON.stringify({ gitSha: COMMIT }));
const GOOD = (path: string): HttpResponse =>
  path.includes('version')
    ? VERSION
    : answer('{"status":"ok","checks":{"database":"ok"}}', 200, { 'content-type': 'application/json' });

/** Does the step against a service that answers so, of which only version, health and database are asked unless said otherwise. */
async function smoked(
  more: Partial<Parameters<typeof smoke>[0]> & { readonly inputs?: Readonly<Record<string, string>> } = {},
  serve: (path: string) => HttpResponse | Error = GOOD,
) {
  const { inputs = {}, ...wish } = more;
  const there = testWorld();
  const { voice, said } = keptVoice();
  const paths: string[] = [];
  const http = (asked: { readonly url: string }) => {
    paths.push(new URL(asked.url).pathname);
    const given = serve(paths.at(-1) ?? '');
    return given instanceof Error ? Promise.reject(given) : Promise.resolve(given);
  };
  const world = { ...there.world, clock: jumpingClock(), http: http as typeof there.world.http };
  const request = await suite({ inputs: { 'skip-checks': OTHERS.join('\n'), ...inputs } });
  const test = {
    smoke: request as SmokeRequest | undefined,
    expected: COMMIT,
    tasks: [taskOf('1')],
    ...wish,
  };
  const done = smoke(test, world, voice);
  const alone = (): Promise<void> => smokeAlone(request, undefined, world, voice);
  return { ...there, said, paths, done, alone, error: () => thrownBy(done) };
}

const bad = (part: string) => (path: string) => (path.includes(part) ? answer('no', 500) : GOOD(path));

describe('the smoke suite', () => {
  it('is passed when the service says its commit and is well', async () => {
    const { done, said, logged } = await smoked();
    await done;
    expect(said.notes).toEqual([`3 of 10 checks passed; skipped: ${OTHERS.join(', ')}`]);
    expect(
      said.facts.smoke?.map(({ verdict }) => verdict).filter((verdict) => verdict === 'pass'),
    ).toHaveLength(3);
    expect(logged.join('\n')).toMatch(/^pass +version: /m);
  });

  it('is left out where nothing is asked, which is said', async () => {
    const { done, said, paths } = await smoked({ smoke: undefined });
    await done;
    expect(said.skips).toEqual(['nothing is asked over HTTP: the proof is rollout, health and identity']);
    expect(paths).toEqual([]);
  });

  it.each([
    [0, 5],
    [1, 5],
    [2, 10],
    [6, 30],
    [7, 30],
  ])('of %d tasks takes %d right answers in a row', async (count, answers) => {
    const tasks = Array.from({ length: count }, (_, index) => taskOf(String(index)));
    const { done, paths } = await smoked({ tasks });
    await done;
    expect(paths.filter((path) => path.includes('version')).length).toBe(answers);
  });

  it('asks no more than it has to', async () => {
    const { done, said } = await smoked({ includes: (name) => name === 'health' }, bad('version'));
    await done;
    expect(said.notes.join()).toMatch(/^1 of 10 checks passed; skipped: version, database,/);
  });
});

describe('a smoke suite that fails', () => {
  it('says of one check what it found, and what may be set', async () => {
    const { error } = await smoked({}, bad('health/live'));
    const { code, message, hint } = await error();
    expect(code).toBe('smoke-failed');
    expect(message).toMatch(/^The smoke check health: .*500.*\.$/);
    expect(hint).toMatch(
      /^Mend the service; or where it is right so, set what is asked and expected .*health/,
    );
    expect(hint).not.toMatch(/checks of your own|database/);
  });

  it('says of several how many, and of each whether it failed before', async () => {
    const seen = [result('health', 'pass'), result('database', 'fail')];
    const { message, hint } = await (await smoked({ seen }, bad('health'))).error();
    expect(message).toMatch(
      /^2 of 10 smoke checks failed: health, database\.\n- health \(a regression\): .*\n- database \(failed before as well\): /,
    );
    expect(hint).toContain('Mend the service');
    const unseen = await (await smoked({}, bad('health'))).error();
    expect(unseen.message).toMatch(/\n- health: .*\n- database: /);
  });

  it('lets stand what failed before where that is asked for, and says so', async () => {
    const seen = [result('root', 'fail')];
    const inputs = {
      'skip-checks': OTHERS.filter((name) => name !== 'root').join('\n'),
      'fail-on': 'regression',
    };
    const serve = (path: string) => (/version|health/.test(path) ? GOOD(path) : answer('', 500));
    const { done, said } = await smoked({ seen, inputs }, serve);
    await done;
    expect(said.warnings.join()).toMatch(
      /^The smoke check root fails, as it did before the release; fail-on: regression lets that stand: /,
    );
    const strict = await smoked({ seen, inputs: { ...inputs, 'fail-on': 'any' } }, serve);
    expect((await strict.error()).hint).toMatch(/fail-on: regression would have let it stand/);
    const unseen = await smoked({ inputs }, serve);
    expect((await unseen.error()).hint).toMatch(/^Mend the service/);
  });
});

describe('the suite alone', () => {
  it('tells the commit that the service says in full', async () => {
    const { alone, said } = await smoked();
    await alone();
    expect(said.facts).toMatchObject({ gitSha: COMMIT });
    const short = answer(JSON.stringify({ gitSha: COMMIT.slice(0, 7) }));
    const vague = await smoked({}, (path) => (path.includes('version') ? short : GOOD(path)));
    await vague.alone();
    expect(vague.said.facts).not.toHaveProperty('gitSha');
  });

  it('has failed in every check where nobody answers', async () => {
    const away = Object.assign(new Error('x'), { code: 'ECONNREFUSED' });
    const { alone, said } = await smoked({ smoke: undefined }, () => away);
    expect((await thrownBy(alone())).code).toBe('base-url-unreachable');
    expect(said.facts.smoke?.[0]).toMatchObject({ check: 'version', verdict: 'fail', attempts: 0 });
  });
});

describe('the results of checks', () => {
  it('are shown with what was found before, where that differs', () => {
    const results = [
      result('version', 'pass'),
      result('health', 'pass'),
      result('database', 'fail'),
      result('root', 'fail'),
      result('cors', 'fail'),
      result('auth', 'skipped', { attempts: 0 }),
    ];
    const seen = [
      result('version', 'pass'),
      result('health', 'fail'),
      result('database', 'pass'),
      result('root', 'fail'),
    ];
    expect(showResults(results, seen).split('\n')).toEqual([
      'pass    version: as asked (1 requests, 0.0s)',
      'pass    health: as asked (1 requests, 0.0s) [mended]',
      'fail    database: as asked (1 requests, 0.0s) [regression]',
      'fail    root: as asked (1 requests, 0.0s) [pre-existing]',
      'fail    cors: as asked (1 requests, 0.0s)',
      'skipped auth: as asked',
    ]);
  });

  it('are counted, and the others named by what became of them', () => {
    const results = [
      result('a', 'pass'),
      result('b', 'flaky'),
      result('c', 'fail'),
      result('d', 'fail'),
      result('e', 'skipped'),
    ];
    expect(showCounts(results)).toBe('2 of 5 checks passed; fail: c, d; flaky: b; skipped: e');
    expect(showCounts([result('a', 'pass')])).toBe('1 of 1 checks passed');
  });
});
