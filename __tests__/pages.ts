import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { lexer, type Token, type Tokens } from 'marked';
import { parse, parseAllDocuments } from 'yaml';

/* Reads the pages of this repository, and what tests hold them against. */

/** The folder of the repository. */
export const root = fileURLToPath(new URL('..', import.meta.url));
/** The text of a file of the repository. */
export const textOf = (path: string): string => readFileSync(join(root, path), 'utf8');
/** The files below a folder of the repository. */
export const filesIn = (folder: string): readonly string[] =>
  readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => relative(root, join(parentPath, name)));

/** What people read. */
export const PAGES = [
  'README.md',
  'CHANGELOG.md',
  'CONTRIBUTING.md',
  'SECURITY.md',
  ...filesIn('docs').filter((path) => path.endsWith('.md')),
];

/** Every token of a page, those inside of others as well. */
export function tokensOf(page: string): readonly Token[] {
  const all: Token[] = [];
  lexer(textOf(page)).forEach(function collect(token: Token): void {
    all.push(token);
    for (const inner of innerOf(token)) collect(inner);
  });
  return all;
}

/** What a token holds: items of a list and cells of a table are kept apart from other tokens. */
function innerOf(token: Token): readonly Token[] {
  if (token.type === 'list') return (token as Tokens.List).items;
  if (token.type !== 'table') return 'tokens' in token ? (token.tokens ?? []) : [];
  const { header, rows } = token as Tokens.Table;
  return [header, ...rows].flat().flatMap((cell) => cell.tokens);
}

/** The headings of a page. */
export const headings = (page: string): readonly Tokens.Heading[] =>
  tokensOf(page).filter((token): token is Tokens.Heading => token.type === 'heading');
/** The blocks of code of a page that are of one of the languages. */
export const blocks = (page: string, ...languages: readonly string[]): readonly string[] =>
  tokensOf(page)
    .filter((token): token is Tokens.Code => token.type === 'code')
    .filter(({ lang }) => languages.includes(lang ?? ''))
    .map(({ text }) => text);
/** What a page has between backticks. */
export const spans = (page: string): readonly string[] =>
  tokensOf(page)
    .filter((token): token is Tokens.Codespan => token.type === 'codespan')
    .map(({ text }) => text);
/** Where the links of a page lead. */
export const links = (page: string): readonly string[] =>
  tokensOf(page)
    .filter((token): token is Tokens.Link => token.type === 'link')
    .map(({ href }) => href);

/** What action.yml says. */
export const action = parse(textOf('action.yml')) as Record<
  'inputs' | 'outputs',
  Record<string, { readonly description: string; readonly default?: string }>
>;

/** A map of YAML that may be the step of a job. */
export interface Step {
  readonly uses?: unknown;
  readonly with?: unknown;
  readonly run?: unknown;
}

/** Every map of a YAML document, which the steps of a workflow are among. */
export function mapsIn(value: unknown): readonly Step[] {
  if (Array.isArray(value)) return value.flatMap(mapsIn);
  if (typeof value !== 'object' || value === null) return [];
  return [value, ...Object.values(value).flatMap(mapsIn)];
}

/** Every map of the YAML of a page. */
export const stepsIn = (page: string): readonly Step[] =>
  blocks(page, 'yaml').flatMap((text) =>
    parseAllDocuments(text).flatMap((document) => mapsIn(document.toJS() as unknown)),
  );

/** The commands of a script, each as its words: what quotes hold is one word, and a continued line goes on. */
export function commandsIn(script: string): readonly (readonly string[])[] {
  const pieces =
    script.replaceAll('\\\n', ' ').match(/#.*|"[^"]*"|'[^']*'|\n|&&|\|\||[|;]|[^\s"'|;&]+|[ \t]+/g) ?? [];
  const commands: string[][] = [[]];
  let word = '';
  const end = (): void => {
    if (word !== '') commands.at(-1)?.push(word);
    word = '';
  };
  for (const piece of pieces) {
    if (/^(?:\n|&&|\|\||[|;])$/.test(piece)) {
      end();
      commands.push([]);
    } else if (/^[ \t]+$/.test(piece)) end();
    else if (!piece.startsWith('#') || word !== '') word += piece;
  }
  end();
  return commands.filter((words) => words.length > 0);
}

/** The commands that a page has people or workflows run. */
export const commandsOn = (page: string): readonly (readonly string[])[] => [
  ...blocks(page, 'sh').flatMap(commandsIn),
  ...stepsIn(page).flatMap(({ run }) => (typeof run === 'string' ? commandsIn(run) : [])),
];
