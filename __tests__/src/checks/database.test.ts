import { afterEach, describe, expect, it } from '@jest/globals';
import { database } from '../../../src/checks/database.js';
import type { ReadinessSettings } from '../../../src/checks/settings.js';
import { parseJsonPath } from '../../../src/model/json-path.js';
import { doCheck, json, replying, Servers, type Reply } from './checking.js';

const SETTINGS: ReadinessSettings = {
  path: '/api/v1/health/ready',
  status: [200],
  field: parseJsonPath('$.checks.database')!,
  required: true,
  values: ['ok', 'up', 'connected', 'true'],
  contentType: undefined,
};

const servers = new Servers();
afterEach(() => servers.close());

const ask = async (replies: readonly Reply[], field = SETTINGS.field) =>
  doCheck(database({ ...SETTINGS, field }, await servers.start(replying(...replies))), { timeout: 3_000 });

const says = (said: unknown, status = 200): Reply =>
  json({ status: 'ok', checks: { database: said } }, status);
const up = says('ok');
const down = says('down', 503);

describe('the database check', () => {
  it.each([
    ['ok', up],
    ['in other letters', says('Connected')],
    ['true', says(true)],
  ])('passes when the database is %s three times', async (_, reply) => {
    expect(await ask([reply])).toMatchObject({ verdict: 'pass', attempts: 3 });
  });

  it.each([
    ['$.components.db[0].status', { components: { db: [{ status: 'up' }] } }],
    ["$['health checks']['my.database']", { 'health checks': { 'my.database': 'up' } }],
    ['database', { database: 'up' }],
  ])('reads %s where it is configured', async (path, document) => {
    expect(await ask([json(document)], parseJsonPath(path))).toMatchObject({ verdict: 'pass' });
    expect(await ask([up], parseJsonPath(path))).toMatchObject({ verdict: 'fail' });
  });

  it.each<[string, Reply, RegExp]>([
    ['says nothing of its database', json({ status: 'ok' }), /no field \$\.checks\.database/],
    ['says null of it', says(null), /\$\.checks\.database/],
    ['says that it is down, but 200', says('down'), /200.*\$\.checks\.database/],
    ['says false', says(false), /\$\.checks\.database/],
    ['says more than a word', says({ status: 'ok' }), /\$\.checks\.database/],
    ['says nothing', says(''), /\$\.checks\.database/],
    ['is well by its body, but 503', says('ok', 503), /503/],
    ['answers 503', down, /503/],
    ['answers a page', { body: '<p>ok</p>' }, /no field/],
    ['answers a list', json(['ok']), /no field/],
    ['redirects', { status: 302, headers: { location: '/login' } }, /302/],
  ])('fails when the service %s', async (_, reply, reason) => {
    const result = await ask([reply]);
    expect(result.verdict).toBe('fail');
    expect(result.detail).toMatch(reason);
  });

  it('fails when the database goes away after good answers', async () => {
    const result = await ask([up, up, down]);
    expect(result).toMatchObject({ verdict: 'fail', detail: expect.stringMatching(/503/) });
  });

  it('passes when the database comes back and stays', async () => {
    expect(await ask([up, up, down, up])).toMatchObject({ verdict: 'pass', attempts: 9 });
  });

  it('shows nothing of what an unready service says', async () => {
    const secret = { error: 'connect ECONNREFUSED postgres://user:pass@db.internal:5432' };
    const { detail } = await ask([json({ ...secret, checks: { database: secret } }, 503)]);
    expect(detail).not.toMatch(/postgres|user|pass@|ECONNREFUSED/);
  });
});
