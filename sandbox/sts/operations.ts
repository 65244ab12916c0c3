import type { Operations } from '../protocol/operation.js';
import { assumeRoleWithWebIdentity } from './web-identity.js';

/** Security Token Service (API version 2011-06-15): who the caller is, and how to become somebody. */
export const stsOperations: Operations = {
  GetCallerIdentity: ({ account, sts }, _input, caller = '') => {
    const session = sts.sessions.get(caller);
    return {
      UserId: session?.userId ?? 'AIDAEXAMPLEDEPLOYERAA',
      Account: account,
      Arn: session?.arn ?? `arn:aws:iam::${account}:user/deployer`,
    };
  },
  AssumeRoleWithWebIdentity: assumeRoleWithWebIdentity,
};
