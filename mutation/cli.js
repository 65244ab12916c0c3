import { spawnSync } from 'node:child_process';
import { statSync } from 'node:fs';
import { join } from 'node:path';

/** `npm run mutate`: installs Stryker and runs it under the Node that it needs, over some files and folders or over all. */
const folder = import.meta.dirname;
const root = join(folder, '..');
const node = join(root, 'runner/node24/node_modules/node/bin/node');

function run(program, ...args) {
  const { status } = spawnSync(program, args, { cwd: root, stdio: 'inherit' });
  if (status !== 0) process.exit(status ?? 1);
}

const wanted = process.argv
  .slice(2)
  .map((path) => (statSync(join(root, path)).isDirectory() ? `${path.replace(/\/$/, '')}/**/*.ts` : path));
run('npm', 'ci', '--prefix', folder, '--no-fund', '--no-audit', '--loglevel=error');
run(
  node,
  join(folder, 'node_modules/@stryker-mutator/core/bin/stryker.js'),
  'run',
  join(folder, 'stryker.config.js'),
  ...(wanted.length === 0 ? [] : ['--mutate', wanted.join(',')]),
);
