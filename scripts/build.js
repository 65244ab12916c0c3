// Builds src/ into dist/, or into the folder that is given: `node scripts/build.js [folder]`.
// tsc makes ES modules, ncc bundles them, and two entries of one line each call the bundle. The same source
// gives the same bytes on every machine, so that a check can compare dist with its source.
import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const target = resolve(process.argv[2] ?? join(root, 'dist'));
const modules = join(root, 'node_modules');
const lib = join(root, 'lib');
const bundle = mkdtempSync(join(tmpdir(), 'deploy-backend-dist-'));

const run = (tool, ...args) =>
  execFileSync(process.execPath, [join(modules, tool), ...args], {
    cwd: root,
    stdio: ['ignore', 'ignore', 'inherit'],
  });

rmSync(lib, { recursive: true, force: true });
run('typescript/bin/tsc', '--project', 'tsconfig.build.json');
run(
  '@vercel/ncc/dist/ncc/cli.js',
  'build',
  'lib/index.js',
  '--out',
  bundle,
  '--license',
  'licenses.txt',
  '--no-cache',
  '--quiet',
);
for (const entry of ['main', 'post']) {
  writeFileSync(join(bundle, `${entry}.js`), `import { ${entry} } from './index.js';\n\nawait ${entry}();\n`);
}
rmSync(target, { recursive: true, force: true });
mkdirSync(target, { recursive: true });
cpSync(bundle, target, { recursive: true });
rmSync(bundle, { recursive: true, force: true });
