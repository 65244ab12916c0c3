import { existsSync } from 'node:fs';
import { dirname } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { freePort } from '../../sandbox/runtime/addresses.js';
import { startSandbox, type Sandbox } from '../../sandbox/sandbox.js';
import { until } from './running-tasks.js';

describe('the ready-made world', () => {
  let sandbox: Sandbox;

  beforeAll(async () => {
    sandbox = await startSandbox({ runtime: 'simulated', pace: 100 });
  }, 30_000);
  afterAll(() => sandbox.close());

  it('has the names of the first user', () => {
    expect(sandbox.ready).toMatchObject({
      region: 'us-east-1',
      account: '706704660887',
      cluster: 'mentalspace-ehr-prod',
      service: 'mentalspace-backend',
      container: 'mentalspace-backend',
      repository: 'mentalspace-backend',
      logGroup: '/ecs/mentalspace-backend-prod',
    });
    expect(sandbox.ready.targetGroup).toMatch(
      /^arn:aws:elasticloadbalancing:us-east-1:706704660887:targetgroup\/mentalspace-tg\/[0-9a-f]{16}$/,
    );
  });

  it("names its registry by ECR's name where the machine leads that to loopback, else by its address", () => {
    const { endpoint, registry } = sandbox.ready;
    const names = [endpoint.replace('http://', ''), '706704660887.dkr.ecr.us-east-1.amazonaws.com'];
    expect(names).toContain(registry);
    const repository = sandbox.cloud.ecr.repositories.get('mentalspace-backend');
    expect(repository?.uri).toBe(`${registry}/mentalspace-backend`);
  });

  it('is steady on two healthy tasks behind the load balancer', () => {
    const { cloud, ready } = sandbox;
    const service = cloud.ecs.clusters.get('mentalspace-ehr-prod')?.services.get('mentalspace-backend');
    expect(service?.deployments).toEqual([
      expect.objectContaining({ status: 'PRIMARY', rolloutState: 'COMPLETED', desiredCount: 2 }),
    ]);
    expect(service?.events[0]?.message).toMatch(/has reached a steady state\.$/);
    const targets = [...(cloud.elb.targetGroups.get(ready.targetGroup ?? '')?.targets.values() ?? [])];
    expect(targets.map(({ port, state }) => [port, state])).toEqual([
      [3001, 'healthy'],
      [3001, 'healthy'],
    ]);
  });

  it('has a candidate in the repository that nothing runs yet', () => {
    const { cloud, ready } = sandbox;
    expect([ready.candidate, ready.candidateCommit]).toEqual([
      'mentalspace-backend:candidate',
      '2'.repeat(40),
    ]);
    const { tags, manifests } = cloud.ecr.repositories.get('mentalspace-backend')!;
    expect([...tags.keys()]).toEqual(['1'.repeat(40), 'candidate']);
    expect([...manifests.keys()]).toEqual([...tags.values()]);
    expect(cloud.calls).toEqual([]);
  });

  it('redirects users from HTTP to HTTPS', async () => {
    const answer = await fetch(`${sandbox.ready.httpUrl}/api/v1/version?x=1`, { redirect: 'manual' });
    expect(answer.status).toBe(301);
    expect(answer.headers.get('location')).toBe(`${sandbox.ready.baseUrl}/api/v1/version?x=1`);
  });

  it('runs an image of the repository by its digest, and its log is in the log group', () => {
    const { cloud } = sandbox;
    const repository = cloud.ecr.repositories.get('mentalspace-backend');
    const [digest] = [...(repository?.tags.values() ?? [])];
    const tasks = [...(cloud.ecs.clusters.get('mentalspace-ehr-prod')?.tasks.values() ?? [])];
    expect(tasks.flatMap(({ containers }) => containers.map((one) => one.imageDigest))).toEqual([
      digest,
      digest,
    ]);
    const group = cloud.logs.groups.get('/ecs/mentalspace-backend-prod');
    expect([...(group?.streams.keys() ?? [])].sort()).toEqual(
      tasks.map(({ id }) => `ecs/mentalspace-backend/${id}`).sort(),
    );
  });
});

describe('a sandbox', () => {
  it('with nothing in it has no resources, only places', async () => {
    const sandbox = await startSandbox({ runtime: 'simulated', empty: true });
    const { cluster, service, container, repository, targetGroup, logGroup } = sandbox.ready;
    expect([cluster, service, container, repository, targetGroup, logGroup]).toEqual(Array(6).fill(null));
    expect([sandbox.ready.candidate, sandbox.ready.candidateCommit]).toEqual([null, null]);
    expect(sandbox.cloud.ecs.clusters.size).toBe(0);
    await sandbox.close();
  });

  it('leaves no file behind and nothing that listens', async () => {
    const sandbox = await startSandbox({ runtime: 'simulated', empty: true });
    const { caFile, endpoint, httpUrl } = sandbox.ready;
    expect(existsSync(caFile)).toBe(true);
    await sandbox.close();
    await sandbox.close();
    expect(existsSync(dirname(caFile))).toBe(false);
    for (const url of [endpoint, httpUrl]) await expect(fetch(url)).rejects.toThrow('fetch failed');
  });

  it('that is told to stop while it starts leaves nothing behind either', async () => {
    const stopping = new AbortController();
    const port = await freePort();
    const url = `http://127.0.0.1:${port}/v2/`;
    // A service that never becomes steady keeps the start waiting.
    const script = new Map([['*', { exit: { after: 0, exitCode: 1 } }]]);
    const starting = startSandbox({ runtime: 'simulated', script, port, signal: stopping.signal });
    const refused = expect(starting).rejects.toThrow('aborted');
    await until(() =>
      fetch(url).then(
        ({ status }) => status === 401,
        () => false,
      ),
    );
    stopping.abort();
    await refused;
    await expect(fetch(url)).rejects.toThrow('fetch failed');
  }, 30_000);
});
