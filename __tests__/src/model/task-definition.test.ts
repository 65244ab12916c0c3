import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { JsonObject } from '../../../src/model/json.js';
import { difference } from '../../../src/model/task-definition-difference.js';
import {
  nextRevision,
  registerable,
  sameDefinition,
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
