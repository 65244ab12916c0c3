import { describe, expect, it } from '@jest/globals';
import { DeployError } from '../../../src/errors.js';
import {
  chooseContainer,
  rolloutInFlight,
  secretProblems,
  serviceProblems,
  unknownFields,
} from '../../../src/model/service-checks.js';
import { deploymentOf, serviceOf } from './rolling-service.js';

const COMPLETE = deploymentOf({ rolloutState: 'COMPLETED' });

describe('a service that this action cannot release to', () => {
  it.each([
    [{ controller: 'CODE_DEPLOY' }, 'uses the deployment controller CODE_DEPLOY'],
    [{ strategy: 'BLUE_GREEN' }, 'uses the deployment strategy BLUE_GREEN'],
    [{ scheduling: 'DAEMON' }, 'has the scheduling strategy DAEMON'],
    [{ pauses: true }, 'has a lifecycle hook that pauses its deployments'],
  ])('is one with %j', (fields, what) => {
    const [problem, ...others] = serviceProblems(serviceOf([COMPLETE], fields));
    expect(others).toEqual([]);
    expect(problem).toMatchObject({ code: 'service-unsupported', message: `The service api ${what}.` });
    expect(problem?.hint).toContain('rolling updates of replica services');
  });

  it('is one that has no task', () => {
    expect(serviceProblems(serviceOf([COMPLETE], { desiredCount: 0 }))).toMatchObject([
      {
        code: 'scaled-to-zero',
        message: 'The service api has a desired count of 0.',
        hint: expect.stringContaining('Scale it up first'),
      },
    ]);
  });

  it('is told all its reasons at once', () => {
    const service = serviceOf([COMPLETE], { controller: 'EXTERNAL', pauses: true, desiredCount: 0 });
    expect(serviceProblems(service).map(({ code }) => code)).toEqual([
      'service-unsupported',
      'service-unsupported',
      'scaled-to-zero',
    ]);
  });

  it('is one that was deleted, of which nothing else matters', () => {
    expect(serviceProblems(serviceOf([], { status: 'INACTIVE', desiredCount: 0 }))).toMatchObject([
      {
        code: 'service-inactive',
        message: 'The service api is INACTIVE, not ACTIVE.',
        hint: expect.stringContaining('create it again'),
      },
    ]);
  });

  it('is none that rolls one task', () => {
    expect(serviceProblems(serviceOf([COMPLETE], { desiredCount: 1 }))).toEqual([]);
  });
});

describe('the rollout of somebody else', () => {
  it('is named by its deployment and its revision', () => {
    expect(rolloutInFlight(serviceOf([deploymentOf()]))).toMatchObject({
      code: 'rollout-in-flight',
      message: 'A rollout is in flight: ecs-svc/2 of api:2 is not complete.',
      hint: expect.stringMatching(/wait .* replace/),
    });
  });

  it.each([
    ['is over once its state says so', [COMPLETE, deploymentOf({ status: 'ACTIVE' })], false],
    ['failed is over, too', [deploymentOf({ rolloutState: 'FAILED' })], false],
    [
      'without a state goes on while two deployments are there',
      [deploymentOf({ rolloutState: '' }), deploymentOf({ status: 'ACTIVE', rolloutState: '' })],
      true,
    ],
    ['without a state is over when one is left', [deploymentOf({ rolloutState: '' })], false],
    ['is none where no deployment leads', [deploymentOf({ status: 'ACTIVE' })], false],
  ] as const)('%s', (_, deployments, isThere) => {
    expect(rolloutInFlight(serviceOf(deployments)) !== undefined).toBe(isThere);
  });
});

describe('the container that gets the image', () => {
  const body = {
    containerDefinitions: [{ name: 'api' }, { name: 'log', essential: false }, { name: 'proxy' }],
  };

  it('is the one that is named, essential or not', () => {
    expect(chooseContainer(body, 'log')).toBe('log');
  });

  it('is the only essential one', () => {
    const [api, log] = body.containerDefinitions;
    expect(chooseContainer({ containerDefinitions: [log ?? {}, api ?? {}] }, undefined)).toBe('api');
  });

  it('has to be there', () => {
    const problem = chooseContainer(body, 'web');
    expect(problem).toBeInstanceOf(DeployError);
    expect(problem).toMatchObject({
      code: 'container-missing',
      message: 'The task definition has no container web; it has api, log, proxy.',
      hint: 'Check the input container.',
    });
  });

  it.each([body, { containerDefinitions: [{ name: 'log', essential: false }] }, {}])(
    'has to be named where it is not plain: %j',
    (definition) => {
      expect(chooseContainer(definition, undefined)).toMatchObject({
        code: 'container-missing',
        hint: expect.stringContaining('input container'),
      });
    },
  );

  it('is told from all that there are', () => {
    const problem = chooseContainer(body, undefined);
    expect(problem instanceof DeployError && problem.message).toContain('containers: api, log, proxy.');
  });
});

describe('a variable that is taken from a secret', () => {
  const body = {
    containerDefinitions: [
      {
        name: 'api',
        secrets: [
          { name: 'GIT_SHA', valueFrom: 'arn' },
          { name: 'KEY', valueFrom: 'arn' },
        ],
      },
      { name: 'log', secrets: [{ name: 'BUILD_TIME', valueFrom: 'arn' }] },
    ],
  };

  it('cannot be set, too', () => {
    const problems = secretProblems(
      body,
      'api',
      new Map([
        ['GIT_SHA', 'x'],
        ['BUILD_TIME', 'y'],
      ]).keys(),
    );
    expect(problems).toMatchObject([
      {
        code: 'task-definition-invalid',
        message: 'The container api takes GIT_SHA from a secret, and the release would set it, too.',
        hint: expect.stringContaining('leave GIT_SHA out of environment-variables'),
      },
    ]);
  });

  it.each(['log', 'gone'])('matters only in its own container, not in %s', (container) => {
    expect(secretProblems(body, container, ['GIT_SHA', 'OTHER'])).toEqual([]);
  });
});

describe('a field that ECS does not know', () => {
  /** A task definition with a field of each kind, from the request syntax in the Amazon ECS API Reference. */
  const body = {
    family: 'api',
    networkMode: 'awsvpc',
    cpu: '256',
    tags: [],
    enableFaultInjection: true,
    taskDefinitionArn: 'arn',
    registeredBy: 'arn',
    containerDefinitions: [
      {
        name: 'api',
        environment: [],
        user: 'node',
        ulimits: [],
        healthCheck: {},
        credentialSpecs: [],
        stopTimeout: 30,
      },
    ],
  };

  it('is none of those of its request and its answer', () => {
    expect(unknownFields(body)).toEqual([]);
  });

  it('is named with where it is', () => {
    const containerDefinitions = [
      ...body.containerDefinitions,
      { name: 'b', enviroment: [], portMapping: 1 },
    ];
    expect(unknownFields({ ...body, netWorkMode: 'x', containerDefinitions })).toEqual([
      'netWorkMode',
      'containerDefinitions[1].enviroment',
      'containerDefinitions[1].portMapping',
    ]);
  });

  it.each([[null], ['text'], [1]])('is not looked for in a container that is %j', (container) => {
    expect(unknownFields({ containerDefinitions: [container] })).toEqual([]);
  });

  it('is not looked for in containers that are no list', () => {
    expect(unknownFields({ containerDefinitions: 'none' })).toEqual([]);
  });
});
