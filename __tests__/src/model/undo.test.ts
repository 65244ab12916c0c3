import { describe, expect, it } from '@jest/globals';
import { isTakenBack, nextMove, type Undoing } from '../../../src/model/undo.js';
import type { Deployment, Service } from '../../../src/model/service.js';

const OLD = 'arn:aws:ecs:us-east-1:123456789012:task-definition/api:41';
const NEW = 'arn:aws:ecs:us-east-1:123456789012:task-definition/api:42';
const THIRD = 'arn:aws:ecs:us-east-1:123456789012:task-definition/api:40';

const deployment = (fields: Partial<Deployment>): Deployment => ({
  id: 'ecs-svc/2',
  status: 'PRIMARY',
  taskDefinition: NEW,
  rolloutState: 'IN_PROGRESS',
  rolloutStateReason: '',
  desiredCount: 2,
  runningCount: 2,
  pendingCount: 0,
  failedTasks: 0,
  createdAt: 0,
  ...fields,
});

const service = (leader: Partial<Deployment>, status = 'ACTIVE'): Service => ({
  arn: 'arn:aws:ecs:us-east-1:123456789012:service/prod/api',
  name: 'api',
  clusterArn: 'arn:aws:ecs:us-east-1:123456789012:cluster/prod',
  status,
  taskDefinition: NEW,
  currentServiceDeployment: undefined,
  desiredCount: 2,
  runningCount: 2,
  pendingCount: 0,
  controller: 'ECS',
  strategy: 'ROLLING',
  scheduling: 'REPLICA',
  pauses: false,
  loadBalancers: [],
  deployments: [deployment(leader), deployment({ id: 'ecs-svc/0', status: 'ACTIVE' })],
  events: [],
  healthCheckGracePeriod: 0,
  rolling: { minimumHealthyPercent: 100, maximumPercent: 200, bakeTime: 0, rollsBack: false },
});

const known: Undoing = {
  own: { id: 'ecs-svc/2', taskDefinition: NEW },
  before: ['ecs-svc/0', 'ecs-svc/1'],
  targets: [OLD],
};
const lost: Undoing = { ...known, own: { id: undefined, taskDefinition: NEW } };
const ours = deployment({ status: 'ACTIVE' });
const older = deployment({ id: 'ecs-svc/0', status: 'ACTIVE' });
const later = (id: string, createdAt = 2): Deployment => deployment({ id, status: 'ACTIVE', createdAt });
const back = { id: 'ecs-svc/1', taskDefinition: OLD };
const ROLLING_BACK = 'ECS deployment circuit breaker: rolling back to deploymentId ecs-svc/0.';

/** Newest first, as ECS gives them. */
const telling = (...messages: string[]): Pick<Service, 'events'> => ({
  events: messages.map((message, index) => ({
    id: String(index),
    createdAt: 0,
    message: `(service api) ${message}`,
  })),
});
const OURS_FAILED = '(deployment ecs-svc/2) deployment failed: tasks failed to start.';
const BY_A_NEW_ONE = 'rolling back to deployment ecs-svc/3.';

describe('an undo that was asked for', () => {
  const undone = (message: string, createdAt: number, leader: Partial<Deployment> = {}) => ({
    ...service(leader),
    events: [{ id: '1', createdAt, message: `(service api) ${message}` }],
  });

  it.each<[boolean, string, Service]>([
    [true, 'ECS went back to ours', undone('rolling back to deployment ecs-svc/2.', 50)],
    [true, 'ECS went back by a new one', undone(BY_A_NEW_ONE, 51, { id: 'ecs-svc/3' })],
    [false, 'ECS went back before', undone('rolling back to deployment ecs-svc/2.', 49)],
    [false, 'ECS went back to another one', undone(BY_A_NEW_ONE, 50)],
    [false, 'another revision leads', undone(BY_A_NEW_ONE, 50, { id: 'ecs-svc/3', taskDefinition: OLD })],
  ])('was taken back (%s) where %s', (expected, _, seen) => {
    expect(isTakenBack(seen, known, 50)).toBe(expected);
  });
});

describe('the next move of an undo', () => {
  it.each<[string, Service | undefined, Undoing, string]>([
    ['ours, while it leads', service({}), known, 'ours'],
    ['ours, when only its revision is known and it is new', service({}), lost, 'ours'],
    [
      'to follow the way back, once it leads',
      service({ id: 'ecs-svc/3', taskDefinition: OLD }),
      known,
      'follow',
    ],
    [
      'to follow a copy of the way back',
      service({ id: 'ecs-svc/3', taskDefinition: THIRD }),
      { ...known, targets: [OLD, THIRD] },
      'follow',
    ],
    [
      'to correct where ECS went',
      service({ id: 'ecs-svc/0', taskDefinition: THIRD, rolloutStateReason: ROLLING_BACK }),
      known,
      'wrong-place',
    ],
    ['to wait, while no deployment of ours is to be seen', service(back), lost, 'as-before'],
    ['to wait, while everything looks as it did before ours', service(back), known, 'as-before'],
    [
      'to follow what ECS restored, once an event tells that ours failed',
      {
        ...service(back),
        events: [
          {
            id: '1',
            createdAt: 0,
            message: '(service api) (deployment ecs-svc/2) deployment failed: tasks failed to start.',
          },
        ],
      },
      known,
      'follow',
    ],
    [
      'to follow what ECS restores, while it says so',
      service({ ...back, rolloutState: 'IN_PROGRESS', rolloutStateReason: ROLLING_BACK }),
      known,
      'follow',
    ],
    [
      'nothing against somebody else',
      service({ id: 'ecs-svc/3', taskDefinition: THIRD }),
      known,
      'superseded',
    ],
    [
      'to correct where ECS went by a new deployment, once that is complete',
      {
        ...service({ id: 'ecs-svc/3', taskDefinition: THIRD, rolloutState: 'COMPLETED' }),
        ...telling('(deployment ecs-svc/3) deployment completed.', BY_A_NEW_ONE, OURS_FAILED),
      },
      known,
      'wrong-place',
    ],
    [
      'to correct where ECS went by an older deployment, once that is complete',
      {
        ...service({ id: 'ecs-svc/0', taskDefinition: THIRD, rolloutState: 'COMPLETED' }),
        ...telling('rolling back to deployment ecs-svc/0.', OURS_FAILED),
      },
      known,
      'wrong-place',
    ],
    [
      'nothing against somebody else who deployed after ours had failed',
      {
        ...service({ id: 'ecs-svc/3', taskDefinition: THIRD }),
        ...telling('rolling back to deployment ecs-svc/1.', OURS_FAILED),
      },
      known,
      'superseded',
    ],
    [
      'nothing against what ECS restored when the deployment of somebody else had failed',
      {
        ...service({ id: 'ecs-svc/3', taskDefinition: THIRD }),
        ...telling(BY_A_NEW_ONE, '(deployment ecs-svc/4) deployment failed: tasks failed to start.'),
      },
      known,
      'superseded',
    ],
    [
      'to wait, while events tell of an earlier rollback to what was there before ours',
      { ...service(back), ...telling('rolling back to deployment ecs-svc/1.') },
      known,
      'as-before',
    ],
    ['nothing against somebody else with our revision', service({ id: 'ecs-svc/3' }), known, 'superseded'],
    ['nothing against an older deployment of our revision', service({ id: 'ecs-svc/1' }), lost, 'as-before'],
    [
      'to wait, while an answer names no deployment that leads',
      service({ status: 'ACTIVE' }),
      known,
      'unclear',
    ],
    [
      'to follow what ECS restored, while ours is still behind it',
      { ...service(back), deployments: [deployment(back), ours, older] },
      known,
      'follow',
    ],
    [
      'ours, which is the oldest of two new ones of our revision',
      { ...service({}), deployments: [deployment({ createdAt: 1 }), later('ecs-svc/3'), older] },
      lost,
      'ours',
    ],
    [
      'ours, which is the oldest of two new ones of our revision, in any order',
      { ...service({}), deployments: [later('ecs-svc/3'), deployment({ createdAt: 1 }), older] },
      lost,
      'ours',
    ],
    [
      'nothing against somebody else who released our revision after us',
      {
        ...service({}),
        deployments: [deployment({ id: 'ecs-svc/3', createdAt: 2 }), { ...ours, createdAt: 1 }, older],
      },
      lost,
      'superseded',
    ],
    [
      'ours, of two that were made in the same instant the one that ECS lists last',
      { ...service({}), deployments: [later('ecs-svc/3', 0), deployment({}), older] },
      lost,
      'ours',
    ],
    [
      'ours, beside a new one of another revision',
      {
        ...service({}),
        deployments: [deployment({ createdAt: 2 }), { ...ours, id: 'ecs-svc/3', taskDefinition: THIRD }],
      },
      lost,
      'ours',
    ],
    [
      'to wait, while events tell only of others',
      {
        ...service(back),
        events: [{ id: '1', createdAt: 0, message: '(service api) has reached a steady state.' }],
      },
      known,
      'as-before',
    ],
    [
      'to wait, while only another deployment is told to have failed',
      {
        ...service(back),
        events: [{ id: '1', createdAt: 0, message: '(deployment undefined) deployment failed: x.' }],
      },
      lost,
      'as-before',
    ],
    ['nothing for a service that is being deleted', service({}, 'DRAINING'), known, 'gone'],
    ['nothing for a service that is not there', undefined, known, 'gone'],
  ])('is %s', (_, seen, undoing, kind) => {
    expect(nextMove(seen, undoing).kind).toBe(kind);
  });
});
