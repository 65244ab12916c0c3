// Builds src/ into dist/, or into the folder that is given: `node scripts/build.js [folder]`.
// tsc makes ES modules, ncc bundles them, comments and white space are dropped (names stay, for stack traces), and entries
// of one line each call the bundle. The same source gives the same bytes on every machine, so that a check can compare
// dist with its source.
import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { minifySync } from '@swc/core';

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
for (const name of readdirSync(bundle).filter((one) => one.endsWith('index.js'))) {
  const path = join(bundle, name);
  const options = { module: true, compress: false, mangle: false, format: { comments: false } };
  writeFileSync(path, `${minifySync(readFileSync(path, 'utf8'), options).code}\n`);
}
const entries = {
  main: 'main()',
  post: 'post()',
  cli: "cli(new URL('../action.yml', import.meta.url))",
};
for (const [entry, call] of Object.entries(entries)) {
  const shebang = entry === 'cli' ? '#!/usr/bin/env node\n' : '';
  writeFileSync(
    join(bundle, `${entry}.js`),
    `${shebang}import { ${entry} } from './index.js';\n\nawait ${call};\n`,
  );
}
rmSync(target, { recursive: true, force: true });
mkdirSync(target, { recursive: true });
cpSync(bundle, target, { recursive: true });
rmSync(bundle, { recursive: true, force: true });
