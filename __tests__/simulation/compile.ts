import { transform } from '@swc/core';
import { mkdir, mkdtemp, readdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../', import.meta.url));
const cache = join(root, 'node_modules/.cache');

/** Changes the text of a source file before it is compiled; the path is as from the root, such as `src/run.ts`. */
export type Edit = (path: string, text: string) => string;

/**
 * Compiles the sources that the simulation is made of to JavaScript, into a folder of their own, from where the packages are found, and
 * returns that folder. Loaded by plain Node, so that nothing but the sources decides what happens in which order: a loader such as tsx
 * answers each `import()` from another thread, sooner or later.
 */
export async function compile(edit: Edit = (_, text) => text): Promise<string> {
  await mkdir(cache, { recursive: true });
  const target = await mkdtemp(join(cache, 'simulation-'));
  const sources = (await Promise.all(['src', 'sandbox', 'bench', '__tests__'].map(filesIn))).flat();
  await Promise.all(
    sources.map(async (path) => {
      const { code } = await transform(edit(path, await readFile(join(root, path), 'utf8')), {
        filename: path,
        configFile: false,
        swcrc: false,
        jsc: { target: 'es2023', parser: { syntax: 'typescript' } },
        module: { type: 'es6' },
      });
      const made = join(target, path.replace(/\.ts$/, '.js'));
      await mkdir(dirname(made), { recursive: true });
      await writeFile(made, code);
    }),
  );
  // Which the policies are read from.
  await symlink(join(root, 'docs'), join(target, 'docs'));
  await writeFile(join(target, 'package.json'), '{ "type": "module" }\n');
  return target;
}

async function filesIn(folder: string): Promise<readonly string[]> {
  const entries = await readdir(join(root, folder), { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile() && /(?<!\.test|\.d)\.ts$/.test(entry.name))
    .map(({ parentPath, name }) => join(parentPath, name).slice(root.length));
}
