import { setTimeout as sleep } from 'node:timers/promises';
import { ECSClient } from '@aws-sdk/client-ecs';
import { ecsContract } from './ecs.js';

/* Run by `npm run verify:aws` (scripts/verify-aws/contract.ts), which has made sure of the account and of the word. */

ecsContract(() =>
  Promise.resolve({
    client: new ECSClient({ region: process.env['AWS_REGION']! }),
    sleep: (milliseconds) => sleep(milliseconds / Number(process.env['VERIFY_PACE'])),
    image: process.env['VERIFY_CONTRACT_IMAGE']!,
    subnets: process.env['VERIFY_SUBNETS']!.split(','),
    prefix: process.env['VERIFY_CONTRACT_PREFIX']!,
  }),
);
