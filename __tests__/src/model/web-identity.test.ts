import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { assumeRefusal, claimsOf } from '../../../src/model/web-identity.js';

const token = (claims: unknown): string =>
  `e30.${Buffer.from(JSON.stringify(claims)).toString('base64url')}.sig`;

describe('the claims of a token', () => {
  it('are who made it, whom it is about and whom it is for', () => {
    const claims = {
      iss: 'https://token.actions.githubusercontent.com',
      sub: 'repo:o@1/r@2:environment:prod',
      aud: 'sts.amazonaws.com',
      exp: 1,
    };
    expect(claimsOf(token(claims))).toEqual({
      provider: 'token.actions.githubusercontent.com',
      subject: 'repo:o@1/r@2:environment:prod',
      audience: 'sts.amazonaws.com',
    });
  });

  it('name the issuer as it is where that is no address', () => {
    expect(claimsOf(token({ iss: 'x https://y' })).provider).toBe('x https://y');
  });

  it.each(['', 'a', 'a.b.c', 'a..c', token([]), token(null), token({ sub: 1, aud: ['x'] })])(
    'are empty where %j does not say them',
    (text) => {
      expect(claimsOf(text)).toEqual({ provider: '', subject: '', audience: '' });
    },
  );

  it('are one line that the runner takes for no command', () => {
    expect(claimsOf(token({ sub: '::set-output name=a::b\n##[error]x' })).subject).toBe(
      ': :set-output name=a::b ## [error]x',
    );
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (sub) => {
        const { subject } = claimsOf(token({ sub }));
        expect(subject).not.toMatch(/[\r\n]|^\s*::|##\[/);
        expect(subject.length).toBeLessThanOrEqual(302);
      }),
    );
  });
});

describe('a role that AWS does not let this run assume', () => {
  const CLAIMS = {
    provider: 'token.actions.githubusercontent.com',
    subject: 'repo:o/r:ref:refs/heads/main',
    audience: 'sts.amazonaws.com',
  };
  const ARN = 'arn:aws:iam::123456789012:role/deploy';
  const refused = (name: string, message: string, claims = CLAIMS, arn = ARN) => {
    const cause = Object.assign(new Error(message), { name, $metadata: { httpStatusCode: 400 } });
    const error = assumeRefusal(cause, { arn, duration: 7_200_000 }, claims);
    expect(error.cause).toBe(cause);
    return error;
  };

  it('is told where the account has no identity provider', () => {
    const text =
      'No OpenIDConnect provider found in your account for https://token.actions.githubusercontent.com';
    const { code, message, hint } = refused('InvalidIdentityTokenException', text);
    expect(code).toBe('credentials-missing');
    expect(message).toBe(
      'The account 123456789012 does not know GitHub: it has no identity provider token.actions.githubusercontent.com.',
    );
    expect(hint).toContain('https://token.actions.githubusercontent.com with the audience sts.amazonaws.com');
    expect(refused('InvalidIdentityTokenException', text, CLAIMS, 'deploy').message).toMatch(
      /^The account {2}does/,
    );
  });

  it('is told where the provider takes no tokens for this audience', () => {
    const claims = { ...CLAIMS, audience: 'https://github.com/o' };
    const { code, message, hint } = refused(
      'InvalidIdentityTokenException',
      'Incorrect token audience',
      claims,
    );
    expect(code).toBe('credentials-missing');
    expect(message).toBe(
      'The identity provider token.actions.githubusercontent.com does not take tokens for the audience https://github.com/o.',
    );
    expect(hint).toBe('Add the audience sts.amazonaws.com to the identity provider in IAM.');
  });

  it('is told where the session would be longer than the role allows', () => {
    const text = 'The requested DurationSeconds exceeds the MaxSessionDuration set for this role.';
    const { code, message, hint } = refused('ValidationError', text);
    expect(code).toBe('inputs');
    expect(message).toBe(`The input role-duration is 2h 00m, which is more than the role ${ARN} allows.`);
    expect(hint).toContain('Lower role-duration');
  });

  it('is told where the token has expired', () => {
    const { code, message, hint } = refused('ExpiredTokenException', 'Token expired: current date/time 1');
    expect(code).toBe('credentials-expired');
    expect(message).toBe("AWS says that GitHub's identity token has expired.");
    expect(hint).toContain('good for five minutes');
  });

  it('is told with what its trust policy has to let in', () => {
    const { code, message, hint } = refused(
      'AccessDenied',
      'Not authorized to perform sts:AssumeRoleWithWebIdentity',
    );
    expect(code).toBe('access-denied');
    expect(message).toBe(
      `AWS does not let this run assume ${ARN}: the role is not there, or its trust policy does not let in "repo:o/r:ref:refs/heads/main".`,
    );
    expect(hint).toBe(
      'Correct role-to-assume, or let the trust policy allow sts:AssumeRoleWithWebIdentity where ' +
        '"token.actions.githubusercontent.com:sub" is "repo:o/r:ref:refs/heads/main" and ' +
        '"token.actions.githubusercontent.com:aud" is "sts.amazonaws.com".',
    );
  });

  it.each([
    ['repo:octo@12/app@3456:ref:refs/heads/main', 'a policy for repo:octo/app:… does not match.'],
    ['repo:octo@1/app@2:environment:prod', 'a policy for repo:octo/app:… does not match.'],
    ['repo:octo/app@2:ref:x', undefined],
    ['repo:octo@1/app:ref:x', undefined],
    ['xrepo:octo@1/app@2:ref:x', undefined],
  ])('is told of the ids in the subject %s, which older policies do not have', (subject, says) => {
    const { hint } = refused('AccessDenied', 'no', { ...CLAIMS, subject });
    if (says === undefined) expect(hint).toMatch(/"sts\.amazonaws\.com"\.$/);
    else expect(hint).toContain(`The numbers are ids of owner and repository; ${says}`);
  });

  it.each([
    ['InvalidIdentityTokenException', 'Token is not well formed', 'aws-unavailable'],
    ['PackedPolicyTooLarge', 'No OpenIDConnect provider, no audience', 'aws-unavailable'],
    ['ThrottlingException', 'Rate exceeded', 'aws-unavailable'],
  ])('keeps the words of AWS for anything else: %s, %s', (name, text, code) => {
    const error = refused(name, text);
    expect(error.code).toBe(code);
    expect(error.message).toBe(`sts:AssumeRoleWithWebIdentity failed (${name}): ${text}`);
  });
});
