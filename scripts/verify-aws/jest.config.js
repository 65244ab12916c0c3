import { fileURLToPath } from 'node:url';
import config from '../../jest.config.js';

/** For `npm run verify:aws` alone: `npm test` does not match these files. */
export default {
  ...config,
  rootDir: fileURLToPath(new URL('../..', import.meta.url)),
  testMatch: ['<rootDir>/__tests__/contracts/*.verify.ts'],
  // A rollout on AWS takes minutes.
  testTimeout: 20 * 60_000,
  maxWorkers: 1,
};
