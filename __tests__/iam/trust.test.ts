import { describe, expect, it } from '@jest/globals';
import { virtualClock } from '../../sandbox/clock.js';
import { createCloud } from '../../sandbox/create.js';
import { identityIssuer, type IdentifiedJob } from '../../sandbox/github/identity.js';
import type { JsonObject } from '../../sandbox/json.js';
import { NAMES } from '../../sandbox/names.js';
import { assumeRoleWithWebIdentity } from '../../sandbox/sts/web-identity.js';
import { textOf } from './policies.js';

const TRUST = JSON.parse(textOf('trust')) as { readonly Statement: readonly [JsonObject] };
const ROLE = `arn:aws:iam::${NAMES.account}:role/${NAMES.role}`;
const RELEASE: IdentifiedJob = {
  repository: NAMES.githubRepository,
  ids: NAMES.githubIds,
  ref: 'refs/heads/master',
  environment: 'production',
  immutable: false,
};

/** Has a job of GitHub assume a role with that trust policy; how it ended. */
function assume(change: Partial<IdentifiedJob>, audience = 'sts.amazonaws.com'): string {
  const clock = virtualClock();
  const cloud = createCloud({
    clock,
    runtime: () => {
      throw new Error('no tasks here');
    },
  });
  const issuer = identityIssuer(clock, 'request-token', { ...RELEASE, ...change });
  cloud.sts.providers.set(issuer.provider, { clientIds: ['sts.amazonaws.com'], key: issuer.key });
  cloud.sts.roles.set(ROLE, { trust: TRUST, maxSessionDuration: 3_600 });
  const answer = issuer.answer(`/idtoken?audience=${audience}`, 'Bearer request-token');
  if (typeof answer === 'string') throw new Error(answer);
  const { value } = JSON.parse(answer.body) as { value: string };
  try {
    const made = assumeRoleWithWebIdentity(cloud, {
      RoleArn: ROLE,
      RoleSessionName: 'run-77',
      WebIdentityToken: value,
    });
    return JSON.stringify(made['SubjectFromWebIdentityToken']);
  } catch (error) {
    return (error as Error).message;
  }
}

describe('the trust policy', () => {
  it.each<[string, Partial<IdentifiedJob>]>([
    ['repo:mentalspace/backend:environment:production', {}],
    ['repo:mentalspace@583231/backend@1296269:environment:production', { immutable: true }],
  ])('lets %s in', (subject, change) => {
    expect(assume(change)).toBe(JSON.stringify(subject));
  });

  it.each<[string, Partial<IdentifiedJob>]>([
    ['a fork', { repository: 'somebody/backend', ids: ['77', '78'] }],
    [
      'a fork with ids in its subject',
      { repository: 'somebody/backend', ids: ['77', '78'], immutable: true },
    ],
    ['another repository of the owner', { repository: 'mentalspace/frontend' }],
    ['a repository whose name goes on', { repository: 'mentalspace/backend-2' }],
    ['a repository that was made anew under the name', { ids: ['583231', '99'], immutable: true }],
    ['an owner that was made anew under the name', { ids: ['99', '1296269'], immutable: true }],
    ['another environment', { environment: 'staging' }],
    ['an environment whose name goes on', { environment: 'production-2' }],
    ['a branch without an environment', { environment: undefined }],
    ['a pull request', { environment: undefined, pullRequest: true }],
    [
      'a branch that is called like the environment',
      { environment: undefined, ref: 'environment:production' },
    ],
  ])('turns %s away', (_, change) => {
    expect(assume(change)).toBe('Not authorized to perform sts:AssumeRoleWithWebIdentity');
  });

  it('takes no token that is for somebody else', () => {
    expect(assume({}, 'https://example.com')).toBe('Incorrect token audience');
  });

  it('compares with whole texts alone, on keys that every provider has', () => {
    const { Condition: conditions, Action: action, ...rest } = TRUST.Statement[0];
    expect({ ...rest, action, statements: TRUST.Statement.length }).toEqual({
      Sid: 'LetReleasesIn',
      Effect: 'Allow',
      Principal: {
        Federated: `arn:aws:iam::${NAMES.account}:oidc-provider/token.actions.githubusercontent.com`,
      },
      action: 'sts:AssumeRoleWithWebIdentity',
      statements: 1,
    });
    const { StringEquals: equals, ...others } = conditions as Record<string, JsonObject>;
    expect(others).toEqual({});
    // Every OpenID Connect provider has these two (IAM User Guide, "Available keys for AWS OIDC federation").
    const provider = 'token.actions.githubusercontent.com';
    expect(Object.keys(equals!)).toEqual([`${provider}:aud`, `${provider}:sub`]);
    expect(JSON.stringify(equals)).not.toMatch(/[*?]/);
  });
});
