import { X509Certificate } from 'node:crypto';
import { TLSSocket } from 'node:tls';
import { afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { createAuthority, type Authority } from '../../../sandbox/certificates.js';
import { httpSender } from '../../../src/adapters/http.js';
import type { SendHttp } from '../../../src/world.js';
import { Servers } from './servers.js';

const DAY = 24 * 60 * 60 * 1_000;
const servers = new Servers();
let authority: Authority;
let send: SendHttp;

beforeAll(async () => {
  authority = await createAuthority();
  send = httpSender({ ca: authority.cert });
});
afterEach(() => servers.close());

const get = (url: string, more: object = {}) =>
  send({ method: 'GET', url, timeout: 2_000, maxBytes: 1_000, ...more });

describe('an HTTPS exchange', () => {
  it('says what was agreed on, and when the certificate expires', async () => {
    const certificate = await authority.issue({ days: 7 });
    const { tls } = await get(await servers.https(certificate));
    expect(tls).toEqual({
      protocol: 'TLSv1.3',
      expiresAt: Date.parse(new X509Certificate(certificate.cert).validTo),
    });
    expect(Math.abs(tls!.expiresAt - Date.now() - 7 * DAY)).toBeLessThan(60_000);
  });

  it('says so of every connection, also of one that is kept', async () => {
    for (const maxVersion of ['TLSv1.2', 'TLSv1.3'] as const) {
      let resumed = 0;
      const url = await servers.https(
        { ...(await authority.issue()), maxVersion },
        ({ socket }, response) => {
          if (socket instanceof TLSSocket && socket.isSessionReused()) resumed++;
          response.end();
        },
      );
      const first = await get(url);
      expect(first.tls!.protocol).toBe(maxVersion);
      for (const keepAlive of [false, true, true, false]) {
        expect((await get(url, { keepAlive })).tls).toEqual(first.tls);
      }
      expect(resumed).toBe(0);
    }
  });

  it('counts TLS as connecting, and nothing on a connection that is kept', async () => {
    const url = await servers.https(await authority.issue());
    expect((await get(url, { keepAlive: true })).connecting).toBeGreaterThan(0);
    expect((await get(url, { keepAlive: true })).connecting).toBe(0);
  });

  it.each([
    ['expired', 'CERT_HAS_EXPIRED'],
    ['not-yet-valid', 'CERT_NOT_YET_VALID'],
    ['wrong-name', 'ERR_TLS_CERT_ALTNAME_INVALID'],
    ['self-signed', 'DEPTH_ZERO_SELF_SIGNED_CERT'],
  ] as const)('rejects a certificate that is %s', async (flaw, code) => {
    let requests = 0;
    const url = await servers.https(await authority.issue({ flaw }), () => requests++);
    await expect(get(url)).rejects.toMatchObject({ code });
    await expect(get(url, { keepAlive: true })).rejects.toMatchObject({ code });
    expect(requests).toBe(0);
  });

  it('rejects a certificate of an authority that is not trusted', async () => {
    const stranger = await createAuthority('Stranger');
    const { cert, key } = await stranger.issue();
    await expect(get(await servers.https({ cert, key }))).rejects.toMatchObject({
      code: 'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
    });
    const chain = await servers.https({ cert: `${cert}\n${stranger.cert}`, key });
    await expect(get(chain)).rejects.toMatchObject({ code: 'SELF_SIGNED_CERT_IN_CHAIN' });
  });

  it('trusts no authority of its own accord', async () => {
    const url = await servers.https(await authority.issue());
    await expect(httpSender()({ method: 'GET', url, timeout: 2_000, maxBytes: 1 })).rejects.toMatchObject({
      code: 'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
    });
  });

  it('fails with a server that speaks only TLS 1.1, or no TLS', async () => {
    const old = { minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT@SECLEVEL=0' } as const;
    const url = await servers.https({ ...(await authority.issue()), ...old });
    await expect(get(url)).rejects.toMatchObject({ code: 'EPROTO' });
    const plain = await servers.http((_, response) => response.end());
    await expect(get(plain.replace('http:', 'https:'))).rejects.toMatchObject({ code: 'EPROTO' });
  });
});
