import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { claimsOf } from '../../../src/model/web-identity.js';

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
