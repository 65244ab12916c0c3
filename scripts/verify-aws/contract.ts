import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { relyOn, type Case } from './case.js';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const JEST = 'node_modules/jest/bin/jest.js';
const SETTINGS = 'scripts/verify-aws/jest.config.js';

/** The contract suite of ECS, as it runs against the local AWS in `npm test`, in a cluster and with services of its own. */
export const contract: Case = {
  name: 'the contract suite of ECS',
  file: '__tests__/contracts/ecs.ts',
  async ask({ inputs }, note) {
    const prefix = `verify-${String(process.pid)}-${String(process.hrtime.bigint() % 1_000_000n)}`;
    const child = spawn(
      process.execPath,
      ['--experimental-vm-modules', '--disable-warning=ExperimentalWarning', JEST, '--config', SETTINGS],
      {
        cwd: ROOT,
        env: {
          ...process.env,
          VERIFY_SUBNETS: inputs.subnets.join(','),
          VERIFY_CONTRACT_IMAGE: inputs.contractImage,
          VERIFY_PACE: String(inputs.pace),
          VERIFY_CONTRACT_PREFIX: prefix,
        },
        stdio: ['ignore', 'inherit', 'inherit'],
      },
    );
    const [status] = (await once(child, 'close')) as [number | null];
    note(`left behind: the cluster ${prefix}-contract, the revisions of ${prefix}-web`);
    relyOn(status === 0, 'Its tests say above what is different.');
  },
};
