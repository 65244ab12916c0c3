import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { marked } from 'marked';

const STYLE = `body { font: 16px/1.5 system-ui, sans-serif; max-width: 900px; margin: 2rem auto; padding: 0 1rem }
table { border-collapse: collapse; margin-bottom: 16px } th, td { border: 1px solid #d1d9e0; padding: 6px 13px; text-align: left }
tr:nth-child(even) { background: #f6f8fa } code { background: #818b981f; padding: .2em .4em; border-radius: 6px }
pre { background: #f6f8fa; padding: 16px; overflow: auto } blockquote { border-left: .25em solid #cf222e; margin: 0; padding: 0 1em }`;

/** Writes the page of a job summary into the folder for reports and returns its path. */
export async function renderSummary(markdown: string): Promise<string> {
  const folder = join(process.cwd(), 'deployment-reports');
  const path = join(folder, 'summary.html');
  const body = await marked.parse(markdown.replaceAll('[!CAUTION]', '**Caution**'), { gfm: true });
  await mkdir(folder, { recursive: true });
  await writeFile(
    path,
    `<!doctype html><meta charset="utf-8"><title>Job summary</title><style>${STYLE}</style>${body}`,
  );
  return path;
}
