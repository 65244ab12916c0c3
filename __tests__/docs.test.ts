import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { parse, parseAllDocuments } from 'yaml';
import {
  action,
  blocks,
  commandsIn,
  commandsOn,
  filesIn,
  headings,
  links,
  PAGES,
  root,
  spans,
  stepsIn,
  textOf,
} from './pages.js';

/*
 * What the documents say is held against what there is: a command, an input, a file or a code that a page names and the
 * repository does not have is a defect of the page.
 */

const FORMS = filesIn('.github/ISSUE_TEMPLATE');
const manifest = JSON.parse(textOf('package.json')) as {
  readonly version: string;
  readonly scripts: Record<string, string>;
};

/** The anchor that GitHub gives a heading: in lower case, without signs, a hyphen for each space. */
function anchorOf(heading: string): string {
  return heading
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\s_-]/gu, '')
    .replaceAll(' ', '-');
}

/** Keys of workflows, of other actions and of the smoke file that pages name. */
const OTHER_KEYS = [
  ...['if', 'container', 'permissions', 'contents', 'id-token', 'deployments', 'cancel-in-progress'],
  ...['fetch-depth', 'mask-aws-account-id', 'output-credentials', 'headers', 'env', 'secrets'],
];
/** Flags of AWS's command line, the sandbox and its database that pages name. */
const OTHER_FLAGS = ['help', 'desired-count', 'runtime', 'max-connections'];

const isOurs = (words: readonly string[]): boolean =>
  words[0] === 'deploy-backend' || (words[0] === 'node' && /(^|\/)dist\/cli\.js$/.test(words[1] ?? ''));

describe('the reading of commands', () => {
  it('takes quotes, comments, continued lines and chains as a shell does', () => {
    const script =
      'npm ci && npm test  # all\naws s3 cp "a b" \\\n  s3://c/d\ngit log --format=\'%h; %s\' | node x.js';
    expect(commandsIn(script)).toEqual([
      ['npm', 'ci'],
      ['npm', 'test'],
      ['aws', 's3', 'cp', '"a b"', 's3://c/d'],
      ['git', 'log', "--format='%h; %s'"],
      ['node', 'x.js'],
    ]);
  });
});

describe('SECURITY.md', () => {
  it('says of the version that this is whether it is supported', () => {
    const [major = '', minor = ''] = manifest.version.split('.');
    expect(textOf('SECURITY.md')).toMatch(new RegExp(`^\\| ${major}\\.${minor}\\b`, 'm'));
  });
});

describe('docs/troubleshooting.md', () => {
  const PAGE = 'docs/troubleshooting.md';
  const NO_CODES = 'What is no failure code';
  const codes = [
    .../export type FailureCode =([^;]+);/.exec(textOf('src/errors.ts'))![1]!.matchAll(/'([a-z-]+)'/g),
  ].map(([, code]) => code ?? '');

  /** The entries below each heading of the second level. */
  const entries = headings(PAGE).reduce<{ readonly section: string; readonly name: string }[]>(
    (found, { depth, text }) => {
      const section = depth === 2 ? text : (found.at(-1)?.section ?? '');
      return [...found, { section, name: depth === 3 ? text : '' }];
    },
    [],
  );

  it('has one entry for every failure code, and none for a code that there is not', () => {
    const told = entries
      .filter(({ section, name }) => section !== NO_CODES && name !== '')
      .map(({ name }) => name);
    expect([...told].sort()).toEqual([...codes].sort());
    expect(codes.length).toBeGreaterThan(40);
  });

  it('says of every code what it means, what to look at and how to mend it, in this order', () => {
    const text = textOf(PAGE);
    const shapeless = codes.filter((code) => {
      const [, body = ''] = text.split(`\n### ${code}\n`);
      const own = body.split(/\n##/)[0] ?? '';
      const places = ['**Means:**', '**Look at:**', '**Fix:**'].map((label) => own.indexOf(label));
      return places.some((place, index) => place < 0 || place < (places[index - 1] ?? 0));
    });
    expect(shapeless).toEqual([]);
  });

  it('quotes only what the source says', () => {
    const source = filesIn('src').map(textOf).join('\n');
    const quotes = [...textOf(PAGE).matchAll(/“([^”]+)”/g)].map(([, quote = '']) =>
      quote.replace(/\s+/g, ' '),
    );
    expect(quotes.filter((quote) => !source.includes(quote))).toEqual([]);
    expect(quotes.length).toBeGreaterThan(20);
  });
});

describe.each(PAGES)('%s', (page) => {
  it('links to files and headings that there are', () => {
    const targets = links(page).filter((href) => !/^(?:https?|mailto):/.test(href));
    const broken = targets.filter((href) => {
      const [path = '', anchor] = href.split('#');
      const file = path === '' ? page : join(dirname(page), path);
      if (!existsSync(join(root, file))) return true;
      return anchor !== undefined && !headings(file).some(({ text }) => anchorOf(text) === anchor);
    });
    expect(broken).toEqual([]);
  });

  it('names only files that there are', () => {
    const named = textOf(page).match(
      /(?<![\w./*-])(?:src|sandbox|runner|scripts|examples|docs|bench|__tests__)\/[\w./-]*\w(?![\w*])/g,
    );
    expect([...new Set(named)].filter((path) => !existsSync(join(root, path)))).toEqual([]);
  });

  it('has only YAML that can be parsed', () => {
    const wrong = blocks(page, 'yaml', 'yml').flatMap((text) =>
      parseAllDocuments(text).flatMap(({ errors, warnings }) =>
        [...errors, ...warnings].map(({ message }) => `${message} in\n${text}`),
      ),
    );
    expect(wrong).toEqual([]);
  });

  it('gives the action only inputs that it has, and takes only outputs that it has', () => {
    const ours = stepsIn(page).filter(({ uses }) => /^mentalspace\/deploy-backend@/.test(String(uses)));
    const inputs = ours.flatMap(({ with: given }) => Object.keys(given ?? {}));
    const outputs = [...textOf(page).matchAll(/\.outputs\.([\w-]+)/g)].map(([, name]) => name ?? '');
    expect(inputs.filter((name) => !(name in action.inputs))).toEqual([]);
    expect(outputs.filter((name) => !(name in action.outputs))).toEqual([]);
  });

  it('names in `name: value` only inputs, and words of workflows, of other actions and of the smoke file', () => {
    const named = spans(page).flatMap((span) => /^([a-z][a-z-]+): /.exec(span)?.[1] ?? []);
    expect(named.filter((name) => !(name in action.inputs) && !OTHER_KEYS.includes(name))).toEqual([]);
  });

  it('gives the command only flags that are inputs, and names few of other programs', () => {
    const lines = spans(page).filter((span) => /^(?:deploy-backend |node dist\/cli\.js |--)/.test(span));
    const words = [...commandsOn(page).filter(isOurs), ...lines.map((line) => line.split(' '))].flat();
    const flags = words.flatMap((word) => /^--(?:no-)?([a-z]+(?:-[a-z]+)*)(?=$|=)/.exec(word)?.[1] ?? []);
    expect(flags.filter((flag) => !(flag in action.inputs) && !OTHER_FLAGS.includes(flag))).toEqual([]);
  });

  it('has people run only programs that are known to this test', () => {
    const KNOWN = ['npm', 'npx', 'node', 'git', 'aws', 'bash', 'deploy-backend'];
    const others = commandsOn(page).flatMap(([program = '']) => (KNOWN.includes(program) ? [] : [program]));
    expect(others).toEqual([]);
  });

  it('names only scripts that package.json has', () => {
    const scripts = [...textOf(page).matchAll(/\bnpm run (?:--\S+ )*([a-z][\w:-]*)/g)].map(
      ([, name]) => name ?? '',
    );
    expect(scripts.filter((name) => !(name in manifest.scripts))).toEqual([]);
  });
});

describe('the forms for issues', () => {
  interface Form {
    readonly name?: string;
    readonly description?: string;
    readonly body?: readonly { readonly type: string; readonly id?: string; readonly attributes?: object }[];
  }

  it('are there, with a configuration', () => {
    expect(FORMS.map((path) => path.slice(path.lastIndexOf('/') + 1)).sort()).toEqual([
      'bug.yml',
      'config.yml',
      'feature.yml',
    ]);
  });

  it.each(FORMS.filter((path) => !path.endsWith('config.yml')))(
    '%s has what GitHub asks of a form',
    (path) => {
      const { name, description, body = [] } = parse(textOf(path)) as Form;
      const ids = body.flatMap(({ id }) => id ?? []);
      expect(name).toMatch(/\S/);
      expect(description).toMatch(/\S/);
      expect(new Set(ids).size).toBe(ids.length);
      expect(
        body.filter(
          ({ type }) => !['markdown', 'input', 'textarea', 'dropdown', 'checkboxes'].includes(type),
        ),
      ).toEqual([]);
      expect(body.some(({ type }) => type !== 'markdown')).toBe(true);
    },
  );
});
