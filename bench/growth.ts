import { readyWorld, type ReadyWorld } from '../__tests__/ready-world.js';
import { elbOperations } from '../sandbox/elbv2/operations.js';
import { ecsOperations } from '../sandbox/ecs/operations.js';
import { NAMES } from '../sandbox/names.js';
import { connect, type Aws } from '../src/adapters/aws/aws.js';
import { judge } from '../src/model/rollout.js';
import { primary } from '../src/model/service.js';
import { watch, type Watch, type Watched } from '../src/steps/watch.js';
import type { AwsRequest, AwsResponse, World } from '../src/world.js';

/** A service to look at. */
export interface Size {
  readonly tasks: number;
  readonly groups: number;
  /** Of which all are answered here; ECS answers at most a hundred (Amazon ECS API Reference, Service). */
  readonly events: number;
}

/** What a look costs that a wait takes while a release rolls out: service, tasks and targets, and the judgement on them. */
export interface Cost extends Size {
  /** Milliseconds of the processor, sockets not counted. */
  readonly processor: number;
  readonly requests: number;
  /** Of a wait that goes on for `MINUTES`, on average. */
  readonly aMinute: number;
  /** Bytes of the answers. */
  readonly bytes: number;
}

/** Tasks of the services that are looked at and released to. */
export const TASKS: readonly number[] = [1, 10, 100, 1_000];

const SIZES: readonly Size[] = [
  ...TASKS.map((tasks) => ({ tasks, groups: 1, events: 10 })),
  ...[5, 20].map((groups) => ({ tasks: 10, groups, events: 10 })),
  { tasks: 10, groups: 1, events: 10_000 },
];

/** So long a wait is followed, and milliseconds between two looks at its service. */
const MINUTES = 15;
const INTERVAL = 2_000;
/** Milliseconds after which a wait looks at tasks for the first time. */
const FIRST = 10_000;

/** Measures the looks at services of growing size, through the real clients of the SDK. */
export async function measureGrowth(looks: number): Promise<readonly Cost[]> {
  const costs: Cost[] = [];
  for (const size of SIZES) costs.push(await costOf(size, looks));
  return costs;
}

async function costOf(size: Size, looks: number): Promise<Cost> {
  const { world, answered } = remembered(await grown(size));
  const aws = connect(world, NAMES.region);
  const check = await subject(aws);
  for (let count = 0; count < 10; count++) await look(check, aws, world);
  const before = { ...answered };
  const began = process.cpuUsage();
  for (let count = 0; count < looks; count++) await look(check, aws, world);
  const { user, system } = process.cpuUsage(began);
  const after = { ...answered };
  await wait(check, aws, world);
  return {
    ...size,
    processor: (user + system) / 1_000 / looks,
    requests: (after.requests - before.requests) / looks,
    aMinute: (answered.requests - after.requests) / MINUTES,
    bytes: (after.bytes - before.bytes) / looks,
  };
}

/** The ready-made service with so many tasks, target groups and events, at rest. */
async function grown({ tasks, groups, events }: Size): Promise<ReadyWorld> {
  const there = await readyWorld({ service: { desiredCount: tasks } });
  const [first] = there.cloud.elb.targetGroups.values();
  const [balancer] = there.cloud.elb.loadBalancers.values();
  const arns = [first?.arn ?? ''];
  for (let count = 1; count < groups; count++) arns.push(await group(there, balancer?.arn ?? '', count));
  if (groups > 1) {
    const loadBalancers = arns.map((targetGroupArn) => ({
      targetGroupArn,
      containerName: NAMES.container,
      containerPort: NAMES.port,
    }));
    const change = { cluster: NAMES.cluster, service: NAMES.service, loadBalancers };
    await ecsOperations['UpdateService']?.(there.cloud, change);
    await there.clock.advance(15 * 60_000);
  }
  const service = there.service();
  const [event] = service.events;
  for (let count = service.events.length; event && count < events; count++) {
    service.events.push({ ...event, id: `event-${String(count)}` });
  }
  return there;
}

async function group({ cloud }: ReadyWorld, balancer: string, count: number): Promise<string> {
  const wish = {
    Protocol: 'HTTP',
    Port: NAMES.port,
    TargetType: 'ip',
    HealthCheckPath: '/api/v1/health/live',
  };
  const name = `group-${String(count)}`;
  await elbOperations['CreateTargetGroup']?.(cloud, { Name: name, ...wish });
  const arn = [...cloud.elb.targetGroups.keys()].at(-1) ?? '';
  await elbOperations['CreateListener']?.(cloud, {
    LoadBalancerArn: balancer,
    Protocol: 'HTTP',
    Port: 9_000 + count,
    DefaultActions: [{ Type: 'forward', TargetGroupArn: arn }],
  });
  return arn;
}

/** The world with answers that the local AWS gave once: what it takes to make them is not measured. */
function remembered({ world }: ReadyWorld) {
  const answers = new Map<string, Promise<{ response: AwsResponse }>>();
  const answered = { requests: 0, bytes: 0 };
  const keyOf = ({ hostname, path, headers, body }: AwsRequest): string =>
    [hostname, path, headers['x-amz-target'] ?? headers['X-Amz-Target'], String(body)].join(' ');
  const handle = async (request: AwsRequest): Promise<{ response: AwsResponse }> => {
    const key = keyOf(request);
    const asked = answers.get(key) ?? world.aws?.handle(request);
    if (!asked) throw new Error('The world has no AWS of its own.');
    answers.set(key, asked);
    const { response } = await asked;
    answered.requests++;
    if (response.body instanceof Uint8Array) answered.bytes += response.body.byteLength;
    return { response: { ...response, headers: { ...response.headers } } };
  };
  return { world: { ...world, aws: { handle } }, answered };
}

/** One look as the step `wait` takes it. Throws when there is no healthy service to look at. */
async function look(check: Watch, aws: Aws, world: World): Promise<void> {
  const seen = await waiting(check, aws, world)(FIRST);
  if (seen.look?.healthyTasks === check.service.desiredCount) return;
  throw new Error(`${String(seen.look?.healthyTasks)} tasks are healthy.`);
}

/** All the looks of a wait that goes on, as if ECS never said that the rollout is complete. */
async function wait(check: Watch, aws: Aws, world: World): Promise<void> {
  const lookAt = waiting(check, aws, world);
  for (let time = 0; time < MINUTES * 60_000; time += INTERVAL) await lookAt(time);
}

/** Begins a wait; what the look is given is the time, in milliseconds from its beginning. */
function waiting(check: Watch, aws: Aws, world: World): (now: number) => Promise<Watched> {
  let time = 0;
  const watched = watch(check, aws, { clock: { ...world.clock, monotonic: () => time } });
  return async (now) => {
    time = now;
    const service = await aws.ecs.service(NAMES.cluster, NAMES.service);
    const { state } = judge(service, check.own, { seen: true, unseenFor: 0, record: undefined });
    if (!service || state !== 'complete') throw new Error(`The service is ${state}.`);
    return watched(service, false);
  };
}

/** What is watched. A release has the revision from its registration. */
async function subject(aws: Aws): Promise<Watch> {
  const service = await aws.ecs.service(NAMES.cluster, NAMES.service);
  const leading = service && primary(service);
  const next = leading && (await aws.ecs.taskDefinition(leading.taskDefinition));
  if (!service || !leading || !next) throw new Error('There is no service to look at.');
  const own = { id: leading.id, taskDefinition: next.arn, previous: undefined, before: [] };
  return { cluster: NAMES.cluster, service, own, next, targetGroups: [], recorded: true, failFast: true };
}
