import { afterEach, describe, expect, it } from '@jest/globals';
import { auth } from '../../../src/checks/auth.js';
import type { AuthSettings } from '../../../src/checks/settings.js';
import { doCheck, json, replying, Servers, type Reply } from './checking.js';

const PATH = '/api/v1/patients';
const TOKEN = 'correct-horse-battery-staple';

const servers = new Servers();
afterEach(() => servers.close());

/** What a service answers without credentials, with a token that it does not know, and with the right one. */
interface Door {
  readonly without: Reply;
  readonly wrong: Reply;
  readonly right: Reply;
}

const BEARER = { 'www-authenticate': 'Bearer realm="api"' };
const refused = (status = 401, more: object = {}): Reply =>
  json({ title: 'Unauthorized', ...more }, status, BEARER);
const GOOD: Door = { without: refused(), wrong: refused(), right: json({ patients: [] }) };

async function ask(door: Partial<Door>, settings: Partial<AuthSettings> = {}) {
  const { without, wrong, right } = { ...GOOD, ...door };
  const seen: (string | undefined)[] = [];
  const base = await servers.start((request, response) => {
    const { authorization } = request.headers;
    seen.push(authorization);
    const reply = authorization === undefined ? without : authorization === `Bearer ${TOKEN}` ? right : wrong;
    replying(request.url === PATH ? reply : { status: 404 })(request, response);
  });
  const all = { path: PATH, status: [401], token: undefined, fields: [], ...settings };
  return { ...(await doCheck(auth(all, base))), seen };
}

const both = (reply: Reply): Partial<Door> => ({ without: reply, wrong: reply });
const page = (status: number, body: string): Reply => ({
  status,
  headers: { ...BEARER, 'content-type': 'text/html' },
  body,
});

describe('the auth check', () => {
  it('passes when nobody is let in without the token', async () => {
    const result = await ask({});
    expect(result).toMatchObject({
      verdict: 'pass',
      attempts: 2,
      detail: expect.not.stringMatching(/noted/),
    });
    expect(result.seen).toEqual([undefined, expect.stringMatching(/^Bearer [0-9a-f]{32}$/)]);
  });

  it.each<[string, Partial<Door>, Partial<AuthSettings>]>([
    ['the token opens it', {}, { token: TOKEN }],
    ['the token opens it with 204', { right: { status: 204 } }, { token: TOKEN }],
    ['it refuses with 403, which is configured', both(refused(403)), { status: [401, 403] }],
    ['it refuses without a body', both({ status: 401, headers: BEARER }), {}],
    ['it refuses with a page', both(page(401, '<h1>Unauthorized</h1>')), {}],
    [
      'its errors have a field that is configured',
      both(refused(401, { tenant: 'x' })),
      { fields: ['tenant'] },
    ],
  ])('passes when %s', async (_, door, settings) => {
    expect(await ask(door, settings)).toMatchObject({ verdict: 'pass' });
  });

  it.each<[string, Partial<Door>, Partial<AuthSettings>, RegExp]>([
    ['anybody is let in', both(json({ patients: [] })), {}, /200/],
    ['anybody is let in with 206', both({ status: 206 }), {}, /206/],
    ['only the missing token is let in', { without: json([]) }, {}, /without credentials.*200/],
    ['any token is let in', { wrong: json({ patients: [] }) }, {}, /wrong token.*200/],
    ['it answers 404, which may be another path', both(refused(404)), {}, /404/],
    ['it leads to a login page', both({ status: 302, headers: { location: '/login' } }), {}, /302/],
    ['it leads elsewhere for good', both({ status: 301, headers: { location: '/x' } }), {}, /301/],
    ['it answers 403, which is not configured', both(refused(403)), {}, /403/],
    ['it answers 400', both(refused(400)), {}, /400/],
    ['it cannot bear a wrong token', { wrong: refused(500) }, {}, /wrong token.*500/],
    ['it answers 500', both(refused(500)), {}, /500/],
    ['its right token finds nothing', { right: refused(404) }, { token: TOKEN }, /token.*404/],
    ['its right token is refused', { right: refused() }, { token: TOKEN }, /token.*401/],
    ['its right token is sent elsewhere', { right: { status: 302 } }, { token: TOKEN }, /token.*302/],
    ['its refusal has data', both(refused(401, { patients: [{ id: 1 }] })), {}, /1 field/],
    ['its refusal is a list', both(json([{ id: 1 }], 401, BEARER)), {}, /field/],
    [
      'its refusal shows a stack trace',
      both(page(401, 'Error: no token\n    at auth (/srv/app/auth.js:10:5)')),
      {},
      /stack trace of Node/,
    ],
    [
      'its refusal names a person',
      both(refused(401, { message: 'no jane.doe@clinic.example' })),
      {},
      /e-mail/,
    ],
    [
      'a header of its refusal shows a connection string',
      both({ status: 401, headers: { ...BEARER, 'x-debug': 'postgres://app:hunter2@db/main' } }),
      {},
      /connection string/,
    ],
    ['its refusal does not end', both(page(401, 'x'.repeat(300_000))), {}, /too long/],
  ])('fails when %s', async (_, door, settings, reason) => {
    const result = await ask(door, settings);
    expect(result.verdict).toBe('fail');
    expect(result.detail).toMatch(reason);
    expect(result.detail).not.toMatch(/jane|hunter2|auth\.js/);
  });

  it('notes that WWW-Authenticate is missing', async () => {
    const result = await ask(both(json({ error: 'unauthorized' }, 401)));
    expect(result).toMatchObject({
      verdict: 'pass',
      detail: expect.stringMatching(/noted.*WWW-Authenticate/),
    });
  });

  it('never shows the token', async () => {
    for (const right of [GOOD.right, page(500, TOKEN), { status: 302, headers: { location: TOKEN } }]) {
      const result = await ask({ right }, { token: TOKEN });
      expect(result.seen).toContain(`Bearer ${TOKEN}`);
      expect(JSON.stringify({ ...result, seen: undefined })).not.toContain(TOKEN);
    }
  });

  it.each([429, 502, 503, 504])('is flaky when the service answers %d once', async (status) => {
    const base = await servers.start(replying({ status }, refused()));
    const check = auth({ path: PATH, status: [401], token: undefined, fields: [] }, base);
    expect(await doCheck(check)).toMatchObject({ verdict: 'flaky', attempts: 3 });
  });

  it('fails when the service answers 503 every time', async () => {
    const result = await ask(both(refused(503)));
    expect(result).toMatchObject({ verdict: 'fail', attempts: 3, detail: expect.stringMatching(/503/) });
  });
});
