import { describe, expect, it } from '@jest/globals';
import {
  causeInEvents,
  causeOf,
  failureFor,
  hopeless,
  likeliest,
  type Casualties,
} from '../../../src/model/failure.js';
import type { Container, Task } from '../../../src/model/service.js';

const task = (fields: Partial<Task>, container: Partial<Container> = {}): Task => ({
  arn: 'arn:aws:ecs:us-east-1:123456789012:task/prod/0123',
  taskDefinition: 'api:2',
  startedBy: 'ecs-svc/2',
  lastStatus: 'STOPPED',
  desiredStatus: 'STOPPED',
  containers: [
    {
      name: 'api',
      image: 'r',
      imageDigest: undefined,
      healthStatus: 'UNKNOWN',
      exitCode: undefined,
      reason: undefined,
      hostPorts: new Map(),
      ...container,
    },
  ],
  privateIp: undefined,
  containerInstanceArn: undefined,
  startedAt: undefined,
  stopCode: 'TaskFailedToStart',
  stoppedReason: undefined,
  ...fields,
});
const failedToStart = (stoppedReason: string): Task => task({ stoppedReason });
const exited = (exitCode: number, reason?: string): Task =>
  task(
    { stopCode: 'EssentialContainerExited', stoppedReason: 'Essential container in task exited' },
    { exitCode, reason },
  );
const killed = (stoppedReason: string): Task =>
  task({ stopCode: 'ServiceSchedulerInitiated', stoppedReason });

const SECRET =
  'ResourceInitializationError: unable to pull secrets or registry auth: execution resource retrieval failed: unable to retrieve secret from asm: service call has been retried 1 time(s): AccessDeniedException';

describe('why a task stopped', () => {
  it.each([
    [
      'an image that is not there',
      failedToStart(
        'CannotPullContainerError: pull image manifest has been retried 5 time(s): failed to resolve ref r@sha256:1: r@sha256:1: not found',
      ),
      'image-pull',
      'never',
    ],
    [
      'an image of another architecture',
      failedToStart(
        "CannotPullContainerError: pull image manifest has been retried 1 time(s): image Manifest does not contain descriptor matching platform 'linux/amd64'",
      ),
      'architecture-mismatch',
      'never',
    ],
    [
      'a program of another architecture',
      exited(255, 'exec /bin/node: exec format error'),
      'architecture-mismatch',
      'never',
    ],
    [
      'a registry that denies',
      failedToStart('CannotPullContainerError: unexpected status code 403 Forbidden'),
      'image-pull',
      'hardly',
    ],
    ['a secret that is denied', failedToStart(SECRET), 'resource-init', 'hardly'],
    [
      'a log group that is not there',
      failedToStart('ResourceInitializationError: failed to validate logger args: create stream'),
      'resource-init',
      'hardly',
    ],
    ['a program that crashed', exited(1), 'crash-loop', 'hardly'],
    ['a program that ended', exited(0), 'crash-loop', 'hardly'],
    ['memory', exited(137, 'OutOfMemoryError: Container killed due to memory usage'), 'crash-loop', 'hardly'],
    ['a container health check', killed('Task failed container health checks'), 'container-health', 'hardly'],
    [
      'a target health check',
      killed('Task failed ELB health checks in (target-group arn:aws:x)'),
      'target-health',
      'hardly',
    ],
    [
      'room in the subnet',
      failedToStart('Timeout waiting for network interface provisioning to complete.'),
      'capacity',
      'maybe',
    ],
    ['capacity', failedToStart('Capacity is unavailable at this time.'), 'capacity', 'maybe'],
    [
      'a container that cannot be started',
      failedToStart('CannotStartContainerError: Error response from daemon'),
      'resource-init',
      'hardly',
    ],
    [
      'a runtime that is stuck',
      failedToStart('ContainerRuntimeTimeoutError: timed out'),
      'resource-init',
      'hardly',
    ],
    [
      'a role that cannot be assumed',
      failedToStart("ECS was unable to assume the role 'arn:aws:iam::1:role/r'"),
      'resource-init',
      'hardly',
    ],
  ] as const)('is read from its reasons: %s', (_, stopped, code, heals) => {
    const cause = causeOf(stopped);
    expect(cause).toMatchObject({ code, heals });
    expect(cause?.hint).toMatch(/^[A-Z].*[.?]$/);
  });

  it.each([
    ['ECS itself stopped it', killed('Scaling activity initiated by (deployment ecs-svc/3)')],
    ['a person stopped it', task({ stopCode: 'UserInitiated', stoppedReason: 'Task stopped by user' })],
    [
      'a spot instance was taken back',
      task({ stopCode: 'SpotInterruption', stoppedReason: 'Your Spot Task was interrupted.' }),
    ],
    [
      'its machine is going down',
      task({ stopCode: 'TerminationNotice', stoppedReason: 'Host EC2 terminated' }),
    ],
    ['nobody says why', task({ stopCode: undefined })],
    [
      'ECS itself stopped it, whatever its container said',
      task({ stopCode: undefined, stoppedReason: 'Scaling activity initiated by x' }, { reason: SECRET }),
    ],
    [
      'it was a spot one, and nothing else is told',
      task({ stopCode: 'SpotInterruption' }, { reason: 'CannotPullContainerError' }),
    ],
  ])('says nothing of the release when %s', (_, stopped) => {
    expect(causeOf(stopped)).toBeUndefined();
  });

  it.each([
    [1, 'Container api ended with exit code 1: Essential container in task exited'],
    [126, 'exit code 126 (command cannot be executed)'],
    [127, 'exit code 127 (command not found)'],
    [134, 'exit code 134 (aborted)'],
    [137, 'exit code 137 (killed)'],
    [139, 'exit code 139 (segmentation fault)'],
    [143, 'exit code 143 (terminated)'],
  ])('explains exit code %d', (exitCode, text) => {
    expect(causeOf(exited(exitCode))?.why).toContain(text);
  });

  it('tells the container that ended, and of what it said', () => {
    const first = exited(137, 'OutOfMemoryError: Container killed due to memory usage');
    const [sidecar] = task({}, { name: 'sidecar' }).containers;
    expect(causeOf({ ...first, containers: [sidecar!, ...first.containers] })?.why).toBe(
      'Container api ended with exit code 137 (out of memory): Essential container in task exited; OutOfMemoryError: Container killed due to memory usage',
    );
  });

  it('tells of a container that ended when ECS does not say which', () => {
    expect(causeOf({ ...exited(1), containers: [] })?.why).toBe(
      'A container ended: Essential container in task exited',
    );
  });

  it('shows no secret and no personal data', () => {
    const cause = causeOf(exited(1, 'password=hunter2 for jane@example.com'));
    expect(cause?.why).not.toMatch(/hunter2|jane@/);
  });
});

describe('a deployment whose tasks stop', () => {
  const casualties = (stopped: readonly Task[], more: Partial<Casualties> = {}): Casualties => ({
    stopped,
    everHealthy: false,
    desiredCount: 2,
    ...more,
  });
  const missing = failedToStart('CannotPullContainerError: manifest unknown: not found');

  it.each([
    ['at the first that never heals', casualties([missing]), 'image-pull'],
    ['also when a task was healthy already', casualties([missing], { everHealthy: true }), 'image-pull'],
    ['at the second crash', casualties([exited(1), exited(1)]), 'crash-loop'],
    [
      'at the second denied secret',
      casualties([failedToStart(SECRET), failedToStart(SECRET)]),
      'resource-init',
    ],
    [
      'at a tenth of the tasks once one was healthy',
      casualties(
        Array.from({ length: 4 }, () => exited(1)),
        { everHealthy: true, desiredCount: 40 },
      ),
      'crash-loop',
    ],
    [
      'at no fewer than two of a few',
      casualties([exited(1), exited(1)], { everHealthy: true, desiredCount: 3 }),
      'crash-loop',
    ],
  ])('is hopeless %s', (_, all, code) => {
    expect(hopeless(all)?.code).toBe(code);
  });

  it.each([
    ['one crash', casualties([exited(1)])],
    ['two tasks that stopped for different reasons', casualties([exited(1), failedToStart(SECRET)])],
    [
      'no capacity, as often as it may be',
      casualties(Array.from({ length: 20 }, () => failedToStart('Capacity is unavailable at this time.'))),
    ],
    [
      'fewer than a tenth of the tasks, when others are healthy',
      casualties(
        Array.from({ length: 3 }, () => exited(1)),
        { everHealthy: true, desiredCount: 40 },
      ),
    ],
    [
      'tasks that ECS scaled in',
      casualties([killed('Scaling activity initiated by x'), killed('Scaling activity initiated by x')]),
    ],
    ['none', casualties([])],
  ])('may still end well after %s', (_, all) => {
    expect(hopeless(all)).toBeUndefined();
  });

  it('failed for the cause that most of its tasks tell', () => {
    expect(likeliest([exited(1), failedToStart(SECRET), exited(1)])?.code).toBe('crash-loop');
    expect(likeliest([failedToStart(SECRET), exited(1), exited(1)])?.code).toBe('crash-loop');
    expect(likeliest([failedToStart(SECRET), exited(1), failedToStart(SECRET)])?.code).toBe('resource-init');
    expect(likeliest([killed('Scaling activity initiated by x')])).toBeUndefined();
    expect(likeliest([])).toBeUndefined();
  });

  it('says why in one error with the tasks as evidence', () => {
    const stopped = [exited(1), exited(1)];
    const error = failureFor(causeOf(exited(1))!, stopped, ['an event']);
    expect(error).toMatchObject({ code: 'crash-loop' });
    expect(error.evidence).toEqual([
      '2 tasks stopped: Container api ended with exit code 1: Essential container in task exited (task 0123)',
      'an event',
    ]);
  });

  it('has the reasons of its tasks as evidence, the most frequent first, and no task that says nothing', () => {
    const stopped = [exited(1), killed('Scaling activity initiated by x'), exited(2), exited(2)];
    expect(failureFor(causeOf(exited(1))!, stopped, []).evidence).toEqual([
      '2 tasks stopped: Container api ended with exit code 2: Essential container in task exited (task 0123)',
      '1 task stopped: Container api ended with exit code 1: Essential container in task exited (task 0123)',
    ]);
  });

  it('failed for want of room when events say that no task could be placed', () => {
    const told = '(service api) was unable to place a task. Reason: Capacity is unavailable at this time.';
    expect(causeInEvents(['(service api) has started 1 tasks: (task 1).', told])?.code).toBe('capacity');
    expect(causeInEvents([`(service api) was unable to place a task. Reason: ${SECRET}`])?.code).toBe(
      'resource-init',
    );
    expect(causeInEvents(['(service api) was unable to place a task.'])).toBeUndefined();
    expect(causeInEvents(['(service api) has reached a steady state.'])).toBeUndefined();
  });
});
