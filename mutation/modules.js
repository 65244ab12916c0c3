import { readFileSync } from 'node:fs';
import { registerHooks, stripTypeScriptTypes } from 'node:module';
import { fileURLToPath } from 'node:url';

/*
 * How a process finds and reads the sources: `.js` means `.ts`, and `@jest/globals` is the one here. A file may be loaded
 * again, with all that imports it, under a version in the query of their URLs: so a mutant gets into what a module
 * does while it is loaded.
 */

const GLOBALS = new URL('globals.js', import.meta.url).href;

/** What imports a file, what it reads as without its types, and the ids of its mutants; all by URL. */
const importers = new Map();
const sources = new Map();
const mutants = new Map();

/** What is loaded again in the version that is being loaded. */
let again = new Map();

/** Makes the project's files loadable in this process. To be called once. */
export function followModules() {
  registerHooks({
    resolve(specifier, context, next) {
      if (specifier === '@jest/globals') return { url: GLOBALS, shortCircuit: true };
      if (!specifier.startsWith('.') || !isSource(context.parentURL)) return next(specifier, context);
      const url = new URL(specifier.replace(/\.js$/, '.ts'), context.parentURL).href;
      if (!isSource(url)) return next(specifier, context);
      const version = new URL(context.parentURL).search;
      const importer = withoutVersion(context.parentURL);
      importers.set(url, (importers.get(url) ?? new Set()).add(importer));
      return { url: again.has(url) ? url + version : url, format: 'module', shortCircuit: true };
    },
    load(url, context, next) {
      if (!isSource(url)) return next(url, context);
      return { format: 'module', source: sourceOf(withoutVersion(url)), shortCircuit: true };
    },
  });
}

const withoutVersion = (url) => url.replace(/\?.*/, '');
const isSource = (url) => /^file:.*\.ts(\?.*)?$/.test(url ?? '') && !url.includes('/node_modules/');

function sourceOf(url) {
  const known = sources.get(url);
  if (known !== undefined) return known;
  const text = readFileSync(fileURLToPath(url), 'utf8');
  for (const [, id] of text.matchAll(/stryMutAct_\w+\("(\d+)"\)/g)) mutants.set(id, url);
  const source = stripTypeScriptTypes(text);
  sources.set(url, source);
  return source;
}

/** The URL of the file that a mutant is in, by its id. */
export function fileOfMutant(id) {
  return mutants.get(id);
}

/** How many imports each file is away from one that it needs, by URL. */
export function distancesFrom(url) {
  const found = new Map([[url, 0]]);
  for (const [file, distance] of found)
    for (const importer of importers.get(file) ?? [])
      if (!found.has(importer)) found.set(importer, distance + 1);
  return found;
}

/** Loads a file anew, with everything between it and the file `changed`. */
export function loadAnew(url, changed, version) {
  again = distancesFrom(changed);
  return import(`${url}?${String(version)}`);
}
