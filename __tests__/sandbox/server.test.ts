import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { createAuthority } from '../../sandbox/certificates.js';
import { loopbackAddress } from '../../sandbox/hosts.js';
import { openEndpoint, serveCloud, type Endpoint } from '../../sandbox/server.js';
import { emptyCloud, answeringRuntime } from './balanced-cloud.js';

const SIGNED = { authorization: 'AWS4-HMAC-SHA256 Credential=AKIALOCAL/20260101/us-east-1/sts/aws4_request' };

describe('the endpoint of the local AWS', () => {
  let endpoint: Endpoint;
  let log: string[];

  beforeEach(async () => {
    log = [];
    endpoint = await openEndpoint({ host: '127.0.0.1', port: 0 });
    endpoint.serve(serveCloud(emptyCloud(answeringRuntime(new Map())), (line) => log.push(line)));
  });
  afterEach(() => endpoint.close());

  const ask = (path: string, init?: RequestInit): Promise<Response> =>
    fetch(`http://127.0.0.1:${endpoint.port}${path}`, init);

  it('answers APIs of the query format and of the JSON format', async () => {
    const sts = await ask('/', {
      method: 'POST',
      headers: { ...SIGNED, 'content-type': 'application/x-www-form-urlencoded' },
      body: 'Action=GetCallerIdentity&Version=2011-06-15',
    });
    expect(await sts.text()).toContain('<Account>123456789012</Account>');
    const ecs = await ask('/', {
      method: 'POST',
      headers: { ...SIGNED, 'x-amz-target': 'AmazonEC2ContainerServiceV20141113.CreateCluster' },
      body: '{"clusterName":"prod"}',
    });
    expect(await ecs.json()).toMatchObject({ cluster: { clusterName: 'prod', status: 'ACTIVE' } });
  });

  it('is a registry below /v2/', async () => {
    const answer = await ask('/v2/');
    expect(answer.status).toBe(401);
    expect(answer.headers.get('docker-distribution-api-version')).toBe('registry/2.0');
  });

  it('answers an operation that it does not know as AWS does, and says so to whoever runs it', async () => {
    const answer = await ask('/', {
      method: 'POST',
      headers: { ...SIGNED, 'x-amz-target': 'AmazonEC2ContainerServiceV20141113.MakeCoffee\u00e9' },
      body: '{}',
    });
    expect(answer.status).toBe(400);
    expect(await answer.text()).toContain('UnknownOperationException');
    expect(log).toEqual(['unknown operation: "AmazonEC2ContainerServiceV20141113.MakeCoffee\u00e9"']);
  });

  it('refuses a body that is larger than any that AWS takes', async () => {
    const status = await new Promise<number | undefined>((resolve, reject) => {
      const sent = request({ port: endpoint.port, host: '127.0.0.1', method: 'POST' }, (answer) => {
        answer.resume();
        resolve(answer.statusCode);
      });
      sent.on('error', reject);
      sent.end(Buffer.alloc(33 * 1024 * 1024));
    });
    expect(status).toBe(413);
  });

  it('says with 503 that it does not serve yet, over TLS as well', async () => {
    const authority = await createAuthority();
    const certificate = await authority.issue();
    const early = await openEndpoint({ host: '127.0.0.1', port: 0, certificate });
    const { get } = await import('node:https');
    const status = await new Promise((resolve, reject) => {
      get({ port: early.port, host: '127.0.0.1', ca: authority.cert, agent: false }, (answer) => {
        answer.resume();
        resolve(answer.statusCode);
      }).on('error', reject);
    });
    await early.close();
    expect(status).toBe(503);
  });
});

describe("the hosts file's word on ECR's name", () => {
  it.each([
    ['127.0.0.3 123.dkr.ecr.test # for tests', '127.0.0.3'],
    ['127.0.0.1 localhost\n127.0.0.1\tother 123.dkr.ecr.test', '127.0.0.1'],
    ['52.1.2.3 123.dkr.ecr.test', undefined],
    ['# 127.0.0.3 123.dkr.ecr.test', undefined],
    ['127.0.0.3 123.dkr.ecr.test.example', undefined],
  ])('%j leads to %s', async (content, address) => {
    const folder = await mkdtemp(join(tmpdir(), 'deploy-backend-hosts-'));
    await writeFile(join(folder, 'hosts'), content);
    expect(await loopbackAddress('123.dkr.ecr.test', join(folder, 'hosts'))).toBe(address);
    await rm(folder, { recursive: true });
  });
});
