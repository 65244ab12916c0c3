import { afterEach, describe, expect, it } from '@jest/globals';
import { createAuthority } from '../../../sandbox/certificates.js';
import { httpSender, sendHttp } from '../../../src/adapters/http.js';
import { Fault, Unanswered, type Probe, type Question } from '../../../src/checks/check.js';
import { probe, type Tally } from '../../../src/checks/probe.js';
import type { Clock, HttpRequest, HttpResponse, SendHttp } from '../../../src/world.js';
import { Servers } from '../adapters/servers.js';
import { jumpingClock } from '../../jumping-clock.js';

const servers = new Servers();
afterEach(() => servers.close());

interface Asking {
  readonly probe: Probe;
  readonly tally: Tally;
  readonly slept: readonly number[];
  readonly cancel: AbortController;
}

/** A probe with a minute to ask in; without chance nothing is added to its pauses. */
function asking(http: SendHttp = sendHttp, { timeout = 60_000, random = (): number => 0 } = {}): Asking {
  const tally: Tally = { attempts: 0, retried: false };
  const clock = jumpingClock();
  const cancel = new AbortController();
  const world = { http, clock, random, signal: cancel.signal };
  return { probe: probe(world, timeout, tally), tally, slept: clock.slept, cancel };
}

const question = (url: string): Question => ({ url: new URL(url) });
const SERVICE = question('http://service.test/');

/** A service that answers with these statuses one after the other, the last one for ever. */
async function serving(...statuses: number[]): Promise<Question> {
  let asked = 0;
  const url = await servers.http((_, response) => {
    response.writeHead(statuses[Math.min(asked++, statuses.length - 1)]!).end(`answer ${asked}`);
  });
  return question(url);
}

const failing =
  (error: unknown): SendHttp =>
  () =>
    // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors -- it may be anything
    Promise.reject(error);
const coded = (code: string): Error => Object.assign(new Error('secret'), { code });

describe('a probe that asks once', () => {
  it('gives the answer, whatever its status', async () => {
    const { probe, tally } = asking();
    expect(await probe.once(await serving(503))).toMatchObject({ status: 503, body: 'answer 1' });
    expect(tally).toEqual({ attempts: 1, retried: false });
  });

  it('gives what went wrong on the way', async () => {
    const { probe, tally } = asking();
    const fault = await probe.once(question('http://127.0.0.1:1/'));
    expect(fault).toBeInstanceOf(Fault);
    expect(fault).toEqual({ code: 'ECONNREFUSED', says: 'no answer: nobody listens there (ECONNREFUSED)' });
    expect(tally).toEqual({ attempts: 1, retried: false });
  });

  it('says in safe words what went wrong', async () => {
    const timeout = new DOMException('secret', 'TimeoutError');
    const hostile = coded('\n::error::\u001B[31mred');
    const faults = [
      [timeout, 'TIMEOUT', 'no answer: there was no whole answer in time (TIMEOUT)'],
      [
        coded('FORBIDDEN_ADDRESS'),
        'FORBIDDEN_ADDRESS',
        'no answer: the name leads to a link-local address, which is not asked (FORBIDDEN_ADDRESS)',
      ],
      [coded('EUNKNOWN'), 'EUNKNOWN', 'no answer (EUNKNOWN)'],
      [new TypeError('secret'), 'TypeError', 'no answer (TypeError)'],
      [hostile, ': :error::red', 'no answer (: :error::red)'],
      [coded('X'.repeat(100)), `${'X'.repeat(59)}…`, `no answer (${'X'.repeat(59)}…)`],
      ['secret', 'unknown', 'no answer (unknown)'],
    ] as const;
    for (const [error, code, says] of faults) {
      expect(await asking(failing(error)).probe.once(SERVICE)).toEqual({ code, says });
    }
  });

  it('refuses a body in an encoding that it did not accept', async () => {
    const url = await servers.http((request, response) => {
      response.setHeader('content-encoding', request.url!.slice(1)).end('?');
    });
    const { probe } = asking();
    for (const encoding of ['gzip', 'BR', 'identity,gzip']) {
      expect(await probe.once(question(url + encoding))).toMatchObject({ code: 'ENCODED' });
    }
    expect(await probe.once(question(`${url}identity`))).toMatchObject({ status: 200, body: '?' });
  });

  it('sends what it is asked, with limits', async () => {
    const sent: HttpRequest[] = [];
    const { probe } = asking((request) => {
      sent.push(request);
      return sendHttp(request);
    });
    const asked = await serving(200);
    await probe.once(asked);
    await probe.once({ ...asked, method: 'POST', headers: { origin: 'null' }, body: '{}' });
    expect(sent).toMatchObject([
      { method: 'GET', url: asked.url.href, timeout: 10_000, maxBytes: 262_144, keepAlive: false },
      { method: 'POST', headers: { origin: 'null' }, body: '{}', keepAlive: false, timeout: 10_000 },
    ]);
  });

  it('gives each request an id of its own', async () => {
    const ids: string[] = [];
    const url = await servers.http((request, response) => {
      ids.push(String(request.headers['x-request-id']));
      response.writeHead(503).end();
    });
    const { probe } = asking(sendHttp, { random: Math.random });
    await expect(probe.ask(question(url))).rejects.toThrow(Unanswered);
    expect(new Set(ids).size).toBe(3);
    for (const id of ids) expect(id).toMatch(/^smoke-[0-9a-f]{16}$/);
  });

  it('rejects with the reason of a cancel, before and while it asks', async () => {
    const reason = new Error('cancelled');
    const before = asking();
    before.cancel.abort(reason);
    await expect(before.probe.once(SERVICE)).rejects.toBe(reason);
    expect(before.tally.attempts).toBe(0);
    const within = asking();
    const url = await servers.http(() => within.cancel.abort(reason));
    await expect(within.probe.ask(question(url))).rejects.toBe(reason);
    expect(within.tally).toEqual({ attempts: 1, retried: false });
  });
});

describe('a probe that asks until there is an answer', () => {
  it.each([429, 502, 503, 504])('asks again after %d', async (status) => {
    const { probe, tally, slept } = asking();
    expect(await probe.ask(await serving(status, status, 200))).toMatchObject({ body: 'answer 3' });
    expect(tally).toEqual({ attempts: 3, retried: true });
    expect(slept).toEqual([1_000, 2_000]);
  });

  it.each([200, 204, 302, 400, 401, 404, 500, 501, 505])('takes %d for an answer', async (status) => {
    const { probe, tally } = asking();
    expect(await probe.ask(await serving(status))).toMatchObject({ status });
    expect(tally).toEqual({ attempts: 1, retried: false });
  });

  it('has no answer when the third is no other', async () => {
    const { probe, tally } = asking();
    await expect(probe.ask(await serving(503))).rejects.toMatchObject({ fault: { code: 'UNAVAILABLE' } });
    expect(tally).toEqual({ attempts: 3, retried: true });
  });

  it('takes at once what it is told to be final', async () => {
    const { probe, tally } = asking();
    expect(await probe.ask(await serving(503), [503])).toMatchObject({ status: 503 });
    expect(tally).toEqual({ attempts: 1, retried: false });
    const cut = asking(failing(coded('ECONNRESET')));
    expect(await cut.probe.settle(SERVICE, ['ECONNRESET'])).toMatchObject({ code: 'ECONNRESET' });
    expect(cut.tally).toEqual({ attempts: 1, retried: false });
  });

  it('asks again when the connection was cut', async () => {
    let asked = 0;
    const url = await servers.http(({ socket }, response) => {
      if (asked++ === 0) socket.destroy();
      else response.end('ok');
    });
    const { probe, tally } = asking();
    expect(await probe.ask(question(url))).toMatchObject({ body: 'ok' });
    expect(tally).toEqual({ attempts: 2, retried: true });
  });

  it('says why when there was none in three tries', async () => {
    const { probe, tally } = asking();
    const error: unknown = await probe
      .ask(question('http://127.0.0.1:1/'))
      .catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(Unanswered);
    expect(error).toMatchObject({
      message: 'no answer: nobody listens there (ECONNREFUSED)',
      fault: { code: 'ECONNREFUSED' },
    });
    expect(tally).toEqual({ attempts: 3, retried: true });
  });

  it.each(['ECONNRESET', 'ETIMEDOUT', 'EAI_AGAIN', 'CONNECT_TIMEOUT', 'FIRST_BYTE_TIMEOUT'])(
    'asks again after %s',
    async (code) => {
      const { probe, tally } = asking(failing(coded(code)));
      await expect(probe.ask(SERVICE)).rejects.toMatchObject({ fault: { code } });
      expect(tally.attempts).toBe(3);
    },
  );

  it.each(['expired', 'not-yet-valid', 'wrong-name', 'self-signed'] as const)(
    'does not ask again when the certificate is %s',
    async (flaw) => {
      const authority = await createAuthority();
      const url = await servers.https(await authority.issue({ flaw }));
      const { probe, tally } = asking(httpSender({ ca: authority.cert }));
      await expect(probe.ask(question(url))).rejects.toThrow('no answer: the certificate');
      expect(tally).toEqual({ attempts: 1, retried: false });
    },
  );

  it.each([
    // Node "TLS", X509 certificate error codes
    'UNABLE_TO_GET_ISSUER_CERT',
    'UNABLE_TO_DECODE_ISSUER_PUBLIC_KEY',
    'CERT_SIGNATURE_FAILURE',
    'SELF_SIGNED_CERT_IN_CHAIN',
    'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
    'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
    'CERT_CHAIN_TOO_LONG',
    'CERT_REVOKED',
    'INVALID_CA',
    'PATH_LENGTH_EXCEEDED',
    'INVALID_PURPOSE',
    'CERT_UNTRUSTED',
    'CERT_REJECTED',
    'EPROTO',
    'ERR_SSL_SSLV3_ALERT_HANDSHAKE_FAILURE',
    'ENOTFOUND',
    'FORBIDDEN_ADDRESS',
    'ERR_INVALID_CHAR',
    'HPE_INVALID_CONSTANT',
  ])('does not ask again after %s', async (code) => {
    const { probe, tally } = asking(failing(coded(code)));
    await expect(probe.ask(SERVICE)).rejects.toMatchObject({ fault: { code } });
    expect(tally).toEqual({ attempts: 1, retried: false });
  });

  it('does not ask again for an encoded body', async () => {
    const url = await servers.http((_, response) => response.setHeader('content-encoding', 'gzip').end('?'));
    const { probe, tally } = asking();
    await expect(probe.ask(question(url))).rejects.toThrow(
      'the body is encoded, though no encoding was accepted',
    );
    expect(tally.attempts).toBe(1);
  });

  it('adds up to half of a pause by chance', async () => {
    const { probe, slept } = asking(failing(coded('ECONNRESET')), { random: () => 0.5 });
    await expect(probe.ask(SERVICE)).rejects.toThrow(Unanswered);
    expect(slept).toEqual([1_250, 2_500]);
  });

  it('waits for as many seconds as the service wishes, and never shorter than its own pause', async () => {
    const answer = (after: string): HttpResponse => ({
      status: 429,
      headers: { 'retry-after': [after] },
      body: '',
      truncated: false,
      duration: 1,
      connecting: 1,
    });
    const waits = async (after: string): Promise<readonly number[]> => {
      const { probe, slept } = asking(() => Promise.resolve(answer(after)));
      await probe.settle(SERVICE, []);
      return slept;
    };
    expect(await waits('7')).toEqual([7_000, 7_000]);
    expect(await waits('0')).toEqual([1_000, 2_000]);
    expect(await waits('2000')).toEqual([]);
    for (const none of ['Wed, 21 Oct 2026 07:28:00 GMT', '-5', '1e3', 'soon']) {
      expect(await waits(none)).toEqual([1_000, 2_000]);
    }
  });

  it('does not ask again when the pause would end after its time', async () => {
    const short = asking(failing(coded('ECONNRESET')), { timeout: 999 });
    await expect(short.probe.ask(SERVICE)).rejects.toThrow(Unanswered);
    expect(short.tally).toEqual({ attempts: 1, retried: false });
    const longer = asking(failing(coded('ECONNRESET')), { timeout: 2_999 });
    await expect(longer.probe.ask(SERVICE)).rejects.toThrow(Unanswered);
    expect(longer.tally).toEqual({ attempts: 2, retried: true });
  });

  it('counts its time from the first question to the last', async () => {
    const { probe, tally } = asking(failing(coded('ECONNRESET')), { timeout: 3_500 });
    await expect(probe.ask(SERVICE)).rejects.toThrow(Unanswered);
    await expect(probe.ask(SERVICE)).rejects.toThrow(Unanswered);
    expect(tally.attempts).toBe(4);
  });

  it('rejects with the reason of a cancel while it pauses', async () => {
    const reason = new Error('cancelled');
    const cancel = new AbortController();
    const clock: Clock = {
      ...jumpingClock(),
      sleep() {
        cancel.abort(reason);
        return Promise.reject(reason);
      },
    };
    const world = { http: failing(coded('ECONNRESET')), clock, random: () => 0, signal: cancel.signal };
    const tally: Tally = { attempts: 0, retried: false };
    await expect(probe(world, 60_000, tally).ask(SERVICE)).rejects.toBe(reason);
    expect(tally.attempts).toBe(1);
  });
});
