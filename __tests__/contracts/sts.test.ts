import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { expect, it } from '@jest/globals';
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
