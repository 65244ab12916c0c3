import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { Marked } from 'marked';
import markedAlert from 'marked-alert';

/** The width of the column in which GitHub shows a job summary, in CSS pixels. */
export const COLUMN = 1_012;

/** What the page has to know of the summary: see in-page.js. */
interface Shown {
  readonly html: string;
  readonly dark: boolean;
  /** The sign in the title of an alert, by the alert's class. */
  readonly icons: Readonly<Record<string, string>>;
}

const ALERTS = ['note', 'tip', 'important', 'warning', 'caution'] as const;
const resolve = createRequire(import.meta.url).resolve;
const addressOf = (name: string): string => pathToFileURL(resolve(name)).href;

/**
 * A page that shows the Markdown of a job summary as GitHub does: its style, what its sanitizer lets through, diagrams
 * drawn. The page's own `window.shown` resolves when all is drawn. It loads its scripts from this machine's folders.
 */
export async function githubPage(markdown: string, dark = false): Promise<string> {
  const style = await readFile(
    resolve(`github-markdown-css/github-markdown-${dark ? 'dark' : 'light'}.css`),
    'utf8',
  );
  const shown: Shown = { html: await asHtml(markdown), dark, icons: await icons() };
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>Job summary</title>
<style>${style}
body { margin: 0; background: ${dark ? '#0d1117' : '#fff'} }
.markdown-body { box-sizing: border-box; max-width: ${String(COLUMN)}px; margin: 0 auto; padding: 24px }
.markdown-body pre.mermaid { background: none; padding: 0 }
</style>
<article class="markdown-body"></article>
<script type="application/json" id="summary">${JSON.stringify(shown).replaceAll('<', '\\u003c')}</script>
<script src="${addressOf('mermaid/dist/mermaid.min.js')}"></script>
<script src="${pathToFileURL(fileURLToPath(new URL('in-page.js', import.meta.url))).href}"></script>
</html>
`;
}

/** GitHub adds the signs of alerts after it has sanitized the page; so they are left out here. */
async function asHtml(markdown: string): Promise<string> {
  const variants = ALERTS.map((type) => ({ type, icon: '' }));
  return new Marked({ gfm: true }, markedAlert({ variants })).parse(markdown);
}

async function icons(): Promise<Shown['icons']> {
  const { parse } = new Marked(markedAlert());
  const signs = ALERTS.map(async (type) => {
    const html = await parse(`> [!${type.toUpperCase()}]\n> text`);
    return [`markdown-alert-${type}`, /<svg.*<\/svg>/.exec(html)?.[0] ?? ''] as const;
  });
  return Object.fromEntries(await Promise.all(signs));
}
