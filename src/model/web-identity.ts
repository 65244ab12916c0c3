import { DeployError } from '../errors.js';
import { awsErrorName, refusal } from './aws-failure.js';
import { parseArn } from './arn.js';
import { showDuration } from './duration.js';
import { parseObject, textAt } from './json.js';
import { cleanLine } from './untrusted-text.js';

/*
 * A role that is assumed with GitHub's identity token, and why AWS may not let that happen. The names of the errors are
 * those that the SDK gives (@aws-sdk/client-sts, AssumeRoleWithWebIdentityCommand); their texts were seen in the issues of
 * aws-actions/configure-aws-credentials.
 */

/** As IAM spells the call. */
export const ASSUME_ROLE = 'sts:AssumeRoleWithWebIdentity';
/** For whom the token is ("Configuring OpenID Connect in Amazon Web Services", GitHub Docs). */
export const AUDIENCE = 'sts.amazonaws.com';
/** Who made a token, whom it is about and whom it is for. */
export interface Claims {
  /**
   * As IAM names the provider: `token.actions.githubusercontent.com`, with the enterprise behind it where that has an issuer of
   * its own; another one on an Enterprise Server ("OpenID Connect reference", GitHub Docs).
   */
  readonly provider: string;
  readonly subject: string;
  readonly audience: string;
}

/** Reads a token without verifying it, which is AWS's part; a claim that cannot be read is empty. */
export function claimsOf(token: string): Claims {
  const payload = Buffer.from(token.split('.')[1] ?? '', 'base64url').toString();
  const claims = parseObject(payload) ?? {};
  const claim = (name: string): string => cleanLine(textAt(claims, name) ?? '', 300);
  const provider = claim('iss').replace(/^https:\/\//, '');
  return { provider, subject: claim('sub'), audience: claim('aud') };
}

/** A role that was asked for: its ARN, and milliseconds. */
interface Asked {
  readonly arn: string;
  readonly duration: number;
}

/** What AWS's no to that call means, and what to do about it. */
export function assumeRefusal(error: unknown, { arn, duration }: Asked, claims: Claims): DeployError {
  const told = refusal(error, ASSUME_ROLE);
  const name = awsErrorName(error);
  const details = { cause: told.cause };
  if (name === 'InvalidIdentityTokenException' && /No OpenIDConnect provider/i.test(told.message)) {
    const account = parseArn(arn)?.account ?? '';
    return new DeployError(
      'credentials-missing',
      `The account ${account} does not know GitHub: it has no identity provider ${claims.provider}.`,
      {
        ...details,
        hint: `Create the OpenID Connect provider https://${claims.provider} with the audience ${AUDIENCE} in IAM, or correct the account in role-to-assume.`,
      },
    );
  }
  if (name === 'InvalidIdentityTokenException' && /audience/i.test(told.message)) {
    return new DeployError(
      'credentials-missing',
      `The identity provider ${claims.provider} does not take tokens for the audience ${claims.audience}.`,
      { ...details, hint: `Add the audience ${AUDIENCE} to the identity provider in IAM.` },
    );
  }
  if (/DurationSeconds/.test(told.message)) {
    return new DeployError(
      'inputs',
      `The input role-duration is ${showDuration(duration)}, which is more than the role ${arn} allows.`,
      {
        ...details,
        hint: 'Lower role-duration (sessions are renewed), or raise the maximum session duration of the role.',
      },
    );
  }
  if (told.code === 'credentials-expired') {
    return new DeployError('credentials-expired', "AWS says that GitHub's identity token has expired.", {
      ...details,
      hint: 'It is good for five minutes: is the clock of GitHub or AWS off? Run the job again.',
    });
  }
  return told.code === 'access-denied' ? denied(arn, claims, details) : told;
}

/** AWS says the same of a role that is not there. */
function denied(
  arn: string,
  { provider, subject, audience }: Claims,
  details: { readonly cause: unknown },
): DeployError {
  const named = `"${provider}:sub" is "${subject}" and "${provider}:aud" is "${audience}"`;
  return new DeployError(
    'access-denied',
    `AWS does not let this run assume ${arn}: the role is not there, or its trust policy does not let in "${subject}".`,
    {
      ...details,
      hint: `Correct role-to-assume, or let the trust policy allow ${ASSUME_ROLE} where ${named}.${newForm(subject)}`,
    },
  );
}

/**
 * Repositories that were made or renamed since 15 July 2026 have their ids in the subject (GitHub changelog of 23 April 2026,
 * "Immutable subject claims for GitHub Actions OIDC tokens"), which a policy of the older form does not match.
 */
function newForm(subject: string): string {
  const [, owner, repository] = /^repo:([^/@]+)@\d+\/([^/@:]+)@\d+:/.exec(subject) ?? [];
  return owner === undefined || repository === undefined
    ? ''
    : ` The numbers are ids of owner and repository; a policy for repo:${owner}/${repository}:… does not match.`;
}
