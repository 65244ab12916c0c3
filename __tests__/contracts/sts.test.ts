import { AssumeRoleWithWebIdentityCommand, GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { describe, expect, it } from '@jest/globals';
import { virtualClock } from '../../sandbox/clock.js';
import { identityIssuer, type IdentifiedJob } from '../../sandbox/github/identity.js';
import { letRepositoryIn } from '../../sandbox/sts/seed.js';
import { answeringRuntime, emptyCloud } from '../sandbox/balanced-cloud.js';
import { sdkSettings } from '../sandbox/sdk.js';

it('STS says which account and user the credentials belong to', async () => {
  const sts = new STSClient(sdkSettings(emptyCloud(answeringRuntime(new Map()))));
  expect(await sts.send(new GetCallerIdentityCommand({}))).toMatchObject({
    Account: '123456789012',
    Arn: 'arn:aws:iam::123456789012:user/deployer',
    UserId: expect.stringMatching(/^AIDA\w{17}$/),
  });
});

const JOB: IdentifiedJob = {
  repository: 'octo-org/octo-repo',
  ids: ['123456', '456789'],
  ref: 'refs/heads/main',
  immutable: false,
};

/** An account that lets the jobs of a repository in, and how a job gets a token and a session. */
function account() {
  const clock = virtualClock();
  const cloud = emptyCloud(answeringRuntime(new Map()), clock);
  const identity = identityIssuer(clock, 'request-token', JOB);
  const role = letRepositoryIn(cloud, identity);
  const token = (audience = 'sts.amazonaws.com'): string => {
    const answer = identity.answer(`/idtoken?api-version=2.0&audience=${audience}`, 'Bearer request-token');
    if (typeof answer === 'string') throw new Error(answer);
    return (JSON.parse(answer.body) as { value: string }).value;
  };
  // Whoever assumes a role this way has no credentials.
  const anonymous = new STSClient({
    ...sdkSettings(cloud),
    credentials: () => Promise.reject(new Error('none')),
  });
  const assume = (more: { WebIdentityToken?: string; RoleArn?: string; DurationSeconds?: number } = {}) =>
    anonymous.send(
      new AssumeRoleWithWebIdentityCommand({
        RoleArn: role,
        RoleSessionName: 'run-77',
        WebIdentityToken: more.WebIdentityToken ?? token(),
        ...more,
      }),
    );
  const named = (change: Partial<IdentifiedJob>) => void (identity.job = { ...JOB, ...change });
  return { cloud, clock, token, assume, named };
}

describe('AssumeRoleWithWebIdentity', () => {
  it('gives a session of the role to who is let in, until it ends', async () => {
    const { cloud, clock, assume } = account();
    const { Credentials: given, ...told } = await assume({ DurationSeconds: 900 });
    expect(told).toMatchObject({
      SubjectFromWebIdentityToken: 'repo:octo-org/octo-repo:ref:refs/heads/main',
      Audience: 'sts.amazonaws.com',
      AssumedRoleUser: { Arn: 'arn:aws:sts::123456789012:assumed-role/deploy-backend/run-77' },
    });
    expect(given?.Expiration?.getTime()).toBe(clock.now() + 900_000);
    const credentials = {
      accessKeyId: given?.AccessKeyId ?? '',
      secretAccessKey: given?.SecretAccessKey ?? '',
      sessionToken: given?.SessionToken ?? '',
    };
    const sts = new STSClient({ ...sdkSettings(cloud), credentials });
    expect(await sts.send(new GetCallerIdentityCommand({}))).toMatchObject({
      Arn: 'arn:aws:sts::123456789012:assumed-role/deploy-backend/run-77',
      UserId: expect.stringMatching(/^AROA\w{17}:run-77$/),
    });
    const forged = new STSClient({
      ...sdkSettings(cloud),
      credentials: { ...credentials, sessionToken: 'x' },
    });
    await expect(forged.send(new GetCallerIdentityCommand({}))).rejects.toMatchObject({
      name: 'InvalidClientTokenId',
    });
    await clock.advance(900_000);
    await expect(sts.send(new GetCallerIdentityCommand({}))).rejects.toMatchObject({ name: 'ExpiredToken' });
  });

  it.each<[string, Partial<IdentifiedJob>]>([
    ['repo:octo-org/octo-repo:environment:prod', { environment: 'prod' }],
    ['repo:octo-org@123456/octo-repo@456789:ref:refs/heads/main', { immutable: true }],
  ])('lets %s in', async (subject, change) => {
    const { assume, named } = account();
    named(change);
    expect(await assume()).toMatchObject({ SubjectFromWebIdentityToken: subject });
  });

  it.each<[string, Partial<IdentifiedJob>]>([
    ['another repository', { repository: 'octo-org/other' }],
    ['a repository whose name goes on', { repository: 'octo-org/octo-repo-2' }],
    ['a repository of that name that was made anew', { ids: ['123456', '999'], immutable: true }],
  ])('turns %s away', async (_, change) => {
    const { assume, named } = account();
    named(change);
    await expect(assume()).rejects.toMatchObject({
      name: 'AccessDenied',
      message: 'Not authorized to perform sts:AssumeRoleWithWebIdentity',
      $metadata: { httpStatusCode: 403 },
    });
  });

  it('turns a role away that is not there', async () => {
    await expect(account().assume({ RoleArn: 'arn:aws:iam::123456789012:role/other' })).rejects.toMatchObject(
      { name: 'AccessDenied' },
    );
  });

  it('takes a token for five minutes', async () => {
    const { assume, token, clock } = account();
    const WebIdentityToken = token();
    await clock.advance(299_000);
    expect(await assume({ WebIdentityToken })).toMatchObject({ Audience: 'sts.amazonaws.com' });
    await clock.advance(1_000);
    await expect(assume({ WebIdentityToken })).rejects.toMatchObject({
      name: 'ExpiredTokenException',
      message: expect.stringMatching(/^Token expired: current date\/time \d+ must be before/),
      $metadata: { httpStatusCode: 400 },
    });
  });

  it('verifies who signed a token, what it says and for whom it is', async () => {
    const { assume, token } = account();
    const [head = '', body = '', signature = ''] = token().split('.');
    const claims = JSON.parse(Buffer.from(body, 'base64url').toString()) as Record<string, unknown>;
    const forged = Buffer.from(JSON.stringify({ ...claims, sub: 'repo:octo-org/octo-repo:x' })).toString(
      'base64url',
    );
    const unsigned = Buffer.from('{"alg":"none","kid":"key-of-the-local-github"}').toString('base64url');
    for (const WebIdentityToken of [
      `${head}.${forged}.${signature}`,
      `${unsigned}.${body}.`,
      'not a token',
      token('other'),
    ])
      await expect(assume({ WebIdentityToken })).rejects.toMatchObject({
        name: 'InvalidIdentityTokenException',
      });
  });

  it('says that the account does not know the provider', async () => {
    const { assume, cloud } = account();
    cloud.sts.providers.clear();
    await expect(assume()).rejects.toMatchObject({
      name: 'InvalidIdentityTokenException',
      message:
        'No OpenIDConnect provider found in your account for https://token.actions.githubusercontent.com',
    });
  });

  it.each([
    [
      899,
      /Value '899' at 'durationSeconds' failed to satisfy constraint: Member must have value greater than or equal to 900/,
    ],
    [43_201, /less than or equal to 43200/],
    [3_601, /The requested DurationSeconds exceeds the MaxSessionDuration set for this role\./],
  ])('takes no session of %d seconds', async (DurationSeconds, message) => {
    await expect(account().assume({ DurationSeconds })).rejects.toMatchObject({
      name: 'ValidationError',
      message: expect.stringMatching(message),
    });
  });
});
