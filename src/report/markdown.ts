import { cleanLine, cleanLines } from '../model/untrusted-text.js';

/*
 * Any text as GitHub-flavoured Markdown that shows just that text. Entities are never markup, so every
 * character that could begin some is written as one. Mentions, issue numbers and emoji are found in the finished
 * page, outside of code, where an entity is a plain character again; a zero-width space after the sign breaks those.
 */

/** One line of any text, inert in a paragraph, a heading, a list or a table cell. */
export function text(value: string, maxLength = 500): string {
  return inert(cleanLine(value, maxLength).replace(/@|#(?=\d)|(?<=\bgh)-(?=\d)|:(?=[\w+-]+:)/gi, '$&\u200B'));
}

/** One line of any text in a fixed-width font, where nobody is mentioned and what is copied is what was meant. */
export function code(value: string, maxLength = 500): string {
  return `<code>${inert(cleanLine(value, maxLength))}</code>`;
}

function inert(line: string): string {
  return line.replace(
    /[&<>"'`|\\*_{}[\]()!~:$+=^]|(?<=www)\.|^[-#]|(?<=^\d{1,9})\./gi,
    (sign) => `&#${String(sign.codePointAt(0))};`,
  );
}

/** A link, where `href` is a web address; else only the text. */
export function link(value: string, href: string): string {
  const target = webUrl(href);
  if (target === undefined) return text(value);
  const attribute = target.replace(/[&<>"'`|\\]/g, (sign) => `&#${String(sign.codePointAt(0))};`);
  return `<a href="${attribute}">${text(value)}</a>`;
}

/** The address as browsers write it, without user name and password; undefined when it is none of http or https. */
export function webUrl(href: string): string | undefined {
  const url = URL.canParse(href) ? new URL(href) : undefined;
  if (!url || !/^https?:$/.test(url.protocol) || url.username !== '' || url.password !== '') return undefined;
  return url.href;
}

/** Lines of any text as a block, fenced by more backticks than any line begins with. */
export function block(lines: readonly string[], language = ''): string {
  const clean = lines.flatMap((line) => cleanLines(line));
  const longest = Math.max(2, ...clean.map((line) => /`+/.exec(line)?.[0].length ?? 0));
  const fence = '`'.repeat(longest + 1);
  return [`${fence}${language}`, ...clean, fence].join('\n');
}

/** A table of cells that are Markdown already. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const row = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  return [row(head), row(head.map(() => '---')), ...rows.map(row)].join('\n');
}

/** Something that a reader may unfold. The title is any text, the body Markdown. */
export function details(title: string, body: string): string {
  return `<details><summary>${text(title)}</summary>\n\n${body}\n\n</details>`;
}
