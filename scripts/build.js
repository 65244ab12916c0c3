// Builds src/ into dist/, or into the folder that is given: `node scripts/build.js [folder]`.
// tsc makes ES modules, ncc bundles them, comments and white space are dropped, and entries of one line each call the
// bundle. Names of our own stay as they are, for stack traces; packages keep those of functions and classes. The same
// source gives the same bytes on every machine, so that a check can compare dist with its source.
import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { minifySync } from '@swc/core';
import ts from 'typescript';

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
// ncc can leave out what nobody uses of the SDK's ES modules, but not of the CommonJS ones that it takes by itself.
const clients = join(lib, 'adapters/aws');
for (const name of readdirSync(clients).filter((one) => one.startsWith('sdk-') && one.endsWith('.js'))) {
  const path = join(clients, name);
  writeFileSync(
    path,
    readFileSync(path, 'utf8').replace(/(@aws-sdk\/client-[a-z0-9-]+)/, '$1/dist-es/index.js'),
  );
}
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
  const named = { keep_fnames: true, keep_classnames: true };
  const [compress, mangle] = name === 'index.js' ? [false, false] : [named, named];
  const options = { module: true, compress, mangle, format: { comments: false } };
  writeFileSync(path, `${compiledAtOnce(minifySync(readFileSync(path, 'utf8'), options).code)}\n`);
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
    { mode: entry === 'cli' ? 0o755 : 0o644 },
  );
}
rmSync(target, { recursive: true, force: true });
mkdirSync(target, { recursive: true });
cpSync(bundle, target, { recursive: true });
rmSync(bundle, { recursive: true, force: true });

// The modules of a chunk are arrow functions, nearly all of which are called while it loads. V8 only skims them at first, and
// what is in them twice, but compiles a function in parentheses at once (https://v8.dev/blog/preparser#pife).
function compiledAtOnce(code) {
  const { statements } = ts.createSourceFile('chunk.js', code, ts.ScriptTarget.Latest);
  const modules = statements
    .filter(ts.isVariableStatement)
    .flatMap(({ declarationList }) => declarationList.declarations)
    .flatMap(({ initializer }) =>
      initializer && ts.isObjectLiteralExpression(initializer) ? initializer.properties : [],
    )
    .filter(
      (one) =>
        ts.isPropertyAssignment(one) &&
        ts.isNumericLiteral(one.name) &&
        ts.isArrowFunction(one.initializer) &&
        ts.isBlock(one.initializer.body),
    )
    .map(({ initializer }) => initializer);
  let made = '';
  let at = 0;
  for (const { pos, parameters, body, end } of modules) {
    const names = parameters.map(({ name }) => name.text).join();
    made += `${code.slice(at, pos)}(function(${names})${code.slice(body.pos, end)})`;
    at = end;
  }
  return made + code.slice(at);
}
