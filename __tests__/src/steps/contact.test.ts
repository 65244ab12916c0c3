import { describe, expect, it } from '@jest/globals';
import type { SmokeRequest } from '../../../src/inputs/smoke.js';
import { parseJsonPath } from '../../../src/model/json-path.js';
import { contact } from '../../../src/steps/contact.js';
import type { HttpResponse, World } from '../../../src/world.js';
import { jumpingClock } from '../../jumping-clock.js';
import { answer, answering } from '../checks/checking.js';

const COMMIT = '1'.repeat(40);
const REQUEST = {
  baseUrl: new URL('https://api.example.com/'),
  timeout: 30_000,
  settings: { version: { path: '/version', field: parseJsonPath('gitSha') } },
} as unknown as SmokeRequest;

const ask = (...answers: readonly (HttpResponse | Error)[]) =>
  contact(REQUEST, {
    http: answering(answers),
    clock: jumpingClock(),
    random: Math.random,
    signal: new AbortController().signal,
  } as unknown as World);

const said = answer(JSON.stringify({ gitSha: COMMIT }));
const away = Object.assign(new Error('x'), { code: 'ECONNREFUSED' });

describe('the first contact with a service', () => {
  it('learns its commit, also after a moment', async () => {
    expect(await ask(said)).toBe(COMMIT);
    expect(await ask(away, answer('', 503), said)).toBe(COMMIT);
  });

  it.each([404, 429, 500, 502, 503])('lets a service that answers %d be released to', async (status) => {
    expect(await ask(answer('', status))).toBeUndefined();
  });

  it('fails where nobody answers', async () => {
    await expect(ask(away)).rejects.toMatchObject({ code: 'base-url-unreachable' });
  });

  it.each(['ENCODED', 'TIMEOUT', 'FIRST_BYTE_TIMEOUT'])(
    'knows that somebody is there whose answer cannot be used (%s)',
    async (code) => {
      const hanging = Object.assign(new Error('x'), { code });
      const encoded = answer('?', 200, { 'content-encoding': 'gzip' });
      expect(await ask(code === 'ENCODED' ? encoded : hanging)).toBeUndefined();
    },
  );
});
