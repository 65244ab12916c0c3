import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { copyFile, cp, mkdir, readdir, readFile, realpath, rename, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { transformFile } from '@swc/core';
import { cachedFolder } from './cache.js';

/** The sources of the example backend. */
export const EXAMPLE = fileURLToPath(new URL('../examples/backend/', import.meta.url));

const NCC = createRequire(import.meta.url).resolve('@vercel/ncc/dist/ncc/cli.js');
const run = promisify(execFile);

/**
 * A folder with the example backend as its Dockerfile lays it out below `/app`, its packages bundled into its
 * programs. It is built once for every state of the sources.
 */
export async function exampleProgram(): Promise<string> {
  return cachedFolder(`example-${await fingerprint()}`, build);
}

/**
 * A folder that is a whole image: the example backend in `/app`, this machine's Node, a shell, and the shared
 * libraries that they need. Rejects on systems without `ldd`.
 */
export async function exampleMachine(): Promise<string> {
  const program = await exampleProgram();
  return cachedFolder(`${basename(program)}-node-${process.version}`, async (target) => {
    await cp(program, join(target, 'app'), { recursive: true });
    const programs = { '/bin/node': process.execPath, '/bin/sh': await realpath('/bin/sh') };
    for (const [path, source] of Object.entries(programs)) {
      await put(source, join(target, path));
      for (const library of await librariesOf(source)) await put(library, join(target, library));
    }
  });
}

async function build(target: string, draft: string): Promise<void> {
  await compile(draft);
  await cp(join(EXAMPLE, 'package.json'), join(target, 'package.json'));
  await Promise.all(
    ['server', 'healthcheck'].map(async (program) => {
      const bundle = join(draft, `bundle-${program}`);
      const compiled = join(draft, 'dist', `${program}.js`);
      await run(process.execPath, [NCC, 'build', compiled, '--out', bundle, '--no-cache', '--quiet']);
      await rename(join(bundle, 'index.js'), join(bundle, `${program}.js`));
      await cp(bundle, join(target, 'dist'), { recursive: true });
    }),
  );
}

/** Types are checked elsewhere; here they are only taken away. */
async function compile(folder: string): Promise<void> {
  await mkdir(join(folder, 'dist'));
  await cp(join(EXAMPLE, 'package.json'), join(folder, 'package.json'));
  for (const name of await readdir(join(EXAMPLE, 'src'))) {
    const { code } = await transformFile(join(EXAMPLE, 'src', name), {
      jsc: { target: 'es2023', parser: { syntax: 'typescript' } },
      module: { type: 'es6' },
    });
    await writeFile(join(folder, 'dist', name.replace(/\.ts$/, '.js')), code);
  }
}

async function fingerprint(): Promise<string> {
  const sources = (await readdir(join(EXAMPLE, 'src'))).sort().map((name) => join(EXAMPLE, 'src', name));
  const hash = createHash('sha256');
  for (const file of [...sources, join(EXAMPLE, 'package.json')]) {
    hash.update(basename(file)).update(await readFile(file));
  }
  return hash.digest('hex').slice(0, 16);
}

async function put(source: string, target: string): Promise<void> {
  await mkdir(dirname(target), { recursive: true });
  await copyFile(source, target);
}

/** Absolute paths out of lines such as `libdl.so.2 => /lib/x86_64-linux-gnu/libdl.so.2 (0x…)`. */
async function librariesOf(program: string): Promise<readonly string[]> {
  const { stdout } = await run('ldd', [program]);
  return [...stdout.matchAll(/(?:^|\s)(\/\S+\.so\S*)/gm)].map(([, path = '']) => path);
}
