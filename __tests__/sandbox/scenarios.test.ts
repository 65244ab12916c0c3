import { readFileSync } from 'node:fs';
import {
  DescribeServicesCommand,
  ECSClient,
  RegisterTaskDefinitionCommand,
  UpdateServiceCommand,
  type RegisterTaskDefinitionCommandInput,
} from '@aws-sdk/client-ecs';
import { describe, expect, it } from '@jest/globals';
import type { Cloud } from '../../sandbox/cloud.js';
import { NAMES } from '../../sandbox/names.js';
import { SECURITY_HEADERS } from '../../sandbox/runtime/example-answers.js';
import { startSandbox } from '../../sandbox/sandbox.js';
import { listScenarios, SCENARIOS, type ScenarioName } from '../../sandbox/scenarios/table.js';
import { NEW_COMMIT, OLD_COMMIT, readyWorld, type ReadyWorld } from '../ready-world.js';
import { takeShortCuts } from '../simulation/direct.js';
import { until } from './running-tasks.js';

takeShortCuts();

const MINUTE = 60_000;
const { cluster, service, family } = NAMES;

/** The first revision with another image and commit, to be registered. */
function copyOfFirst(cloud: Cloud, image: string) {
  const [first] = cloud.ecs.families.get(family)!;
  const body = first!.body as unknown as RegisterTaskDefinitionCommandInput;
  const containerDefinitions = body.containerDefinitions!.map((container) => ({
    ...container,
    image: `${cloud.ecr.host}/${image}`,
    environment: [
      ...container.environment!.filter(({ name }) => name !== 'GIT_SHA'),
      { name: 'GIT_SHA', value: NEW_COMMIT },
    ],
  }));
  return new RegisterTaskDefinitionCommand({ ...body, containerDefinitions });
}

/** Registers a revision with the candidate and deploys it, as an action does; what fails is answered as its error. */
async function release(there: ReadyWorld): Promise<readonly [registered: object, updated: object]> {
  const { cloud, during, newDigest } = there;
  const ecs = clientIn(there);
  const revision = copyOfFirst(cloud, `${NAMES.repository}@${newDigest}`);
  const registered = await during(told(ecs.send(revision)));
  const taskDefinition = cloud.ecs.families.get(family)!.at(-1)!.arn;
  const update = new UpdateServiceCommand({ cluster, service, taskDefinition });
  return [registered, await during(told(ecs.send(update)))];
}

const clientIn = ({ cloud, world }: ReadyWorld): ECSClient =>
  new ECSClient({
    region: cloud.region,
    maxAttempts: 1,
    credentials: { accessKeyId: 'AKIATEST', secretAccessKey: 'test' },
    requestHandler: world.aws!,
  });

const told = (call: Promise<object>): Promise<object> => call.catch((error: unknown) => error as Error);

const revisionOf = (arn: string): number => Number(arn.split(':').at(-1));

/** What there is to see of the service. */
function seen(there: ReadyWorld) {
  const { status, desiredCount, deployments, events } = there.service();
  const tasks = [...there.cloud.ecs.clusters.get(cluster)!.tasks.values()];
  const stopped = tasks.filter(
    ({ stopCode, stoppedReason = '' }) => stopCode && !/^Scaling/.test(stoppedReason),
  );
  return {
    status,
    desiredCount,
    deployments: deployments.map((one) => `${revisionOf(one.taskDefinition)} ${one.rolloutState}`),
    reasons: [...new Set(stopped.map((task) => `${revisionOf(task.taskDefinition)} ${task.stoppedReason}`))],
    exits: [...new Set(stopped.flatMap(({ containers }) => containers.map(({ exitCode }) => exitCode)))],
    events: events.map(({ message }) => message),
  };
}

const OTHER_COMMIT = '3'.repeat(40);
const RELEASED = { deployments: ['2 COMPLETED'], reasons: [] };
const HELD = ['2 IN_PROGRESS', '1 COMPLETED'];

/** What each comes to in ten minutes. */
const OUTCOMES: Partial<Record<ScenarioName, object>> = {
  healthy: RELEASED,
  'crash-loop': { deployments: HELD, reasons: ['2 Essential container in task exited'], exits: [1] },
  'exit-0-loop': { deployments: HELD, reasons: ['2 Essential container in task exited'], exits: [0] },
  'image-missing': {
    deployments: HELD,
    reasons: [
      expect.stringMatching(
        /^2 CannotPullContainerError: pull image manifest has been retried \d time\(s\): failed to resolve ref \S+@sha256:\w{64}: .*: not found$/,
      ),
    ],
  },
  'unhealthy-container': {
    deployments: HELD,
    reasons: ['2 Task failed container health checks'],
    events: expect.arrayContaining([expect.stringMatching(/failed container health checks\.$/)]),
  },
  'unhealthy-target': {
    deployments: HELD,
    reasons: [expect.stringMatching(/^2 Task failed ELB health checks in \(target-group arn:/)],
    events: expect.arrayContaining([
      expect.stringMatching(/\(reason Health checks failed with these codes: \[503\]\)\.$/),
    ]),
  },
  'slow-start': RELEASED,
  superseded: { deployments: ['3 COMPLETED'], reasons: [] },
  'superseded-same-revision': RELEASED,
  'scaled-to-zero': { status: 'ACTIVE', desiredCount: 0, deployments: ['2 COMPLETED'] },
  'service-deleted': { status: 'INACTIVE', desiredCount: 0, deployments: [] },
  stuck: { deployments: ['3 COMPLETED'] },
  'never-healthy': { deployments: ['2 COMPLETED'] },
  throttling: RELEASED,
  expired: RELEASED,
  'lost-reply': RELEASED,
  'delayed-visibility': RELEASED,
  truncated: RELEASED,
  html: RELEASED,
  empty: RELEASED,
  'wrong-commit': RELEASED,
  'one-wrong-task': RELEASED,
  'database-down': RELEASED,
  'no-security-headers': RELEASED,
  'leaks-stack': RELEASED,
  'flaws-before': RELEASED,
  denied: { deployments: ['1 COMPLETED'] },
  'wrong-architecture': {
    deployments: HELD,
    reasons: [expect.stringMatching(/^2 CannotPullContainerError: .* matching platform 'linux\/amd64'$/)],
  },
  'secret-denied': {
    deployments: HELD,
    reasons: [expect.stringMatching(/^2 ResourceInitializationError: .*AccessDeniedException/)],
    events: expect.arrayContaining([expect.stringMatching(/unable to place a task\. Reason: ResourceIni/)]),
  },
  'no-capacity': {
    deployments: HELD,
    reasons: [],
    events: expect.arrayContaining([expect.stringMatching(/unable to place a task/)]),
  },
  'circuit-breaker': {
    deployments: ['2 FAILED', '1 COMPLETED'],
    exits: [1],
    events: expect.arrayContaining([expect.stringMatching(/deployment failed: tasks failed to start\.$/)]),
  },
  'circuit-breaker-rollback': {
    deployments: ['1 COMPLETED'],
    exits: [1],
    events: expect.arrayContaining([expect.stringMatching(/rolling back to deployment ecs-svc\//)]),
  },
  alarm: {
    deployments: ['1 COMPLETED'],
    events: expect.arrayContaining([expect.stringMatching(/deployment failed: alarm detected\.$/)]),
  },
  'undo-undone': RELEASED,
};

describe('a scenario', () => {
  it('is known by its name to this test and to the README', () => {
    expect(Object.keys(OUTCOMES).sort()).toEqual(Object.keys(SCENARIOS).sort());
    const readme = readFileSync(new URL('../../sandbox/README.md', import.meta.url), 'utf8').replace(
      / +/g,
      ' ',
    );
    for (const [name, { description }] of Object.entries(SCENARIOS)) {
      expect(readme).toContain(`| \`${name}\` | ${description} |\n`);
      expect(listScenarios()).toMatch(new RegExp(`^ {2}${name} +\\S`, 'm'));
    }
  });

  it.each(Object.entries(OUTCOMES))('%s comes to what it is named for', async (name, outcome) => {
    const there = await readyWorld({ scenario: name as ScenarioName });
    await release(there);
    await there.clock.advance(10 * MINUTE);
    expect(seen(there)).toMatchObject(outcome);
  });

  it('slow-start takes longer than a minute and a half', async () => {
    const there = await readyWorld({ scenario: 'slow-start' });
    await release(there);
    await there.clock.advance(90_000);
    expect(seen(there).deployments).toEqual(HELD);
  });

  it('superseded-same-revision has two deployments of the released revision', async () => {
    const there = await readyWorld({ scenario: 'superseded-same-revision' });
    await release(there);
    const ours = there.service().deployments[0]!.id;
    await there.clock.advance(MINUTE);
    const [primary] = there.service().deployments;
    expect([primary!.id === ours, revisionOf(primary!.taskDefinition)]).toEqual([false, 2]);
  });

  it('stuck has another rollout in flight, which does not complete by itself', async () => {
    const there = await readyWorld({ scenario: 'stuck' });
    await there.clock.advance(30 * MINUTE);
    expect(seen(there)).toMatchObject({
      deployments: HELD,
      reasons: ['2 Task failed container health checks'],
    });
  });

  it('never-healthy has no deployment that was ever complete', async () => {
    const there = await readyWorld({ scenario: 'never-healthy' });
    expect(seen(there)).toMatchObject({ deployments: ['1 IN_PROGRESS'], exits: [1] });
    expect(there.service().serviceDeployments).toMatchObject([{ status: 'IN_PROGRESS' }]);
  });

  it('undo-undone goes back to the candidate when the first revision is deployed again', async () => {
    const there = await readyWorld({ scenario: 'undo-undone' });
    await release(there);
    await there.clock.advance(10 * MINUTE);
    const [first] = there.cloud.ecs.families.get(family)!;
    const undo = new UpdateServiceCommand({ cluster, service, taskDefinition: first!.arn });
    await there.during(clientIn(there).send(undo));
    await there.clock.advance(10 * MINUTE);
    expect(seen(there)).toMatchObject({
      deployments: ['2 COMPLETED'],
      reasons: [expect.stringMatching(/^1 ResourceInitializationError/)],
      events: expect.arrayContaining([expect.stringMatching(/rolling back to deployment ecs-svc\//)]),
    });
  });
});

describe('what users get in a scenario', () => {
  const ask = async ({ world }: ReadyWorld, path: string) => {
    const url = `https://api.example.com/api/v1${path}`;
    const { status, headers, body } = await world.http({
      method: 'GET',
      url,
      timeout: 1_000,
      maxBytes: 9_999,
    });
    return { status, headers, json: JSON.parse(body) as unknown };
  };

  /** The answer before the release and, from every task once, after it. */
  async function answers(scenario: ScenarioName, path: string) {
    const there = await readyWorld({ scenario });
    const before = await ask(there, path);
    await release(there);
    await there.clock.advance(10 * MINUTE);
    return [before, await ask(there, path), await ask(there, path)];
  }

  const commits = async (scenario: ScenarioName) =>
    (await answers(scenario, '/version')).map(({ json }) => (json as { gitSha: string }).gitSha);

  it('wrong-commit is another commit than the one that was released', async () => {
    expect(await commits('wrong-commit')).toEqual([OLD_COMMIT, OTHER_COMMIT, OTHER_COMMIT]);
  });

  it('one-wrong-task is the right commit from one task and another from the other', async () => {
    const [before, ...after] = await commits('one-wrong-task');
    expect([before, ...after.sort()]).toEqual([OLD_COMMIT, NEW_COMMIT, OTHER_COMMIT]);
  });

  it('database-down is a service that lives and is not ready', async () => {
    const [well, sick] = ['ok', 'unavailable'].map((status) => ({ status, checks: { database: status } }));
    expect(await answers('database-down', '/health/ready')).toMatchObject([
      { status: 200, json: well },
      { status: 503, json: sick },
      { status: 503, json: sick },
    ]);
    expect(await answers('database-down', '/health/live')).toMatchObject([
      { status: 200 },
      { status: 200 },
      { status: 200 },
    ]);
  });

  it.each([
    ['no-security-headers', true],
    ['flaws-before', false],
  ] as const)('%s is no security header after the release; one before it: %s', async (scenario, first) => {
    const sent = (await answers(scenario, '/version')).map(({ headers }) =>
      Object.keys(SECURITY_HEADERS).filter((name) => name in headers),
    );
    expect(sent).toEqual([first ? Object.keys(SECURITY_HEADERS) : [], [], []]);
  });

  it('leaks-stack is a stack trace for what does not exist', async () => {
    const [before, ...after] = await answers('leaks-stack', '/nowhere');
    expect(before).toMatchObject({ status: 404, json: { title: 'Not Found' } });
    const leak = { status: 404, json: { stack: expect.stringMatching(/^ +at \S+:\d+:\d+$/m) } };
    expect(after).toMatchObject([leak, leak]);
  });
});

describe('what the caller sees of a scenario', () => {
  const describeService = async (there: ReadyWorld): Promise<object> => {
    const command = new DescribeServicesCommand({ cluster, services: [service] });
    const answer = await there.during(told(clientIn(there).send(command)));
    if (!('services' in answer)) return answer;
    const [found] = (answer.services as [{ deployments: { taskDefinition: string }[] }] | undefined) ?? [];
    return { deployments: found?.deployments.map(({ taskDefinition }) => revisionOf(taskDefinition)) };
  };

  const DEPLOYED = { deployments: expect.arrayContaining([2]) };

  it.each([
    ['throttling', { name: 'ThrottlingException' }, 60, DEPLOYED],
    ['expired', { name: 'ExpiredTokenException' }, 600, { name: 'ExpiredTokenException' }],
    ['delayed-visibility', { deployments: [1] }, 20, DEPLOYED],
    ['truncated', { name: 'SyntaxError' }, 20, DEPLOYED],
    ['html', { name: 'SyntaxError' }, 20, DEPLOYED],
    ['empty', { $metadata: { httpStatusCode: 200 } }, 20, DEPLOYED],
  ] as const)('%s right after the release, and later', async (scenario, first, seconds, later) => {
    const there = await readyWorld({ scenario });
    expect(await describeService(there)).toEqual({ deployments: [1] });
    await release(there);
    expect(await describeService(there)).toMatchObject(first);
    await there.clock.advance((seconds - 1) * 1_000);
    expect(await describeService(there)).toMatchObject(first);
    await there.clock.advance(1_000);
    expect(await describeService(there)).toMatchObject(later);
  });

  it.each([
    ['denied', { $metadata: { httpStatusCode: 200 } }, { name: 'AccessDeniedException' }, 1],
    ['lost-reply', { code: 'ECONNRESET' }, { code: 'ECONNRESET' }, 2],
  ] as const)('%s during the release', async (scenario, registered, updated, revision) => {
    const there = await readyWorld({ scenario });
    expect(await release(there)).toMatchObject([registered, updated]);
    expect(there.cloud.ecs.families.get(family)).toHaveLength(2);
    expect(revisionOf(there.service().deployments[0]!.taskDefinition)).toBe(revision);
  });
});

describe('crash-loop with real programs', () => {
  it('has a candidate that prints why it ends', async () => {
    const sandbox = await startSandbox({ runtime: 'process', pace: 20, scenario: 'crash-loop' });
    try {
      const { cloud, ready } = sandbox;
      expect(ready).toMatchObject({
        candidate: 'mentalspace-backend:candidate',
        candidateCommit: NEW_COMMIT,
      });
      const ecs = new ECSClient({
        endpoint: ready.endpoint,
        region: ready.region,
        credentials: { accessKeyId: 'AKIATEST', secretAccessKey: 'test' },
      });
      const { taskDefinition } = await ecs.send(copyOfFirst(cloud, ready.candidate!));
      await ecs.send(
        new UpdateServiceCommand({ cluster, service, taskDefinition: taskDefinition?.taskDefinitionArn }),
      );
      const tasks = () => [...cloud.ecs.clusters.get(cluster)!.tasks.values()];
      const crashed = () => tasks().find(({ lastStatus }) => lastStatus === 'STOPPED');
      await until(() => crashed() !== undefined);
      expect(crashed()).toMatchObject({
        stopCode: 'EssentialContainerExited',
        stoppedReason: 'Essential container in task exited',
        containers: [{ exitCode: 1 }],
      });
      const stream = cloud.logs.groups
        .get(NAMES.logGroup)!
        .streams.get(`ecs/${NAMES.container}/${crashed()!.id}`);
      expect(stream?.events.map(({ message }) => message)).toEqual([
        'Error: relation "appointments" does not exist',
      ]);
      expect(tasks().filter(({ lastStatus }) => lastStatus === 'RUNNING').length).toBeGreaterThanOrEqual(2);
    } finally {
      await sandbox.close();
    }
  }, 60_000);
});
