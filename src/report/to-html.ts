import { cleanLine, cleanLines } from '../model/untrusted-text.js';
import { inLine, plain, type Block, type Line, type Page, type Section, type Span } from './content.js';
import { webUrl } from './markdown.js';
import { STYLE } from './style.js';
import { timelineSvg } from './timeline.js';

/**
 * The page as one HTML file that needs nothing else: no script, no picture, no style from elsewhere, and a policy that
 * would refuse any.
 */
export function toHtml(page: Page): string {
  return [
    '<!doctype html>',
    '<html lang="en">',
    '<meta charset="utf-8">',
    `<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">`,
    '<meta name="viewport" content="width=device-width, initial-scale=1">',
    '<meta name="referrer" content="no-referrer">',
    `<title>${escape(plain(page.title))}</title>`,
    `<style>${STYLE}</style>`,
    '<main>',
    `<h1>${inline(page.title)}</h1>`,
    ...page.lead.map(blockOf),
    ...page.sections.map(sectionOf),
    '</main>',
    '</html>',
    '',
  ].join('\n');
}

/** Evidence is folded; a browser opens it, also to print it. */
function sectionOf({ title, folded, blocks }: Section): string {
  const body = blocks.map(blockOf).join('\n');
  return folded
    ? `<details>\n<summary>${escape(title)}</summary>\n${body}\n</details>`
    : `<section>\n<h2>${escape(title)}</h2>\n${body}\n</section>`;
}

function blockOf(part: Block): string {
  switch (part.kind) {
    case 'paragraph':
      return `<p>${inline(part.line)}</p>`;
    case 'list':
      return `<ul>${part.items.map((item) => `<li>${inline(item)}</li>`).join('')}</ul>`;
    case 'table':
      return tableOf(part.head, part.rows);
    case 'quote':
      return `<pre>${part.lines
        .flatMap((line) => cleanLines(line))
        .map(verbatim)
        .join('\n')}</pre>`;
    case 'alert':
      return `<div class="alert ${part.level}" role="alert">${part.blocks.map(blockOf).join('')}</div>`;
    case 'timeline':
      return `<figure>${timelineSvg(part.bars)}</figure>`;
  }
}

function tableOf(head: readonly Line[], rows: readonly (readonly Line[])[]): string {
  const cells = (tag: 'th' | 'td', line: readonly Line[]): string =>
    line.map((cell) => `<${tag}>${inline(cell)}</${tag}>`).join('');
  const titled = head.some((cell) => plain(cell) !== '');
  return [
    '<div class="wide"><table>',
    ...(titled ? [`<thead><tr>${cells('th', head)}</tr></thead>`] : []),
    '<tbody>',
    ...rows.map((row) => `<tr>${cells('td', row)}</tr>`),
    '</tbody></table></div>',
  ].join('\n');
}

function inline(line: Line): string {
  return line.map(spanOf).join('');
}

function spanOf(span: Span): string {
  if (typeof span === 'string') return inLine(span, escape);
  if ('code' in span) return `<code>${escape(span.code)}</code>`;
  if ('strong' in span) return `<strong>${escape(span.strong)}</strong>`;
  const href = webUrl(span.href);
  return href === undefined ? escape(span.text) : `<a href="${escape(href)}">${escape(span.text)}</a>`;
}

/** Any text as HTML that shows just that text, in an element as in an attribute. */
function escape(value: string): string {
  return cleanLine(value).replace(/[&<>"'`]/g, (sign) => `&#${String(sign.codePointAt(0))};`);
}

/** A line whose blanks count. */
function verbatim(line: string): string {
  return `${/^ */.exec(line)?.[0] ?? ''}${escape(line)}`;
}
