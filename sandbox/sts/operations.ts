import type { Operations } from '../protocol/operation.js';
import { callerArn } from './sessions.js';
import { assumeRoleWithWebIdentity } from './web-identity.js';

/** Security Token Service (API version 2011-06-15): who the caller is, and how to become somebody. */
export const stsOperations: Operations = {
  GetCallerIdentity: (cloud, _input, caller = '') => ({
    UserId: cloud.sts.sessions.get(caller)?.userId ?? 'AIDAEXAMPLEDEPLOYERAA',
    Account: cloud.account,
    Arn: callerArn(cloud, caller),
  }),
  AssumeRoleWithWebIdentity: assumeRoleWithWebIdentity,
};
