import { describe, expect, it } from '@jest/globals';
import { familyAndRevision, lastPart, parseArn } from '../../../src/model/arn.js';

describe('an ARN', () => {
  it.each(['aws', 'aws-cn', 'aws-us-gov', 'aws-iso-b'])('of the partition %s is taken apart', (partition) => {
    expect(parseArn(`arn:${partition}:ecs:us-east-1:123456789012:service/prod/api`)).toEqual({
      partition,
      service: 'ecs',
      region: 'us-east-1',
      account: '123456789012',
      resource: 'service/prod/api',
    });
  });

  it('may be without region and account', () => {
    expect(parseArn('arn:aws:s3:::bucket')).toMatchObject({ region: '', account: '', resource: 'bucket' });
  });

  it.each([
    '',
    'api',
    'arn:aws:ecs',
    'arn:aws:ecs:us-east-1:12345:x',
    'arn:evil:ecs:r:123456789012:x',
    'arn:aws:ecs:r:123456789012:a b',
    'an arn:aws:ecs:r:123456789012:x',
  ])('is not "%s"', (text) => {
    expect(parseArn(text)).toBeUndefined();
  });

  it.each([
    ['arn:aws:ecs:us-east-1:123456789012:service/prod/api', 'api'],
    ['ecs-svc/1234', '1234'],
    ['api', 'api'],
    ['', ''],
  ])('"%s" ends in the name "%s"', (text, name) => {
    expect(lastPart(text)).toBe(name);
  });

  it.each([
    ['arn:aws:ecs:us-east-1:123456789012:task-definition/my_api-2:42', { family: 'my_api-2', revision: 42 }],
    ['api:1', { family: 'api', revision: 1 }],
    ['api', undefined],
    ['api:latest', undefined],
    ['my api:1', undefined],
    ['api:1a', undefined],
    ['', undefined],
  ])('"%s" is a revision or not', (text, expected) => {
    expect(familyAndRevision(text)).toEqual(expected);
  });
});
