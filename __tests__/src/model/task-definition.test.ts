import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { JsonObject } from '../../../src/model/json.js';
import { difference } from '../../../src/model/task-definition-difference.js';
import {
  containerNames,
  containerOf,
  containersWithHealthCheck,
  cpuArchitecture,
  environmentOf,
  essentialContainers,
  holds,
  nextRevision,
  registerable,
  sameDefinition,
  secretNames,
  tagsOf,
  type Change,
} from '../../../src/model/task-definition.js';

const live: JsonObject = {
  taskDefinitionArn: 'arn:aws:ecs:us-east-1:123456789012:task-definition/api:41',
  family: 'api',
  revision: 41,
  status: 'ACTIVE',
  registeredAt: 1_700_000_000.5,
  newTaskField: { deep: [{ deeper: '' }] },
  containerDefinitions: [
    {
      name: 'api',
      image: 'repo:old',
      environment: [
        { name: 'GIT_SHA', value: 'old', newEntryField: 1 },
        { name: 'EMPTY', value: '' },
      ],
      newContainerField: { a: null },
    },
    {
      name: 'sidecar',
      image: 'sidecar:1',
      environment: [{ name: 'GIT_SHA', value: 'theirs' }],
      essential: false,
    },
  ],
};

const change: Change = {
  container: 'api',
  image: 'repo@sha256:new',
  environment: new Map([
    ['GIT_SHA', 'new'],
    ['ADDED', 'secret-value'],
  ]),
};

describe('the next revision', () => {
  const { body, dropped } = nextRevision(live, change);

  it('changes only the named container', () => {
    expect(body['containerDefinitions']).toEqual([
      {
        name: 'api',
        image: 'repo@sha256:new',
        environment: [
          { name: 'GIT_SHA', value: 'new', newEntryField: 1 },
          { name: 'EMPTY', value: '' },
          { name: 'ADDED', value: 'secret-value' },
        ],
        newContainerField: { a: null },
      },
      {
        name: 'sidecar',
        image: 'sidecar:1',
        environment: [{ name: 'GIT_SHA', value: 'theirs' }],
        essential: false,
      },
    ]);
  });

  it('carries fields that nobody has heard of, at every depth', () => {
    expect(body['newTaskField']).toEqual({ deep: [{ deeper: '' }] });
  });

  it('drops the read-only fields and names them', () => {
    expect(dropped).toEqual(['taskDefinitionArn', 'revision', 'status', 'registeredAt']);
    expect(Object.keys(body)).toEqual(['family', 'newTaskField', 'containerDefinitions']);
  });

  it('is the same definition when nothing differs, whatever the order of fields', () => {
    const again = nextRevision({ ...body, family: 'api' }, change).body;
    expect(sameDefinition(body, again)).toBe(true);
    expect(sameDefinition(body, registerable(live).body)).toBe(false);
  });

  it('is the same after a second time, for any variables', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string({ minLength: 1 }), fc.string()), (variables) => {
        const wanted = { ...change, environment: new Map(Object.entries(variables)) };
        const once = nextRevision(live, wanted).body;
        return sameDefinition(once, nextRevision(once, wanted).body);
      }),
    );
  });
});

describe('a variable of the next revision', () => {
  const variablesOf = (environment: Change['environment'], container: JsonObject = {}) => {
    const { body } = nextRevision(
      { containerDefinitions: [{ name: 'api', ...container }] },
      { ...change, environment },
    );
    return containerOf(body, 'api')?.['environment'];
  };

  it('is removed where it has no value, and not added', () => {
    const environment = [
      { name: 'GONE', value: 'x' },
      { name: 'KEPT', value: 'y' },
    ];
    const wanted = new Map([
      ['GONE', undefined],
      ['NEVER', undefined],
    ]);
    expect(variablesOf(wanted, { environment })).toEqual([{ name: 'KEPT', value: 'y' }]);
  });

  it.each([[{}], [{ environment: 'none' }]])('is the first one of a container with %j', (container) => {
    expect(variablesOf(new Map([['A', '1']]), container)).toEqual([{ name: 'A', value: '1' }]);
  });

  it('leaves entries as they are that have no name', () => {
    const environment = ['odd', { value: 'x' }];
    expect(variablesOf(new Map([['A', '1']]), { environment })).toEqual([
      ...environment,
      { name: 'A', value: '1' },
    ]);
  });

  it('is not looked for where containers are no list', () => {
    expect(nextRevision({ containerDefinitions: 'none' }, change).body).toEqual({ containerDefinitions: [] });
  });
});

describe('a task definition', () => {
  const body: JsonObject = {
    tags: [{ key: 'a', value: '1' }, { key: 'b' }, { value: 'nameless' }],
    containerDefinitions: [
      {
        name: 'api',
        essential: true,
        healthCheck: { command: ['CMD', 'true'] },
        secrets: [{ name: 'KEY', valueFrom: 'arn' }, { valueFrom: 'arn' }],
        environment: [{ name: 'A', value: '1' }, { name: 'A', value: '2' }, { name: 'B' }, { value: 'x' }],
      },
      { name: 'log', essential: false, healthCheck: null },
      { name: 'proxy' },
      { image: 'nameless', healthCheck: {} },
    ],
  };

  it('tells its tags, its containers and which of them are essential or checked', () => {
    expect(Object.fromEntries(tagsOf(body))).toEqual({ a: '1', b: '', '': 'nameless' });
    expect(containerNames(body)).toEqual(['api', 'log', 'proxy', '']);
    expect(essentialContainers(body)).toEqual(['api', 'proxy', '']);
    expect([...containersWithHealthCheck(body)]).toEqual(['api', '']);
  });

  it('tells the variables and secrets of a container', () => {
    const api = containerOf(body, 'api') ?? {};
    expect(Object.fromEntries(environmentOf(api))).toEqual({ A: '2', B: '', '': 'x' });
    expect(secretNames(api)).toEqual(['KEY', '']);
    expect(containerOf(body, 'proxy')).toEqual({ name: 'proxy' });
    expect(containerOf(body, 'gone')).toBeUndefined();
  });

  it.each([
    [{ cpuArchitecture: 'ARM64' }, 'ARM64'],
    [{ operatingSystemFamily: 'LINUX' }, 'X86_64'],
    [undefined, 'X86_64'],
    ['ARM64', 'X86_64'],
  ])('with the platform %j runs on %s', (runtimePlatform, architecture) => {
    expect(cpuArchitecture(runtimePlatform === undefined ? {} : { runtimePlatform })).toBe(architecture);
  });
});

describe('what ECS describes', () => {
  it.each<[JsonObject, JsonObject]>([
    [{ family: 'api', status: 'ACTIVE' }, { family: 'api' }],
    [{ containers: [{ name: 'a', cpu: 0 }, { name: 'b' }] }, { containers: [{ name: 'a' }, { name: 'b' }] }],
    [{ ports: [] }, { ports: [] }],
    [{ a: null }, { a: null }],
    [{ a: {} }, { a: {} }],
  ])('as %j has all of %j, whatever was added', (described, sent) => {
    expect(holds(described, sent)).toBe(true);
  });

  it.each<[JsonObject, JsonObject]>([
    [{ family: 'web' }, { family: 'api' }],
    [{}, { family: 'api' }],
    [
      { cpu: 1, family: 'api' },
      { cpu: 2, family: 'api' },
    ],
    [{ containers: [{ name: 'a' }] }, { containers: [{ name: 'a' }, { name: 'b' }] }],
    [{ containers: [{ name: 'a' }, { name: 'b' }] }, { containers: [{ name: 'a' }] }],
    [{ containers: [{ name: 'a' }, { name: 'x' }] }, { containers: [{ name: 'a' }, { name: 'b' }] }],
    [{ containers: {} }, { containers: ['a'] }],
    [{ check: 'text' }, { check: { retries: 3 } }],
    [{ check: 'text' }, { check: {} }],
  ])('as %j lacks something of %j', (described, sent) => {
    expect(holds(described, sent)).toBe(false);
  });
});

describe('the difference between revisions', () => {
  const before = registerable(live).body;
  const { body: after } = nextRevision(live, { ...change, healthCheck: { command: ['CMD', 'true'] } });

  it('names fields and variables', () => {
    expect(difference(before, after)).toEqual([
      'container api: image changed',
      'container api: healthCheck added',
      'container api: variable GIT_SHA changed',
      'container api: variable ADDED added',
    ]);
  });

  it('never shows a value', () => {
    const lines = difference(before, after).join('\n') + difference(after, before).join('\n');
    expect(lines).not.toMatch(/secret-value|sha256|old|theirs/);
  });

  it('tells an absent field from one that is null', () => {
    expect(difference({ family: 'api' }, { family: 'api', cpu: null })).toEqual(['task: cpu added']);
  });

  it('names containers that come and go', () => {
    expect(difference(before, { ...before, containerDefinitions: [{ name: 'other' }] })).toEqual([
      'container api: removed',
      'container sidecar: removed',
      'container other: added',
    ]);
  });
});
