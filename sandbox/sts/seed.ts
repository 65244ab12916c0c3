import type { Cloud } from '../cloud.js';
import type { IdentityIssuer } from '../github/identity.js';
import { NAMES } from '../names.js';

const AUDIENCE = 'sts.amazonaws.com';

/**
 * Trusts the issuer, and lets every job of its repository assume a role, whichever form its subject has. Returns the role's
 * ARN. The policy is the one of "Configuring OpenID Connect in Amazon Web Services" (GitHub Docs).
 */
export function letRepositoryIn({ sts, account }: Cloud, { provider, key, job }: IdentityIssuer): string {
  const role = `arn:aws:iam::${account}:role/${NAMES.role}`;
  const [owner = '', name = ''] = job.repository.split('/');
  sts.providers.set(provider, { clientIds: [AUDIENCE], key });
  sts.roles.set(role, {
    maxSessionDuration: 3_600,
    trust: {
      Version: '2012-10-17',
      Statement: [
        {
          Effect: 'Allow',
          Principal: { Federated: `arn:aws:iam::${account}:oidc-provider/${provider}` },
          Action: 'sts:AssumeRoleWithWebIdentity',
          Condition: {
            StringEquals: { [`${provider}:aud`]: AUDIENCE },
            StringLike: {
              [`${provider}:sub`]: [
                `repo:${job.repository}:*`,
                `repo:${owner}@${job.ids[0]}/${name}@${job.ids[1]}:*`,
              ],
            },
          },
        },
      ],
    },
  });
  return role;
}
