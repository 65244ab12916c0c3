// Pins actions of others by the SHA of a commit: `node scripts/pin-actions.js` replaces each `uses: owner/name@v1.2.3` in the
// workflows by `uses: owner/name@<SHA> # v1.2.3`, and asks GitHub by `git ls-remote` which commit a tag is. A tag such as
// v1 becomes the newest version that points to the same commit. With --check it asks nobody, names what is not pinned, and
// fails when that is not what CONTRIBUTING.md lists below "Pins".
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const FOLDERS = ['.github/workflows', 'examples/workflows'];
/** Ours is called by its moving tag, and `./` is this repository. */
const OURS = 'mentalspace/deploy-backend';
const USES = /^(\s*(?:-\s+)?uses:\s+)([\w.-]+\/[\w.-]+)((?:\/[\w./-]+)?)@(\S+)(.*)$/;

/** Every action of others that a workflow uses: `{ repository, path, ref, comment }` with the number of its line, from 0. */
export function usesIn(text) {
  return text.split('\n').flatMap((line, number) => {
    const [, , repository, path, ref, rest] = USES.exec(line) ?? [];
    if (repository === undefined || repository === OURS) return [];
    return [{ number, repository, path, ref, comment: rest.trim() }];
  });
}

/** Whether it is pinned: by a whole SHA, with the version that this is in a comment. */
export function isPinned({ ref, comment }) {
  return /^[0-9a-f]{40}$/.test(ref) && /^# v\d+\.\d+\.\d+$/.test(comment);
}

/** `owner/name@ref` of each that is not pinned, without repetition. */
export function unpinnedIn(texts) {
  const found = texts.flatMap(usesIn).filter((use) => !isPinned(use));
  return [...new Set(found.map(({ repository, path, ref }) => `${repository}${path}@${ref}`))].sort();
}

/** What CONTRIBUTING.md lists below "Pins". */
export function listedIn(contributing) {
  const [, section = ''] = contributing.split(/^## Pins$/m);
  return [...section.split(/^## /m)[0].matchAll(/^- `([^`]+)`/gm)].map(([, name]) => name).sort();
}

/** The tags of a repository and the commits that they lead to, from the output of `git ls-remote --tags`. */
export function tagsIn(listing) {
  const lines = listing.split('\n').flatMap((line) => {
    const [, sha, name, peeled] = /^([0-9a-f]{40})\trefs\/tags\/(.+?)(\^\{\})?$/.exec(line) ?? [];
    return sha === undefined ? [] : [{ sha, name, peeled: peeled !== undefined }];
  });
  // An annotated tag has a SHA of its own; the commit's comes as a second line, with ^{} behind the name.
  lines.sort((left, right) => Number(left.peeled) - Number(right.peeled));
  return new Map(lines.map(({ name, sha }) => [name, sha]));
}

const isVersion = (name) => /^v\d+\.\d+\.\d+$/.test(name);

/** The SHA of a tag, and the newest whole version that leads to the same commit; undefined when there is none. */
export function pinOf(ref, tags) {
  const sha = tags.get(ref);
  const versions = [...tags]
    .filter(([name, other]) => other === sha && isVersion(name))
    .map(([name]) => name);
  const [newest] = versions.sort((a, b) => b.localeCompare(a, 'en', { numeric: true }));
  const version = isVersion(ref) ? ref : newest;
  return sha === undefined || version === undefined ? undefined : { sha, version };
}

/** The text of a workflow with every action pinned that is not; `tagsOf` gives the tags of a repository. */
export function pin(text, tagsOf) {
  const lines = text.split('\n');
  for (const use of usesIn(text).filter((one) => !isPinned(one))) {
    const found = pinOf(use.ref, tagsOf(use.repository));
    if (found === undefined) continue;
    lines[use.number] = lines[use.number].replace(USES, `$1$2$3@${found.sha} # ${found.version}`);
  }
  return lines.join('\n');
}

const files = () =>
  FOLDERS.flatMap((folder) => readdirSync(join(ROOT, folder)).map((name) => join(ROOT, folder, name))).filter(
    (path) => /\.ya?ml$/.test(path),
  );
const read = (path) => readFileSync(path, 'utf8');

function check() {
  const unpinned = unpinnedIn(files().map(read));
  for (const name of unpinned) console.log(name);
  if (unpinned.join() === listedIn(read(join(ROOT, 'CONTRIBUTING.md'))).join()) return;
  console.error('That is not what CONTRIBUTING.md lists below "Pins".');
  process.exitCode = 1;
}

function pinAll() {
  const known = new Map();
  const tagsOf = (repository) => {
    const url = `https://github.com/${repository}`;
    if (!known.has(repository)) {
      known.set(repository, tagsIn(execFileSync('git', ['ls-remote', '--tags', url], { encoding: 'utf8' })));
    }
    return known.get(repository);
  };
  for (const path of files()) writeFileSync(path, pin(read(path), tagsOf));
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  if (process.argv.includes('--check')) check();
  else pinAll();
}
