import { spawnSync } from 'node:child_process';
import { describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';
import { mapsIn, root, textOf } from '../pages.js';
import { FILES, nameOf, OURS } from './workflow.js';

/* The script is plain JavaScript, because it needs nothing but Node and git. */
interface Pins {
  readonly usesIn: (
    text: string,
  ) => readonly { readonly repository: string; readonly path: string; readonly ref: string }[];
  readonly unpinnedIn: (texts: readonly string[]) => readonly string[];
  readonly listedIn: (contributing: string) => readonly string[];
  readonly tagsIn: (listing: string) => ReadonlyMap<string, string>;
  readonly pinOf: (
    ref: string,
    tags: ReadonlyMap<string, string>,
  ) => { readonly sha: string; readonly version: string } | undefined;
  readonly pin: (text: string, tagsOf: (repository: string) => ReadonlyMap<string, string>) => string;
}
const file: string = '../../scripts/pin-actions.js';
const { usesIn, unpinnedIn, listedIn, tagsIn, pinOf, pin } = (await import(file)) as Pins;

const sha = (digit: string): string => digit.repeat(40);
const LISTING = [
  `${sha('1')}\trefs/tags/v4`,
  `${sha('2')}\trefs/tags/v4.2.0`,
  `${sha('3')}\trefs/tags/v4.2.0^{}`,
  `${sha('3')}\trefs/tags/v4.10.0`,
  `${sha('3')}\trefs/tags/v4.9.0`,
  `${sha('3')}\trefs/tags/v4^{}`,
  '',
].join('\n');

describe('the actions of others in our workflows', () => {
  it.each(FILES)('are all seen by the script in %s, which reads lines and no YAML', (path) => {
    const text = textOf(path);
    const used = mapsIn(parse(text)).flatMap(({ uses }) => (typeof uses === 'string' ? [uses] : []));
    const ofOthers = used.filter((uses) => uses !== './' && !nameOf(uses).startsWith(OURS));
    expect(usesIn(text).map((use) => `${use.repository}${use.path}@${use.ref}`)).toEqual(ofOthers);
  });

  it('are pinned by the SHA of a commit with its version, or listed in CONTRIBUTING.md', () => {
    expect(unpinnedIn(FILES.map(textOf))).toEqual(listedIn(textOf('CONTRIBUTING.md')));
  });

  it('are checked by the script as well', () => {
    const { status, stdout } = spawnSync(process.execPath, ['scripts/pin-actions.js', '--check'], {
      cwd: root,
    });
    expect([status, String(stdout).trim()]).toEqual([0, listedIn(textOf('CONTRIBUTING.md')).join('\n')]);
  });
});

describe('the script that pins actions', () => {
  it.each([
    ['a tag', 'uses: actions/checkout@v4', 'actions/checkout@v4'],
    ['a whole version', '- uses: github/codeql-action/init@v4.36.2', 'github/codeql-action/init@v4.36.2'],
    ['a SHA without its version', `uses: a/b@${sha('1')}`, `a/b@${sha('1')}`],
    ['a SHA with a tag that moves', `uses: a/b@${sha('1')} # v4`, `a/b@${sha('1')}`],
    ['a short SHA', 'uses: a/b@1111111 # v4.2.0', 'a/b@1111111'],
  ])('names %s as unpinned', (_, line, name) => {
    expect(unpinnedIn([line, line])).toEqual([name]);
  });

  it.each([
    `uses: a/b@${sha('1')} # v4.2.0`,
    'uses: mentalspace/deploy-backend@v1',
    'uses: mentalspace/deploy-backend/.github/workflows/deploy-backend.yml@v1',
    'uses: ./',
    '# uses a/b@v1',
  ])('is content with %s', (line) => {
    expect(unpinnedIn([line])).toEqual([]);
  });

  it('reads the list of what is not pinned from its section alone', () => {
    const page = '## A\n- `x/y@v1`\n## Pins\n\nThose:\n\n- `c/d@v2`: why\n- `a/b@v1`\n\n## B\n- `z@v1`\n';
    expect(listedIn(page)).toEqual(['a/b@v1', 'c/d@v2']);
  });

  it('takes the commit behind an annotated tag, and the version of that commit', () => {
    const tags = tagsIn(LISTING);
    expect(pinOf('v4', tags)).toEqual({ sha: sha('3'), version: 'v4.10.0' });
    expect(pinOf('v4.2.0', tags)).toEqual({ sha: sha('3'), version: 'v4.2.0' });
    expect(pinOf('v5', tags)).toBeUndefined();
  });

  it('pins every line that is not pinned, and changes no other', () => {
    const tags = tagsIn(LISTING);
    const text = [
      'steps:',
      '  - uses: a/b/c@v4',
      `  - uses: a/b@${sha('1')} # v1.0.0`,
      '  - uses: d/e@v9',
      '',
    ];
    const asked: string[] = [];
    const pinned = pin(text.join('\n'), (repository) => {
      asked.push(repository);
      return tags;
    });
    expect(pinned.split('\n')).toEqual([text[0], `  - uses: a/b/c@${sha('3')} # v4.10.0`, ...text.slice(2)]);
    expect(asked).toEqual(['a/b', 'd/e']);
  });
});
