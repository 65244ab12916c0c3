import { afterEach, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { parseCommand } from '../../../runner/commands.js';
import type { CheckResult } from '../../../src/checks/check.js';
import { isCommit, version } from '../../../src/checks/version.js';
import { parseJsonPath } from '../../../src/model/json-path.js';
import type { HttpResponse, SendHttp } from '../../../src/world.js';
import { jumpingClock } from '../../jumping-clock.js';
import { answer, answering, doCheck, Servers } from './checking.js';

const NEW = '2222222222222222222222222222222222222222';
const OLD = '1111111111111111111111111111111111111111';
const SETTINGS = { path: '/api/v1/version', field: parseJsonPath('gitSha')! };

const expecting = (commit: string | undefined, base = new URL('http://127.0.0.1:1/')) =>
  version(SETTINGS, { commit, consecutive: 5 }, base);
const says = (gitSha: unknown): string => JSON.stringify({ gitSha });
const ask = (answers: readonly (HttpResponse | Error)[]): Promise<CheckResult> =>
  doCheck(expecting(NEW), { http: answering(answers) });
const [fresh, old] = [answer(says(NEW)), answer(says(OLD))];

describe('the version check', () => {
  it('passes when the service says its commit five times in a row', async () => {
    expect(await ask([fresh])).toMatchObject({
      verdict: 'pass',
      attempts: 5,
      detail: '5 answers in a row: commit 222222222222',
    });
  });

  it('waits until the old version is gone', async () => {
    expect(await ask([old, answer('', 502), fresh])).toMatchObject({
      verdict: 'pass',
      attempts: 12,
      detail: expect.stringMatching(/10 answers in a row.*, after 2 others/),
    });
  });

  it('begins to count again after an old answer, and wants twice as many from then on', async () => {
    const result = await ask([fresh, fresh, fresh, fresh, old, fresh]);
    expect(result).toMatchObject({ verdict: 'pass', attempts: 15 });
  });

  it('fails when an old target answers now and then for ever', async () => {
    const mixed = Array.from({ length: 400 }, (_, at) => (at % 4 === 3 ? old : fresh));
    expect(await ask(mixed)).toMatchObject({ verdict: 'fail' });
  });

  it('is not too slow for a fleet of ten whose answers take a second and a half', async () => {
    const clock = jumpingClock();
    let running = 0;
    const http: SendHttp = async () => {
      // What is asked at the same time takes the time of one.
      if (running++ === 0) await clock.sleep(1_500);
      await new Promise((resolve) => setImmediate(resolve));
      running = 0;
      return fresh;
    };
    const check = version(SETTINGS, { commit: NEW, consecutive: 30 }, new URL('http://127.0.0.1:1/'));
    expect(await doCheck(check, { http, clock })).toMatchObject({ verdict: 'pass', attempts: 30 });
  });

  it('waits as long as a rate limit says', async () => {
    const clock = jumpingClock();
    const limited = answer('', 429, { 'retry-after': '7' });
    const result = await doCheck(expecting(NEW), { http: answering([limited, fresh]), clock });
    expect(result).toMatchObject({ verdict: 'pass', attempts: 11 });
    expect(result.durationMs).toBeGreaterThanOrEqual(7_000);
  });

  it('gives the last question no more time than is left', async () => {
    const limits: number[] = [];
    const clock = jumpingClock();
    const http: SendHttp = ({ timeout }) => {
      limits.push(timeout);
      return Promise.resolve(old);
    };
    await doCheck(expecting(NEW), { http, clock, timeout: 12_500 });
    expect(limits[0]).toBe(10_000);
    expect(limits.at(-1)).toBe(1_000);
    expect(limits.every(Number.isInteger)).toBe(true);
  });

  it('ends soon after its time', async () => {
    const clock = jumpingClock();
    let asked = 0;
    const http: SendHttp = () => {
      asked++;
      return Promise.resolve(old);
    };
    const result = await doCheck(expecting(NEW), { http, clock, timeout: 5_000 });
    expect(result).toMatchObject({ verdict: 'fail', attempts: asked, durationMs: 5_000 });
    expect(asked).toBe(6);
  });

  it('takes no answer out of a cache', async () => {
    for (const headers of [{ age: '3' }, { 'x-cache': 'Hit from cloudfront' }]) {
      expect(await ask([answer(says(NEW), 200, headers)])).toMatchObject({ verdict: 'fail' });
    }
    expect(await ask([answer(says(NEW), 200, { age: '0' })])).toMatchObject({ verdict: 'pass' });
  });

  it.each<[string, HttpResponse | Error, RegExp]>([
    [
      'another commit',
      old,
      /expected commit 222222222222 at \/api\/v1\/version, last answer: commit 111111111111/,
    ],
    ['no commit', answer(says('unknown')), /last answer: "unknown"/],
    ['an empty one', answer(says('')), /last answer: ""/],
    ['half a commit', answer(says(NEW.slice(0, 6))), /a text that is no commit/],
    ['a number', answer(says(2_222_222)), /no text in the field gitSha/],
    ['a null', answer(says(null)), /no text in the field gitSha/],
    ['an object without the field', answer('{"version":"1"}'), /no text in the field gitSha/],
    ['a list', answer(`["${NEW}"]`), /no text in the field gitSha/],
    ['a page', answer(`<html>${NEW}</html>`), /but no JSON/],
    ['nothing', answer(''), /but no JSON/],
    ['an error', answer(says(NEW), 500), /status 500/],
    ['a redirect', answer(says(NEW), 302), /status 302/],
    [
      'not at all',
      Object.assign(new Error('x'), { code: 'ECONNREFUSED' }),
      /no answer: nobody listens there \(ECONNREFUSED\)/,
    ],
    [
      'too late',
      Object.assign(new Error('x'), { name: 'TimeoutError' }),
      /no whole answer in time \(TIMEOUT\)/,
    ],
  ])('fails when the service answers with %s', async (_, given, expected) => {
    const result = await ask([given]);
    expect(result.verdict).toBe('fail');
    expect(result.detail).toMatch(expected);
  });

  it('never shows a body, and nothing that the runner would take as a command', async () => {
    const hostile = '::error::\u001b[31m##[error]x\r\n::set-output name=a::b';
    for (const body of [says(hostile), hostile]) {
      const { detail } = await ask([answer(body)]);
      expect(detail).not.toMatch(/##\[|\p{Cc}/u);
      expect(parseCommand(detail)).toBeUndefined();
    }
  });

  it('has failed when it is cut off by a cancel', async () => {
    const cancel = new AbortController();
    const http: SendHttp = () => {
      cancel.abort(new Error('cancelled'));
      return Promise.reject(new Error('aborted'));
    };
    expect(await doCheck(expecting(NEW), { http, signal: cancel.signal })).toMatchObject({
      verdict: 'fail',
      detail: 'not finished: the run was cancelled',
      attempts: 1,
    });
  });
});

describe('what a service calls its commit', () => {
  it.each<[string, string | undefined, boolean]>([
    [NEW, NEW, true],
    [NEW.slice(0, 7), NEW, true],
    [NEW.slice(0, 6), NEW, false],
    [OLD.slice(0, 7), NEW, false],
    [NEW, NEW.slice(0, 12), true],
    [NEW.slice(0, 9), NEW.slice(0, 12), true],
    [NEW, OLD.slice(0, 12), false],
    [`${NEW}-dirty-0123456789ab`, NEW.slice(0, 12), false],
    [NEW, NEW.slice(0, 6), false],
    ['ABCDEF0', 'abcdef0123456789abcdef0123456789abcdef01', true],
    ['unknown', 'unknown', false],
    ['dev', 'dev', false],
    ['', '', false],
    ['unknown', undefined, false],
    ['dev', undefined, false],
    ['', undefined, false],
    ['v1.2.3', undefined, false],
    [NEW.slice(0, 7), undefined, true],
    [`${NEW}-dirty-0123456789ab`, `${NEW}-dirty-0123456789ab`, true],
    [`${NEW}-dirty-0123456789ab`, undefined, true],
    [NEW, `${NEW}-dirty-0123456789ab`, false],
    [NEW.slice(0, 8), `${NEW}-dirty-0123456789ab`, false],
    [`${NEW}-dirty-0123456789ab`, NEW, false],
    [`${NEW} `, NEW, false],
    [`${NEW}0`, NEW, false],
  ])('"%s" is the commit %s: %s', (said, expected, matches) => {
    expect(isCommit(said, expected)).toBe(matches);
  });

  it('matches whole commits and their beginnings, and no other commit', () => {
    const sha = fc.stringMatching(/^[0-9a-f]{40}$/);
    fc.assert(
      fc.property(sha, sha, fc.integer({ min: 7, max: 40 }), (one, other, length) => {
        expect(isCommit(one.slice(0, length), one)).toBe(true);
        expect(isCommit(one.slice(0, length).toUpperCase(), one)).toBe(true);
        expect(isCommit(other.slice(0, length), one)).toBe(one.startsWith(other.slice(0, length)));
      }),
    );
  });
});

describe('the version check over real connections', () => {
  const servers = new Servers();
  afterEach(() => servers.close());
  const askAt = (base: URL) => doCheck(expecting(NEW, base), { timeout: 3_000 });

  it('asks each time over a new one, so that no sticky connection hides an old target', async () => {
    const ports = new Set<number>();
    const base = await servers.start((request, response) => {
      ports.add(request.socket.remotePort ?? 0);
      response.end(says(NEW));
    });
    expect(await askAt(base)).toMatchObject({ verdict: 'pass', attempts: 5 });
    expect(ports.size).toBe(5);
  });

  it('sends no cookie back, so that a sticky session leads to no old target for ever', async () => {
    const cookies: unknown[] = [];
    const base = await servers.start((request, response) => {
      cookies.push(request.headers.cookie);
      response.setHeader('set-cookie', 'AWSALB=old').end(says(NEW));
    });
    expect(await askAt(base)).toMatchObject({ verdict: 'pass' });
    expect(cookies).toEqual(Array.from({ length: 5 }, () => undefined));
  });

  it('fails when one of two tasks is of another commit', async () => {
    let turn = 0;
    const base = await servers.start((_, response) => response.end(says(turn++ % 2 === 0 ? NEW : OLD)));
    expect(await askAt(base)).toMatchObject({ verdict: 'fail' });
  });

  it('fails at a service that breaks every connection', async () => {
    const base = await servers.start((request) => request.socket.destroy());
    const result = await askAt(base);
    expect(result.verdict).toBe('fail');
    expect(result.detail).toMatch(/ECONNRESET/);
  });

  it('fails at a service whose answer is far too long', async () => {
    const base = await servers.start((_, response) =>
      response.end(`{"pad":"${'x'.repeat(300_000)}","gitSha":"${NEW}"}`),
    );
    const result = await askAt(base);
    expect(result).toMatchObject({ verdict: 'fail', detail: expect.stringMatching(/too long/) });
  });

  it('reads the commit where it is configured', async () => {
    const base = await servers.start((_, response) => response.end(`{"build":{"commit":"${NEW}"}}`));
    const settings = { ...SETTINGS, field: parseJsonPath('$.build.commit')! };
    const expected = { commit: NEW.toUpperCase(), consecutive: 2 };
    expect(await doCheck(version(settings, expected, base))).toMatchObject({ verdict: 'pass', attempts: 2 });
  });

  it('fails when one of three tasks of a fleet cannot say its commit', async () => {
    let turn = 0;
    const base = await servers.start((_, response) => response.end(says(turn++ % 3 === 2 ? 'unknown' : NEW)));
    expect(await askAt(base)).toMatchObject({ verdict: 'fail' });
  });
});
