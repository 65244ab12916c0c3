import { inLine, type Block, type Line, type Page, type Section, type Span } from './content.js';
import { gantt } from './gantt.js';
import { block, code, details, link, table, text } from './markdown.js';

/** How a page is to be written. */
export interface MarkdownForm {
  /** Whether evidence is folded away, as in a job summary; a document shows all of it. */
  readonly folds: boolean;
  /** Bytes. Sections that do not fit any more are left out, and that is said. */
  readonly limit: number;
}

/** The page as GitHub-flavoured Markdown, with the timeline as a Mermaid gantt. */
export function toMarkdown(page: Page, { folds, limit }: MarkdownForm): string {
  const parts = [`## ${inline(page.title)}`, ...page.lead.map(blockOf)];
  const left: string[] = [];
  let size = bytes(parts.join('\n\n'));
  for (const section of page.sections) {
    const part = sectionOf(section, folds);
    const fits = size + bytes(part) + NOTE <= limit;
    if (fits) parts.push(part);
    else left.push(section.title);
    size += fits ? bytes(part) + 2 : 0;
  }
  if (left.length > 0)
    parts.push(`… cut, because this page would be too long: ${text(left.join(', '), 1_000)}.`);
  return `${parts.join('\n\n')}\n`;
}

/** Bytes kept for the note on what was left out. */
const NOTE = 8_192;

function sectionOf({ title, folded, blocks }: Section, folds: boolean): string {
  const body = blocks.map(blockOf).join('\n\n');
  return folds && folded ? details(title, body) : `### ${text(title)}\n\n${body}`;
}

function blockOf(part: Block): string {
  switch (part.kind) {
    case 'paragraph':
      return inline(part.line);
    case 'list':
      return part.items.map((item) => `- ${inline(item)}`).join('\n');
    case 'table':
      return table(
        part.head.map(inline),
        part.rows.map((row) => row.map(inline)),
      );
    case 'quote':
      return block(part.lines);
    case 'alert':
      return `> [!${part.level.toUpperCase()}]\n${part.blocks.map(blockOf).join('\n\n').replace(/^/gm, '> ')}`;
    case 'timeline': {
      const source = gantt(part.bars);
      return source === '' ? '' : block(source.split('\n'), 'mermaid');
    }
  }
}

function inline(line: Line): string {
  return line.map(spanOf).join('');
}

function spanOf(span: Span): string {
  if (typeof span === 'string') return inLine(span, text);
  if ('code' in span) return code(span.code);
  return 'strong' in span ? `**${text(span.strong)}**` : link(span.text, span.href);
}

function bytes(part: string): number {
  return Buffer.byteLength(part);
}
