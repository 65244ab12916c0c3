import { describe, expect, it } from '@jest/globals';
import type { HttpRequest } from '../src/world.js';
import { readyWorld, type ReadyWorld } from './ready-world.js';

const DAY = 24 * 60 * 60_000;

const ask = ({ world }: ReadyWorld, url: string, more: Partial<HttpRequest> = {}) =>
  world.http({ method: 'GET', url, timeout: 1_000, maxBytes: 1_000, ...more });

describe('a request of the world that tests have', () => {
  it('reaches a task over TLS that is good for 90 days', async () => {
    const there = await readyWorld();
    const { status, headers, body, tls } = await ask(there, 'https://api.example.com/api/v1/health/ready');
    expect({ status, body: JSON.parse(body) as unknown }).toEqual({
      status: 200,
      body: { status: 'ok', checks: { database: 'ok' } },
    });
    expect(headers['strict-transport-security']).toEqual(['max-age=31536000; includeSubDomains']);
    expect(tls).toEqual({ protocol: 'TLSv1.3', expiresAt: there.clock.now() + 90 * DAY });
  });

  it('is sent to HTTPS with its host, path and query when it comes without TLS', async () => {
    const answer = await ask(await readyWorld(), 'http://api.example.com/api/v1/version?a=b');
    expect(answer).toMatchObject({
      status: 301,
      headers: { location: ['https://api.example.com:443/api/v1/version?a=b'] },
    });
    expect(answer).not.toHaveProperty('tls');
  });

  it('carries its body and its headers to the task', async () => {
    const there = await readyWorld();
    const post = { method: 'POST', headers: { 'content-type': 'application/json' } };
    const url = 'https://api.example.com/api/v1';
    expect(await ask(there, url, { ...post, body: '{"a' })).toMatchObject({ status: 400 });
    expect(await ask(there, url, { ...post, body: '{}' })).toMatchObject({ status: 405 });
  });

  it('is refused where no listener is', async () => {
    const refused = ask(await readyWorld(), 'https://api.example.com:8443/');
    await expect(refused).rejects.toMatchObject({ code: 'ECONNREFUSED' });
  });
});
