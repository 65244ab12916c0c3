import { describe, expect, it } from '@jest/globals';
import { bounded } from '../../../src/checks/bounded.js';
import type { HttpRequest, SendHttp } from '../../../src/world.js';
import { answer } from './checking.js';

const request = (host: string): HttpRequest => ({
  method: 'GET',
  url: `https://${host}/`,
  timeout: 1,
  maxBytes: 1,
});

/** Exchanges that end when they are told to, and how many there were at a time. */
function counting() {
  const running = new Map<string, number>();
  const open: (() => void)[] = [];
  let most = 0;
  const http: SendHttp = async ({ url }) => {
    const now = (running.get(url) ?? 0) + 1;
    running.set(url, now);
    most = Math.max(most, now);
    await new Promise<void>((resolve) => open.push(resolve));
    running.set(url, now - 1);
    return answer('');
  };
  return { http, open, most: () => most };
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('a bounded client', () => {
  it('has no more exchanges with a host at a time than it may, and does all of them', async () => {
    const { http, open, most } = counting();
    const send = bounded(http, 3);
    const all = Array.from({ length: 20 }, () => send(request('a.example')));
    for (let done = 0; done < 20; done++) {
      await turn();
      open.shift()!();
    }
    await Promise.all(all);
    expect(most()).toBe(3);
  });

  it('lets no host wait for another one', async () => {
    const { http, open } = counting();
    const send = bounded(http, 1);
    const all = ['a.example', 'b.example'].map((host) => send(request(host)));
    await turn();
    expect(open).toHaveLength(2);
    for (const end of open) end();
    await Promise.all(all);
  });

  it('gives the place of an exchange that failed to the next one', async () => {
    let asked = 0;
    const send = bounded(() => Promise.reject(new Error(`refused ${String(++asked)}`)), 1);
    const all = await Promise.allSettled([1, 2, 3].map(() => send(request('a.example'))));
    expect(all.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected']);
    expect(asked).toBe(3);
  });
});
