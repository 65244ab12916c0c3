import {
  CreateClusterCommand,
  DescribeServicesCommand,
  ECSClient,
  paginateListClusters,
  UpdateServiceCommand,
} from '@aws-sdk/client-ecs';
import {
  DescribeTargetGroupsCommand,
  ElasticLoadBalancingV2Client,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import { afterEach, describe, expect, it } from '@jest/globals';
import type { VirtualClock } from '../../sandbox/clock.js';
import type { Cloud } from '../../sandbox/cloud.js';
import { ecsOperations } from '../../sandbox/ecs/operations.js';
import type { Fault, FaultKind } from '../../sandbox/faults.js';
import { NAMES } from '../../sandbox/names.js';
import { openEndpoint, serveCloud } from '../../sandbox/server.js';
import { readyWorld } from '../ready-world.js';
import { testWorld, type TestWorld } from '../world.js';

/** A cloud, and what a real client of the SDK needs to reach it. */
interface Way {
  readonly cloud: Cloud;
  readonly clock: VirtualClock;
  readonly settings: object;
  /** Lets a call come to its end. */
  readonly call: <T>(work: Promise<T>) => Promise<T>;
}

const opened = new Set<() => Promise<void>>();
afterEach(async () => {
  for (const close of opened) await close();
  opened.clear();
});

const CREDENTIALS = { accessKeyId: 'AKIATEST', secretAccessKey: 'test' };

const WAYS: Readonly<Record<string, () => Promise<Way>>> = {
  async 'over sockets'() {
    const { cloud, clock } = testWorld();
    const endpoint = await openEndpoint({ host: '127.0.0.1', port: 0 });
    endpoint.serve(serveCloud(cloud, () => undefined));
    const settings = {
      region: cloud.region,
      endpoint: `http://127.0.0.1:${endpoint.port}`,
      maxAttempts: 1,
      credentials: CREDENTIALS,
      requestHandler: { requestTimeout: 300, throwOnRequestTimeout: true },
    };
    opened.add(() => endpoint.close());
    return { cloud, clock, settings, call: (work) => work };
  },
  'in this process'() {
    const { cloud, clock, world, during } = testWorld();
    const settings = {
      region: cloud.region,
      maxAttempts: 1,
      credentials: CREDENTIALS,
      requestHandler: world.aws,
    };
    return Promise.resolve({ cloud, clock, settings, call: (work) => during(work) });
  },
};

/** What the caller of CreateCluster sees, and whether there is a cluster then and a minute later. */
interface Expected {
  readonly seen: object;
  readonly there: readonly [then: boolean, later: boolean];
  readonly more?: Partial<Fault>;
}

const NEVER = [false, false] as const;
const DONE = [true, true] as const;
const CUT = { code: 'ECONNRESET', message: 'socket hang up' };
const UNREADABLE = { name: 'SyntaxError', $metadata: { httpStatusCode: 200 } };
const NOTHING = { fields: [] };
const MADE = { fields: ['cluster'] };
const refused = (name: string, httpStatusCode = 400) => ({ name, $metadata: { httpStatusCode } });

const KINDS: Readonly<Record<FaultKind, Expected>> = {
  throttle: { seen: refused('ThrottlingException'), there: NEVER },
  'server-error': { seen: refused('ServerException', 500), there: NEVER },
  deny: { seen: refused('AccessDeniedException'), there: NEVER },
  expire: { seen: refused('ExpiredTokenException'), there: NEVER },
  skew: { seen: refused('InvalidSignatureException'), there: NEVER },
  reset: { seen: CUT, there: NEVER },
  'lost-reply': { seen: CUT, there: DONE },
  late: { seen: CUT, there: [false, true], more: { delay: 30_000 } },
  hang: { seen: { name: 'TimeoutError' }, there: NEVER },
  truncated: { seen: UNREADABLE, there: DONE },
  empty: { seen: NOTHING, there: DONE },
  'no-body': { seen: NOTHING, there: DONE },
  html: { seen: UNREADABLE, there: DONE },
  'duplicate-token': { seen: MADE, there: DONE },
  stale: { seen: MADE, there: DONE, more: { delay: 30_000 } },
};

/** The error, or the fields of the answer. */
async function told(call: Promise<object>): Promise<object> {
  try {
    return { fields: Object.keys(await call).filter((field) => field !== '$metadata') };
  } catch (error) {
    return error as Error;
  }
}

describe.each(Object.entries(WAYS))('a fault %s', (_, open) => {
  it.each(Object.entries(KINDS))('%s: what the SDK sees, and what became of it', async (kind, expected) => {
    const way = await open();
    const { cloud } = way;
    cloud.faults.push({ action: 'ecs:Create*', kind: kind as FaultKind, times: 1, ...expected.more });
    const ecs = new ECSClient(way.settings);
    const seen = await told(way.call(ecs.send(new CreateClusterCommand({ clusterName: 'new' }))));
    expect(seen).toMatchObject(expected.seen);
    const then = cloud.ecs.clusters.has('new');
    await way.clock.advance(60_000);
    expect([then, cloud.ecs.clusters.has('new')]).toEqual(expected.there);
    // Nothing that never arrived is on record.
    const arrived = kind === 'reset' || kind === 'hang' ? 0 : 1;
    expect(cloud.calls).toHaveLength(arrived);

    await way.call(ecs.send(new CreateClusterCommand({ clusterName: 'next' })));
    expect(cloud.ecs.clusters.has('next')).toBe(true);
  });

  it.each([
    ['truncated', { message: expect.stringContaining('Deserialization error') }],
    // To the SDK any well-formed page is an answer without a field.
    ['html', NOTHING],
    ['empty', NOTHING],
    ['no-body', NOTHING],
    ['skew', { name: 'SignatureDoesNotMatch', $metadata: { httpStatusCode: 403 } }],
  ] as const)('%s: in XML as well', async (kind, expected) => {
    const way = await open();
    way.cloud.faults.push({ action: 'elasticloadbalancing:Describe*', kind, times: 1 });
    const elb = new ElasticLoadBalancingV2Client(way.settings);
    const describe = () => way.call(elb.send(new DescribeTargetGroupsCommand({})));
    expect(await told(describe())).toMatchObject(expected);
    expect(await describe()).toMatchObject({ TargetGroups: [] });
    expect(way.cloud.calls).toHaveLength(2);
  });

  it('that turns AWS’s clock forward is met once by a client, which corrects its own', async () => {
    const way = await open();
    way.cloud.faults.push({ action: '*', kind: 'skew' });
    const ecs = new ECSClient(way.settings);
    const create = () => way.call(ecs.send(new CreateClusterCommand({ clusterName: 'new' })));
    await expect(create()).rejects.toMatchObject({
      message: expect.stringMatching(/^Signature expired: \d{8}T\d{6}Z is now earlier than .* - 5 min\.\)$/),
      $metadata: { clockSkewCorrected: true },
    });
    await create();
    await create();
    expect(way.cloud.ecs.clusters.has('new')).toBe(true);
  });

  it('that repeats a token lets a careful pager stop', async () => {
    const way = await open();
    await ecsOperations['CreateCluster']!(way.cloud, { clusterName: 'one' });
    way.cloud.faults.push({ action: 'ecs:List*', kind: 'duplicate-token' });
    const pages = paginateListClusters(
      { client: new ECSClient(way.settings), stopOnSameToken: true },
      { maxResults: 10 },
    )[Symbol.asyncIterator]();
    const arns: (string[] | undefined)[] = [];
    for (let page = await way.call(pages.next()); !page.done; page = await way.call(pages.next())) {
      arns.push(page.value.clusterArns);
    }
    expect(arns).toHaveLength(2);
    expect(arns[1]).toEqual(arns[0]);
  });
});

const clientIn = ({ cloud, world }: TestWorld): ECSClient =>
  new ECSClient({
    region: cloud.region,
    maxAttempts: 1,
    credentials: CREDENTIALS,
    requestHandler: world.aws!,
  });

describe('a fault', () => {
  it('begins after some calls and ends with its time', async () => {
    const there = testWorld();
    const { cloud, clock, during } = there;
    cloud.faults.push({ action: 'ecs:*', kind: 'throttle', after: 2, for: 60_000 });
    const ecs = clientIn(there);
    for (const pause of [0, 0, 90_000, 59_000, 1_000]) {
      await clock.advance(pause);
      await during(ecs.send(new CreateClusterCommand({ clusterName: 'new' }))).catch(() => undefined);
    }
    expect(cloud.calls.map(({ error }) => error ?? 'done')).toEqual([
      'done',
      'done',
      'ThrottlingException',
      'ThrottlingException',
      'done',
    ]);
  });

  it('that hangs ends with the caller’s patience', async () => {
    const there = testWorld();
    const { cloud } = there;
    cloud.faults.push({ action: 'ecs:*', kind: 'hang' });
    const ecs = clientIn(there);
    const giveUp = new AbortController();
    const waiting = ecs.send(new CreateClusterCommand({ clusterName: 'new' }), {
      abortSignal: giveUp.signal,
    });
    setImmediate(() => giveUp.abort());
    await expect(waiting).rejects.toMatchObject({ name: 'AbortError' });
    expect(cloud.ecs.clusters.size).toBe(0);
  });

  it('that delays visibility hides a deployment that has begun', async () => {
    const there = await readyWorld();
    const { cloud, clock, service } = there;
    const ecs = clientIn(there);
    const { cluster, service: name } = NAMES;
    const visible = async () => {
      const { services } = await there.during(
        ecs.send(new DescribeServicesCommand({ cluster, services: [name] })),
      );
      return services![0]!.deployments!.map(({ id }) => id);
    };
    const before = await visible();
    cloud.faults.push({ action: 'ecs:UpdateService', kind: 'stale', delay: 20_000, times: 1 });
    await there.during(
      ecs.send(new UpdateServiceCommand({ cluster, service: name, forceNewDeployment: true })),
    );
    await clock.advance(19_000);
    expect(await visible()).toEqual(before);
    expect(service().deployments).toHaveLength(2);
    await clock.advance(1_000);
    expect(await visible()).toEqual([service().deployments[0]!.id, ...before]);
  });
});
