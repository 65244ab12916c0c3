import { afterEach, describe, expect, it } from '@jest/globals';
import { health } from '../../../src/checks/health.js';
import type { ReadinessSettings } from '../../../src/checks/settings.js';
import { parseJsonPath } from '../../../src/model/json-path.js';
import { doCheck, json, replying, Servers, type Reply } from './checking.js';

const SETTINGS: ReadinessSettings = {
  path: '/api/v1/health/live',
  status: [200],
  field: parseJsonPath('status')!,
  required: false,
  values: ['ok', 'up', 'true'],
  contentType: undefined,
};

const servers = new Servers();
afterEach(() => servers.close());

/** Asks a service that gives these replies, the last one for ever; it has time for four bad ones. */
const ask = async (replies: readonly Reply[], settings: Partial<ReadinessSettings> = {}) =>
  doCheck(health({ ...SETTINGS, ...settings }, await servers.start(replying(...replies))), {
    timeout: 3_000,
  });

const well = json({ status: 'ok' });
const charset = json({ status: 'ok' }, 200, { 'content-type': 'application/json; charset=utf-8' });
const text = (body: string): Reply => ({ headers: { 'content-type': 'text/plain' }, body });
const page = (body: string): Reply => ({ headers: { 'content-type': 'text/html; charset=utf-8' }, body });
const busy: Reply = { status: 503, body: 'busy' };
const cached = (name: string, value: string): Reply => json({ status: 'ok' }, 200, { [name]: value });

describe('the health check', () => {
  it.each<[string, Reply, Partial<ReadinessSettings>]>([
    ['200 and is well', well, {}],
    ['200 and is well in other letters', json({ status: ' UP ' }), {}],
    ['200 and says true', json({ status: true }), {}],
    ['200 and nothing more', {}, {}],
    ['200 and a text that says nothing of the kind', text('fine'), {}],
    ['OK', text('OK'), {}],
    ['alive', { body: 'alive' }, {}],
    ['pong', text('pong\n'), {}],
    ['nothing, and calls it JSON', { headers: well.headers! }, {}],
    ['that nothing has failed', text('12 passed, 0 failed, no error'), {}],
    ['a long text about errors', text('error '.repeat(40)), {}],
    ['other flags', json({ ok: true, healthy: null, success: 'false', debug: false }), {}],
    ['JSON that is called a page', page('{"status":"ok"}'), {}],
    ['a page, as is configured', page('<!doctype html><title>App</title>'), { contentType: 'text/html' }],
    ['well by another field', json({ state: 'Fine' }), { field: parseJsonPath('state')!, values: ['fine'] }],
    ['another status that is configured', { status: 204 }, { status: [200, 204] }],
    ['a content type of the configured pattern', well, { contentType: /^application\/json/ }],
    ['the content type that is configured', charset, { contentType: 'Application/JSON' }],
    ['it with its parameters', charset, { contentType: 'application/json; charset=utf-8' }],
    ['an answer that no cache had', cached('x-cache', 'Miss from cloudfront'), {}],
    ['an answer that is not a moment old', cached('age', '0'), {}],
  ])('passes after three answers when the service answers %s', async (_, reply, settings) => {
    expect(await ask([reply], settings)).toMatchObject({ verdict: 'pass', attempts: 3 });
  });

  it.each<[string, Reply, Partial<ReadinessSettings>, RegExp]>([
    ['204', { status: 204 }, {}, /204/],
    ['301', { status: 301, headers: { location: '/health' } }, {}, /301/],
    ['500', json({ status: 'ok' }, 500), {}, /500/],
    ['404 of the load balancer', { status: 404, headers: { server: 'awselb/2.0' } }, {}, /404.*balancer/],
    ['404 of CloudFront', { status: 404, headers: { server: 'CloudFront' } }, {}, /404 of CloudFront/],
    ['200, but is down', json({ status: 'down' }), {}, /200.*status/],
    ['200, but says false', json({ status: false }), {}, /200.*status/],
    ['200, but says null', json({ status: null }), {}, /200.*status/],
    ['200, but says it with more than a word', json({ status: { code: 'ok' } }), {}, /200.*status/],
    ['200 without a field that is required', json({}), { required: true }, /field status/],
    ['200, but JSON that is cut', { ...well, body: '{"status":"down"' }, {}, /200.*JSON/],
    ['200, but text that it calls JSON', { ...well, body: 'OK' }, {}, /200.*JSON/],
    ['200, but is not ok', json({ status: 'ok', ok: false }), {}, /200.*ok is false/],
    ['200, but is not healthy', json({ healthy: false }), {}, /healthy is false/],
    ['200, but without success', json({ success: false }), {}, /success is false/],
    ['a page of an application', page('<div id="app"></div>'), {}, /200.*page/],
    ['a page that it does not call so', { body: '\n<!DOCTYPE html><title>x</title>' }, {}, /200.*page/],
    ['another page than is configured', page('<h1>Down</h1>'), { contentType: 'text/html' }, /not well/],
    ['200, but "down" in JSON', json('down'), {}, /not well/],
    ...[
      ['down', 'Service is DOWN', 'unhealthy', 'fail', 'FAILED', 'error', 'Error: no database'],
      ['temporarily unavailable', 'not ok', 'Not Ready', 'not_healthy'],
    ]
      .flat()
      .map((said): [string, Reply, object, RegExp] => [`200, but "${said}"`, text(said), {}, /not well/]),
    ['another character set', charset, { contentType: 'application/json; charset=latin1' }, /content type/],
    ['another content type', { ...well, headers: {} }, { contentType: 'application/json' }, /content type/],
    ['out of a cache', cached('age', '7'), {}, /cache/],
    ['out of CloudFront', cached('x-cache', 'Hit from cloudfront'), {}, /cache/],
    ['out of Akamai', cached('x-cache', 'TCP_MEM_HIT from a23-1-2-3.example'), {}, /cache/],
    ['out of Cloudflare', cached('cf-cache-status', 'HIT'), {}, /cache/],
    ['out of a cache of RFC 9211', cached('cache-status', 'Edge; hit; ttl=30'), {}, /cache/],
    ['without an end', { body: 'x'.repeat(300_000) }, {}, /too long/],
  ])('fails when the service answers %s', async (_, reply, settings, reason) => {
    const result = await ask([reply], settings);
    expect(result).toMatchObject({ verdict: 'fail', attempts: 4 });
    expect(result.detail).toMatch(reason);
  });

  it('waits for a service that is still starting, and then wants twice as many answers', async () => {
    expect(await ask([busy, well])).toMatchObject({ verdict: 'pass', attempts: 7 });
  });

  it('fails when the service is now well and now not', async () => {
    const flapping = Array.from({ length: 40 }, (_, at) => (at % 2 === 0 ? well : busy));
    expect(await ask(flapping)).toMatchObject({ verdict: 'fail', detail: expect.stringMatching(/503|200/) });
  });

  it('asks each time anew, and asks caches to stay out of it', async () => {
    const ports = new Set<number>();
    const asked: unknown[] = [];
    const base = await servers.start((request, response) => {
      ports.add(request.socket.remotePort ?? 0);
      asked.push([request.method, request.url, request.headers['cache-control']]);
      response.end();
    });
    await doCheck(health(SETTINGS, base));
    expect(ports.size).toBe(3);
    expect(asked).toEqual(Array.from({ length: 3 }, () => ['GET', SETTINGS.path, 'no-cache']));
  });
});
