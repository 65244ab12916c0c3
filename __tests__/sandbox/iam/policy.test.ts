import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { JsonObject } from '../../../sandbox/json.js';
import { decide } from '../../../sandbox/iam/policy.js';
import { isArnLike, isLike } from '../../../sandbox/iam/wildcards.js';

const SERVICE = 'arn:aws:ecs:us-east-1:123456789012:service/prod/api';
const CLUSTER = 'arn:aws:ecs:us-east-1:123456789012:cluster/prod';
const request = { action: 'ecs:UpdateService', resource: SERVICE, context: { 'ecs:cluster': CLUSTER } };
const allow = (more: JsonObject = {}): JsonObject => ({
  Effect: 'Allow',
  Action: 'ecs:UpdateService',
  Resource: SERVICE,
  ...more,
});
const decided = (...Statement: readonly JsonObject[]) =>
  decide({ Version: '2012-10-17', Statement }, request);

describe('a policy', () => {
  it.each<[string, JsonObject]>([
    ['action and resource', allow()],
    ['a list of both', allow({ Action: ['ecs:ListTasks', 'ecs:UpdateService'], Resource: ['x', SERVICE] })],
    ['patterns', allow({ Action: 'ecs:Update*', Resource: 'arn:aws:ecs:*:123456789012:service/prod/ap?' })],
    ['another spelling of the action', allow({ Action: 'ECS:updateservice' })],
    ['everything', allow({ Action: '*', Resource: '*' })],
    ['a condition that holds', allow({ Condition: { ArnEquals: { 'ECS:Cluster': CLUSTER } } })],
    ['one of several values', allow({ Condition: { StringEquals: { 'ecs:cluster': ['x', CLUSTER] } } })],
    ['a pattern of values', allow({ Condition: { StringLike: { 'ecs:cluster': '*/prod' } } })],
    ['a pattern of ARNs', allow({ Condition: { ArnLike: { 'ecs:cluster': 'arn:aws:ecs:*:*:cluster/*' } } })],
  ])('allows by %s', (_, statement) => {
    expect(decided(statement)).toBe('allow');
  });

  it.each<[string, JsonObject]>([
    ['another action', allow({ Action: 'ecs:UpdateServices' })],
    ['another resource', allow({ Resource: `${SERVICE}-2` })],
    ['no resource', { Effect: 'Allow', Action: '*' }],
    ['a condition that does not hold', allow({ Condition: { ArnEquals: { 'ecs:cluster': SERVICE } } })],
    ['a key that the request does not have', allow({ Condition: { StringLike: { 'ecs:service': '*' } } })],
    [
      'one of two conditions that does not hold',
      allow({ Condition: { StringLike: { 'ecs:cluster': '*' }, StringEquals: { 'ecs:cluster': 'x' } } }),
    ],
    [
      'a pattern where whole texts are compared',
      allow({ Condition: { StringEquals: { 'ecs:cluster': '*' } } }),
    ],
  ])('does not allow by %s', (_, statement) => {
    expect(decided(statement)).toBe('implicit-deny');
  });

  it('allows nothing by itself', () => {
    expect(decided()).toBe('implicit-deny');
  });

  it('denies what one statement denies, whatever others allow', () => {
    const deny = { ...allow(), Effect: 'Deny' };
    expect(decided(allow(), deny, allow())).toBe('explicit-deny');
    expect(decided(allow(), { ...deny, Condition: { StringEquals: { 'ecs:cluster': 'x' } } })).toBe('allow');
  });

  it.each<[string, JsonObject]>([
    ['NotAction', { Effect: 'Allow', NotAction: 'x', Resource: '*' }],
    ['NotResource', { Effect: 'Allow', Action: '*', NotResource: 'x' }],
    ['Bool', allow({ Condition: { Bool: { 'ecs:cluster': 'true' } } })],
  ])('is not guessed at where it has %s', (name, statement) => {
    expect(() => decided(statement)).toThrow(`${name} is not imitated.`);
  });
});

describe('wildcards', () => {
  it('stand for any text and for one character, and nothing else does', () => {
    const letters = fc.string({ unit: fc.constantFrom('a', 'b', '.', '+', '(', '/', '\n'), maxLength: 6 });
    fc.assert(
      fc.property(letters, letters, letters, (head, middle, tail) => {
        expect(isLike(head + middle + tail, `${head}*${tail}`)).toBe(true);
        expect(isLike(head + tail, `${head}?${tail}`)).toBe(false);
        expect(isLike(`${head}x${tail}`, `${head}?${tail}`)).toBe(true);
        expect(isLike(head, tail)).toBe(head === tail);
      }),
    );
  });

  it('stay within a part of an ARN', () => {
    expect(isArnLike(SERVICE, 'arn:aws:ecs:*:*:*')).toBe(true);
    expect(isArnLike(SERVICE, 'arn:aws:*:service/prod/api')).toBe(false);
    expect(isArnLike('arn:aws:logs:r:1:log-group:/a:log-stream:b', 'arn:aws:logs:r:1:log-group:/a:*')).toBe(
      true,
    );
    expect(isArnLike('*', SERVICE)).toBe(false);
    expect(isArnLike('*', '*')).toBe(true);
  });
});
