// What a tag means for a release: `node scripts/release.js TAG NOTES` writes the notes of that version to the file NOTES and
// prints `name=value` lines as GITHUB_OUTPUT takes them: prerelease, latest, moving-tags. Fails when the tag is no
// version, is not that of package.json, or has no notes in CHANGELOG.md. Needs git and no package.
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

/** Semantic versions, as far as this project makes them: with a prerelease of letters, digits, dots and hyphens, without build metadata. */
const VERSION = /^v(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)(?:-([0-9A-Za-z.-]+))?$/;

/** The parts of a tag such as v1.2.3 or v1.2.3-rc.1; undefined when it is none. */
export function parseTag(tag) {
  const [, major, minor, patch, prerelease] = VERSION.exec(tag) ?? [];
  return major === undefined ? undefined : { numbers: [major, minor, patch].map(Number), prerelease };
}

const newer = (left, right) => {
  const place = left.findIndex((number, index) => number !== right[index]);
  return place >= 0 && left[place] > right[place];
};

/**
 * Whether a tag is a prerelease, whether it is the newest release of all, and which of vX and vX.Y lead to it from now on:
 * those whose newest release it is. `tags` are all tags that there are.
 */
export function placeOf(tag, tags) {
  const version = parseTag(tag);
  if (version === undefined) throw new Error(`${tag} is no version such as v1.2.3 or v1.2.3-rc.1.`);
  if (version.prerelease !== undefined) return { prerelease: true, latest: false, moving: [] };
  const releases = tags.map(parseTag).filter((other) => other && other.prerelease === undefined);
  const { numbers } = version;
  const isNewest = (depth) =>
    !releases.some(
      (other) =>
        numbers.slice(0, depth).every((number, index) => number === other.numbers[index]) &&
        newer(other.numbers, numbers),
    );
  const moving = [1, 2].filter(isNewest).map((depth) => `v${numbers.slice(0, depth).join('.')}`);
  return { prerelease: false, latest: isNewest(0), moving };
}

/** The section of a version in a changelog of the form of Keep a Changelog, without its heading; undefined: there is none. */
export function notesOf(changelog, name) {
  const section = changelog.split(/^(?=## )/m).find((text) => text.startsWith(`## [${name}]`));
  return section?.replace(/^.*\n/, '').trim() || undefined;
}

/** The notes of a tag: of its version; a prerelease may have those of the version that it leads to, or of what is unreleased. */
export function notesFor(tag, changelog) {
  const name = tag.replace(/^v/, '');
  const names =
    parseTag(tag)?.prerelease === undefined ? [name] : [name, name.replace(/-.*$/, ''), 'Unreleased'];
  const notes = names.map((one) => notesOf(changelog, one)).find(Boolean);
  if (notes === undefined) throw new Error(`CHANGELOG.md has no section [${name}], or nothing in it.`);
  return notes;
}

/** Throws unless the tag is the version of the package; a prerelease may lead to that version. */
export function compareWithPackage(tag, version) {
  const name = tag.replace(/^v/, '');
  const allowed = parseTag(tag)?.prerelease === undefined ? [name] : [name, name.replace(/-.*$/, '')];
  if (!allowed.includes(version)) throw new Error(`The tag is ${tag}, and package.json says ${version}.`);
}

/** Reads the repository in `root`, writes the notes, and returns the lines for GITHUB_OUTPUT. */
export function planRelease(root, tag, notesFile) {
  const git = (...args) => execFileSync('git', args, { cwd: root, encoding: 'utf8' });
  const { prerelease, latest, moving } = placeOf(tag, git('tag', '--list').split('\n'));
  compareWithPackage(tag, JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')).version);
  writeFileSync(notesFile, `${notesFor(tag, readFileSync(join(root, 'CHANGELOG.md'), 'utf8'))}\n`);
  return [`prerelease=${prerelease}`, `latest=${latest}`, `moving-tags=${moving.join(' ')}`];
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const [tag = '', notes = ''] = process.argv.slice(2);
  try {
    console.log(planRelease(process.cwd(), tag, notes).join('\n'));
  } catch (error) {
    console.error(`::error title=release::${error.message}`);
    process.exitCode = 1;
  }
}
