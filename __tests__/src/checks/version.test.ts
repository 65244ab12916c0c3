import { afterEach, describe, expect, it } from '@jest/globals';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import fc from 'fast-check';
import { parseCommand } from '../../../runner/commands.js';
import { sendHttp } from '../../../src/adapters/http.js';
import { isCommit, version, type VersionCheck } from '../../../src/checks/version.js';
import type { Clock, HttpResponse, SendHttp } from '../../../src/world.js';

const NEW = '2222222222222222222222222222222222222222';
const OLD = '1111111111111111111111111111111111111111';

/** A clock that jumps over every sleep. */
function jumpingClock(): Clock {
  let time = 0;
  return {
    now: () => time,
    monotonic: () => time,
    sleep: (ms) => {
      time += ms;
      return Promise.resolve();
    },
  };
}

const check = (more: Partial<VersionCheck> = {}): VersionCheck => ({
  url: new URL('http://127.0.0.1:1/api/v1/version'),
  field: 'gitSha',
  expected: NEW,
  consecutive: 5,
  timeout: 30_000,
  ...more,
});
const says = (gitSha: unknown): string => JSON.stringify({ gitSha });
const answer = (body: string, status = 200): HttpResponse => ({
  status,
  headers: {},
  body,
  truncated: false,
  duration: 1,
  connecting: 0,
});

/** Asks a service that gives these answers one after the other, the last one for ever. */
function ask(answers: readonly (HttpResponse | Error)[], more: Partial<VersionCheck> = {}) {
  let asked = 0;
  const http: SendHttp = () => {
    const next = answers[Math.min(asked++, answers.length - 1)]!;
    return next instanceof Error ? Promise.reject(next) : Promise.resolve(next);
  };
  return version(check(more), http, jumpingClock(), new AbortController().signal);
}
const [fresh, old] = [answer(says(NEW)), answer(says(OLD))];

describe('the version check', () => {
  it('passes when the service says its commit five times in a row', async () => {
    expect(await ask([fresh])).toMatchObject({
      check: 'version',
      verdict: 'pass',
      attempts: 5,
      detail: '5 answers in a row: commit 222222222222',
    });
  });

  it('waits until the old version is gone', async () => {
    expect(await ask([old, answer('', 502), fresh])).toMatchObject({
      verdict: 'pass',
      attempts: 7,
      detail: expect.stringMatching(/after 2 others/),
    });
  });

  it('begins to count again after each old answer', async () => {
    const result = await ask([fresh, fresh, fresh, fresh, old, fresh]);
    expect(result).toMatchObject({ verdict: 'pass', attempts: 10 });
  });

  it('fails when an old target answers now and then for ever', async () => {
    const mixed = Array.from({ length: 400 }, (_, at) => (at % 4 === 3 ? old : fresh));
    expect(await ask(mixed)).toMatchObject({ verdict: 'fail' });
  });

  it('ends soon after its time', async () => {
    const clock = jumpingClock();
    let asked = 0;
    const http: SendHttp = () => {
      asked++;
      return Promise.resolve(old);
    };
    const result = await version(check({ timeout: 5_000 }), http, clock, new AbortController().signal);
    expect(result).toMatchObject({ verdict: 'fail', attempts: asked, durationMs: 5_000 });
    expect(asked).toBe(6);
  });

  it.each<[string, HttpResponse | Error, RegExp]>([
    ['another commit', old, /expected commit 222222222222, last answer: commit 111111111111/],
    ['no commit', answer(says('unknown')), /last answer: "unknown"/],
    ['an empty one', answer(says('')), /last answer: ""/],
    ['half a commit', answer(says(NEW.slice(0, 6))), /last answer: "222222"/],
    ['a number', answer(says(2_222_222)), /no text in the field gitSha/],
    ['a null', answer(says(null)), /no text in the field gitSha/],
    ['an object without the field', answer('{"version":"1"}'), /no text in the field gitSha/],
    ['a list', answer(`["${NEW}"]`), /not a JSON object/],
    ['a page', answer(`<html>${NEW}</html>`), /not a JSON object/],
    ['nothing', answer(''), /not a JSON object/],
    ['an error', answer(says(NEW), 500), /status 500/],
    ['a redirect', answer(says(NEW), 302), /status 302/],
    ['not at all', Object.assign(new Error('x'), { code: 'ECONNREFUSED' }), /no answer \(ECONNREFUSED\)/],
    ['too late', Object.assign(new Error('x'), { name: 'TimeoutError' }), /no answer within 10s/],
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

  it('ends with the reason of a cancel', async () => {
    const cancel = new AbortController();
    const http: SendHttp = () => {
      cancel.abort(new Error('cancelled'));
      return Promise.reject(new Error('aborted'));
    };
    await expect(version(check(), http, jumpingClock(), cancel.signal)).rejects.toThrow('cancelled');
  });
});

describe('what a service calls its commit', () => {
  it.each<[string, string | undefined, boolean]>([
    [NEW, NEW, true],
    [NEW.slice(0, 7), NEW, true],
    [NEW.slice(0, 6), NEW, false],
    [OLD.slice(0, 7), NEW, false],
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
  const servers: Server[] = [];
  afterEach(() => {
    for (const server of servers.splice(0)) {
      server.closeAllConnections();
      server.close();
    }
  });

  const serve = (listener: RequestListener): Promise<URL> =>
    new Promise((resolve) => {
      const server = createServer(listener);
      servers.push(server);
      server.listen(0, '127.0.0.1', () => {
        resolve(new URL(`http://127.0.0.1:${String((server.address() as AddressInfo).port)}/version`));
      });
    });
  const askAt = (url: URL) =>
    version(check({ url, timeout: 3_000 }), sendHttp, jumpingClock(), new AbortController().signal);

  it('asks each time over a new one, so that no sticky connection hides an old target', async () => {
    const ports = new Set<number>();
    const url = await serve((request, response) => {
      ports.add(request.socket.remotePort ?? 0);
      response.end(says(NEW));
    });
    expect(await askAt(url)).toMatchObject({ verdict: 'pass', attempts: 5 });
    expect(ports.size).toBe(5);
  });

  it('fails at a service that breaks every connection', async () => {
    const url = await serve((request) => request.socket.destroy());
    const result = await askAt(url);
    expect(result.verdict).toBe('fail');
    expect(result.detail).toMatch(/no answer \(ECONNRESET\)/);
  });

  it('fails at a service whose answer is far too long', async () => {
    const url = await serve((_, response) =>
      response.end(`{"pad":"${'x'.repeat(100_000)}","gitSha":"${NEW}"}`),
    );
    expect(await askAt(url)).toMatchObject({ verdict: 'fail' });
  });
});
