/*
 * What a page of ours is made of, before it is Markdown or HTML. Every text in it is any text: the renderers make it
 * safe where they write it.
 */

/** A piece of a line. */
export type Span = string | Code | Strong | Link;

/** Text in a fixed-width font: names, ids, commits. */
export interface Code {
  readonly code: string;
}

export interface Strong {
  readonly strong: string;
}

/** Leads somewhere only when `href` is an http or https URL. */
export interface Link {
  readonly text: string;
  readonly href: string;
}

export type Line = readonly Span[];

/** A part of a page that stands on lines of its own. */
export type Block =
  | { readonly kind: 'paragraph'; readonly line: Line }
  | { readonly kind: 'list'; readonly items: readonly Line[] }
  | { readonly kind: 'table'; readonly head: readonly Line[]; readonly rows: readonly (readonly Line[])[] }
  /** Lines from elsewhere, word for word. */
  | { readonly kind: 'quote'; readonly lines: readonly string[] }
  /** What has to be seen first. */
  | { readonly kind: 'alert'; readonly level: 'caution' | 'warning'; readonly blocks: readonly Block[] }
  | { readonly kind: 'timeline'; readonly bars: readonly Bar[] };

/** A step in the timeline. */
export interface Bar {
  readonly name: string;
  readonly status: 'passed' | 'failed' | 'skipped' | 'cancelled';
  /** Milliseconds since the epoch. */
  readonly startedAt: number;
  /** Milliseconds. */
  readonly took: number;
}

export interface Section {
  readonly title: string;
  /** Evidence: there for who wants to know, and folded where a page can fold. */
  readonly folded: boolean;
  readonly blocks: readonly Block[];
}

export interface Page {
  readonly title: Line;
  /** Read in ten seconds. */
  readonly lead: readonly Block[];
  readonly sections: readonly Section[];
}

/** Text in a fixed-width font. */
export function code(text: string): Code {
  return { code: text };
}

/** Writes a text that stands in a line: the blank at either end parts it from what is beside it. */
export function inLine(text: string, write: (text: string) => string): string {
  const [before, after] = [text.startsWith(' ') ? ' ' : '', text.length > 1 && text.endsWith(' ') ? ' ' : ''];
  return `${before}${write(text)}${after}`;
}

/** A line without what its pieces mean. */
export function plain(line: Line): string {
  return line.map(wordsOf).join('');
}

function wordsOf(span: Span): string {
  if (typeof span === 'string') return span;
  if ('code' in span) return span.code;
  return 'strong' in span ? span.strong : span.text;
}

/** A line on its own. */
export function paragraph(...line: Line): Block {
  return { kind: 'paragraph', line };
}

/** The first of many, and how many more there are. */
export function some<Item>(
  items: readonly Item[],
  limit: number,
  more: (left: number) => Item,
): readonly Item[] {
  return items.length <= limit ? items : [...items.slice(0, limit), more(items.length - limit)];
}

/** The page without sections that have nothing to show. */
export function withoutEmpty({ sections, ...page }: Page): Page {
  return { ...page, sections: sections.filter(({ blocks }) => blocks.length > 0) };
}
