import type { Operations } from '../protocol/operation.js';

/** Security Token Service (API version 2011-06-15): who the caller is. */
export const stsOperations: Operations = {
  GetCallerIdentity: ({ account }) => ({
    UserId: 'AIDAEXAMPLEDEPLOYERAA',
    Account: account,
    Arn: `arn:aws:iam::${account}:user/deployer`,
  }),
};
