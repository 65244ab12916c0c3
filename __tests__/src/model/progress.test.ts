import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { eventLines, firstOf, healthLine, progressLine, shownLine } from '../../../src/model/progress.js';
import type { Deployment, Service } from '../../../src/model/service.js';
import { deploymentOf, serviceOf } from './rolling-service.js';

const deployment = (fields: Partial<Deployment> = {}): Deployment =>
  deploymentOf({ runningCount: 1, ...fields });
const old = deployment({
  id: 'ecs-svc/1',
  status: 'ACTIVE',
  taskDefinition: 'arn:aws:ecs:us-east-1:123456789012:task-definition/api:1',
  rolloutState: 'COMPLETED',
  runningCount: 2,
});
const service = (deployments: readonly Deployment[], fields: Partial<Service> = {}): Service =>
  serviceOf(deployments, { runningCount: 3, pendingCount: 1, ...fields });
const TASKS = 'tasks 2 desired, 3 running, 1 pending';

describe('the line on a rollout', () => {
  it.each<[string, string, Parameters<typeof progressLine>]>([
    [
      'tells tasks and deployments',
      `${TASKS} · PRIMARY revision 2 IN_PROGRESS, 1 running · ACTIVE revision 1 COMPLETED, 2 running`,
      [service([deployment(), old])],
    ],
    [
      'tells the targets by state, the best first',
      `${TASKS} · targets 2 healthy, 1 initial, 1 draining, 1 odd · PRIMARY revision 2 IN_PROGRESS, 1 running`,
      [
        service([deployment()]),
        {
          stopped: 0,
          targets: [{ targetGroup: 'web', states: { odd: 1, draining: 1, initial: 1, healthy: 2 } }],
        },
      ],
    ],
    [
      'names target groups where there are several',
      `${TASKS} · targets in web 1 healthy · targets in admin none`,
      [
        service([]),
        {
          stopped: 0,
          targets: [
            { targetGroup: 'web', states: { healthy: 1 } },
            { targetGroup: 'admin', states: {} },
          ],
        },
      ],
    ],
    [
      'tells what went wrong where something did',
      `${TASKS}, 3 of ours stopped · PRIMARY revision 2 IN_PROGRESS, 1 running, 1 pending, 4 failed`,
      [service([deployment({ pendingCount: 1, failedTasks: 4 })]), { stopped: 3, targets: [] }],
    ],
    [
      'names a revision of another family',
      `${TASKS} · PRIMARY revision 2 IN_PROGRESS, 1 running · ACTIVE web:7 COMPLETED, 2 running`,
      [service([deployment(), { ...old, taskDefinition: 'arn:aws:ecs:us-east-1:1:task-definition/web:7' }])],
    ],
    [
      'leaves out a rollout state that ECS does not tell',
      `${TASKS} · PRIMARY revision 2, 1 running`,
      [service([deployment({ rolloutState: '' })])],
    ],
  ])('%s', (_, line, given) => {
    expect(progressLine(...given)).toBe(line);
  });

  it('does not grow with the number of deployments', () => {
    const line = progressLine(service(Array.from({ length: 50 }, () => old)));
    expect(line.match(/ACTIVE/g)).toHaveLength(4);
    expect(line).toMatch(/ · 46 more deployments$/);
  });
});

describe('the lines on new events', () => {
  const event = (id: number, createdAt = 1_000) => ({
    id: String(id),
    createdAt,
    message: `event ${String(id)}`,
  });

  it('are the oldest first, each with its age', () => {
    expect(eventLines([event(2, 9_000), event(1, 4_000)], 10_000)).toEqual([
      '6.0s ago: event 1',
      '1.0s ago: event 2',
    ]);
  });

  it('leave out what every event says, and the account', () => {
    const arn = 'arn:aws:elasticloadbalancing:us-east-1:123456789012:targetgroup/web/3c93c7caea7d775e';
    const messages = [
      `(service api) registered 2 targets in (target-group ${arn})`,
      '(service api, taskSet ecs-svc/1) has begun draining connections on 2 tasks.',
      '(service api) (service api) odd',
    ];
    const fresh = messages.map((message) => ({ id: message, createdAt: 0, message }));
    expect(eventLines(fresh.reverse(), 0)).toEqual([
      'registered 2 targets in (target-group web)',
      '(service api, taskSet ecs-svc/1) has begun draining connections on 2 tasks.',
      '(service api) odd',
    ]);
  });

  it('tell no age where ECS tells no time, and none from the future', () => {
    expect(eventLines([event(1, 0)], 10_000)).toEqual(['event 1']);
    expect(eventLines([event(1, 99_000)], 10_000)).toEqual(['0.0s ago: event 1']);
  });

  it('are the last ten of a hundred, and the others are counted', () => {
    const burst = Array.from({ length: 100 }, (_, index) => event(100 - index));
    const lines = eventLines(burst, 1_000);
    expect(lines).toHaveLength(11);
    expect([lines[0], lines[1], lines[10]]).toEqual([
      '90 older events are not shown',
      '0.0s ago: event 91',
      '0.0s ago: event 100',
    ]);
  });
});

describe('the line on health', () => {
  const web = { targetGroup: 'web', healthy: 2, expected: 2, states: { healthy: 2 }, reasons: {} };

  it.each<[string, string, Parameters<typeof healthLine>[0]]>([
    ['is empty where nothing says it', '', { groups: [], containers: undefined }],
    ['tells one group', 'targets in web 2 of 2 healthy', { groups: [web], containers: undefined }],
    [
      'counts a hundred targets by state and reason',
      'targets in web 1 of 100 healthy, 2 initial, 97 unhealthy (2 Elb.InitialHealthChecking, 97 Target.Timeout)',
      {
        groups: [
          {
            targetGroup: 'web',
            healthy: 1,
            expected: 100,
            states: { unhealthy: 97, healthy: 1, initial: 2 },
            reasons: { 'Target.Timeout': 97, 'Elb.InitialHealthChecking': 2 },
          },
        ],
        containers: undefined,
      },
    ],
    [
      'tells several groups and the containers',
      'targets in web 2 of 2 healthy · targets in admin 0 of 2 healthy · containers 1 of 2 healthy',
      {
        groups: [web, { ...web, targetGroup: 'admin', healthy: 0, states: {} }],
        containers: { healthy: 1, expected: 2 },
      },
    ],
  ])('%s', (_, line, seen) => {
    expect(healthLine(seen)).toBe(line);
  });

  it('is followed by three names at most', () => {
    expect(firstOf(['a', 'b', 'c'])).toEqual(['a', 'b', 'c']);
    expect(firstOf(['a', 'b', 'c', 'd', 'e'])).toEqual(['a', 'b', 'c', 'and 2 more']);
  });
});

describe('a line that is shown and kept', () => {
  it('tells no secret, moves no cursor, speaks to no runner, and is one', () => {
    expect(shownLine('::error::password=hunter2\n\u001b[2Jthe end')).toBe(
      ': :error::password=[secret] the end',
    );
  });

  it('tells no secret that control characters hide', () => {
    expect(shownLine('pass\u200bword=hun\u0007ter2')).not.toMatch(/ter2/);
  });

  it('is short, whatever it was, and always one line', () => {
    expect(shownLine('x '.repeat(500_000))).toHaveLength(1_000);
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const line = shownLine(text);
        expect(line).not.toMatch(/[\r\n]/);
        expect(line.length).toBeLessThanOrEqual(1_001);
      }),
    );
  });
});
