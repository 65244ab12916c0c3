import type { RequestListener } from 'node:http';
import { afterEach, describe, expect, it } from '@jest/globals';
import { responseTime } from '../../../src/checks/response-time.js';
import type { HttpResponse } from '../../../src/world.js';
import { answer, answering, doCheck, replying, Servers } from './checking.js';

const PATH = '/api/v1/version';
const servers = new Servers();
afterEach(() => servers.close());

const askAt = async (listener: RequestListener, limit = 2_000) =>
  doCheck(responseTime({ path: PATH, limit }, await servers.start(listener)));

/** Asks a service whose answers take so long, the first one to warm up. */
const askTimes = (warmUp: number, ...samples: readonly number[]) => {
  const taking = (duration: number): HttpResponse => ({ ...answer('{}'), duration });
  const check = responseTime({ path: PATH, limit: 2_000 }, new URL('http://127.0.0.1:1/'));
  return doCheck(check, { http: answering([warmUp, ...samples].map(taking)) });
};
const times = (count: number, ms: number): readonly number[] => Array.from({ length: count }, () => ms);

describe('the response-time check', () => {
  it('passes a quick service after 21 requests, one after the other, over one connection but the first', async () => {
    const ports = new Set<number>();
    let [running, most] = [0, 0];
    const result = await askAt((request, response) => {
      ports.add(request.socket.remotePort ?? 0);
      most = Math.max(most, ++running);
      setImmediate(() => {
        running--;
        response.end('{}');
      });
    });
    expect(result).toMatchObject({
      verdict: 'pass',
      attempts: 21,
      detail: expect.stringMatching(/\d+ ms.*20/),
    });
    expect([ports.size, most]).toEqual([2, 1]);
  });

  it('measures to the end of the body', async () => {
    const dripping: RequestListener = (_, response) => {
      response.write('{');
      setTimeout(() => response.end('}'), 25);
    };
    expect(await askAt(dripping, 20)).toMatchObject({ verdict: 'fail', attempts: 3 });
    expect(await askAt(dripping, 1_000)).toMatchObject({ verdict: 'pass' });
  });

  it('does not count connecting, nor the first answer', async () => {
    let asked = 0;
    const cold: RequestListener = (_, response) => {
      setTimeout(() => response.end(), asked++ === 0 ? 300 : 0);
    };
    expect(await askAt(cold, 200)).toMatchObject({ verdict: 'pass' });
  });

  it.each<[string, readonly number[], 'pass' | 'fail', number]>([
    ['all are quick', times(20, 1_999), 'pass', 21],
    ['only the first one is slow', [9_000, ...times(20, 10)], 'pass', 21],
    ['one of twenty is slow', [10, ...times(19, 10), 9_999], 'pass', 21],
    ['two of twenty are slow', [10, ...times(18, 10), 2_000, 2_000], 'fail', 21],
    ['two of twenty are slow, the first of them', [10, 2_001, 2_001, ...times(18, 10)], 'fail', 3],
    ['the first and the tenth are slow', [10, 2_001, ...times(8, 10), 2_001, 10], 'fail', 11],
    ['one takes as long as none may', [10, ...times(19, 10), 10_000], 'fail', 21],
    ['the first takes as long as none may', [10, 10_000, 10], 'fail', 2],
    ['all are just too slow', times(21, 2_000), 'fail', 3],
  ])('when %s: %s', async (_, [warmUp, ...samples], verdict, attempts) => {
    const result = await askTimes(warmUp!, ...samples);
    expect(result).toMatchObject({ verdict, attempts, detail: expect.stringMatching(/\d+ ms/) });
  });

  it('says which limit was passed, and after how many samples', async () => {
    const { detail } = await askTimes(10, 10, ...times(19, 2_500));
    expect(detail).toMatch(/2500 ms.*2 of 3\b.*limit.*2000 ms/);
    expect((await askTimes(10, ...times(19, 10), 12_000)).detail).toMatch(/12000 ms.*limit.*10000 ms/);
  });

  it.each([
    ['500', 500],
    ['404', 404],
    ['401', 401],
    ['a redirect', 302],
    ['304', 304],
  ])('fails when one answer among them is %s', async (_, status) => {
    const replies = [...Array.from({ length: 7 }, () => ({})), { status }, {}];
    const result = await askAt(replying(...replies));
    expect(result).toMatchObject({ verdict: 'fail', attempts: 8 });
    expect(result.detail).toMatch(new RegExp(`${String(status)}.*7`));
  });

  it('fails when a body does not end in time', async () => {
    const endless: RequestListener = (_, response) => response.end('x'.repeat(300_000));
    expect(await askAt(endless)).toMatchObject({
      verdict: 'fail',
      detail: expect.stringMatching(/too long/),
    });
  });

  it.each([429, 502, 503, 504])('is flaky when the service answers %d once', async (status) => {
    const result = await askAt(replying({}, {}, {}, { status }, {}));
    expect(result).toMatchObject({ verdict: 'flaky', attempts: 22 });
  });

  it('goes on over another connection where the service closes each', async () => {
    const ports = new Set<number>();
    const result = await askAt((request, response) => {
      ports.add(request.socket.remotePort ?? 0);
      response.setHeader('connection', 'close').end('{}');
    });
    expect(result).toMatchObject({ verdict: 'pass', attempts: 21 });
    expect(ports.size).toBe(21);
  });
});
