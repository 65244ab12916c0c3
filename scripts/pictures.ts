/**
 * `npm run pictures [-- name…]`: runs of every kind take place in this process, and what each left for people to read,
 * its job summary and its report, is pictured as GitHub and a browser show it, in the folder `pictures`.
 */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { chromiumPath, NO_CHROMIUM, startBrowser } from './pictures/browser.js';
import { RUNS, type RunName } from './pictures/runs.js';
import { openViewer, type Viewer } from './pictures/viewer.js';

// The SDK warns in every process of its own accord that it will need Node 22.
process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] = 'true';

const FOLDER = join(process.cwd(), 'pictures');
/** The run that is pictured in GitHub's dark theme as well. */
const DARK: RunName = 'crash-loop';

const isRun = (name: string): name is RunName => Object.hasOwn(RUNS, name);

function asked(names: readonly string[]): readonly RunName[] {
  const unknown = names.filter((name) => !isRun(name));
  if (unknown.length > 0)
    throw new Error(`There is no run ${unknown.join(', ')}: there are ${Object.keys(RUNS).join(', ')}.`);
  return (names.length > 0 ? names : Object.keys(RUNS)).filter(isRun);
}

/** Pictures one file that a run left, and says where, and what is wrong with it. */
async function picture(viewer: Viewer, file: string, text: string, dark = false): Promise<void> {
  const name = `${file.replace(/\.\w+$/, '')}${dark ? '-dark' : ''}`;
  await writeFile(join(FOLDER, file), text);
  const wrong = file.endsWith('.md')
    ? await showSummary(viewer, text, join(FOLDER, `${name}.html`), dark)
    : (await viewer.open(join(FOLDER, file))).map((url) => `wants to load ${url}`);
  for (const line of [...(await take(viewer.page, name)), ...wrong.map((what) => `${name}: ${what}`)])
    process.stdout.write(`${line}\n`);
}

async function showSummary(viewer: Viewer, markdown: string, path: string, dark: boolean) {
  const { removed, requests, mermaidError } = await viewer.show(markdown, path, dark);
  return [
    ...removed.map((what) => `GitHub would take away the ${what}`),
    ...requests.map((url) => `wants to load ${url}`),
    ...(mermaidError === undefined ? [] : [`Mermaid says ${mermaidError}`]),
  ];
}

/** Pictures a page as it opens, and once more with everything unfolded if anything is folded. Returns the paths. */
async function take(page: Page, name: string): Promise<readonly string[]> {
  const path = join(FOLDER, `${name}.png`);
  await page.screenshot({ path, fullPage: true });
  if ((await page.locator('details:not([open])').count()) === 0) return [path];
  await page.evaluate('document.querySelectorAll("details").forEach((one) => { one.open = true; })');
  const unfolded = join(FOLDER, `${name}-unfolded.png`);
  await page.screenshot({ path: unfolded, fullPage: true });
  return [path, unfolded];
}

async function pictures(names: readonly RunName[], viewer: Viewer): Promise<void> {
  for (const name of names) {
    for (const [file, text] of await RUNS[name]()) {
      await picture(viewer, file, text);
      if (name === DARK && file.endsWith('.md')) await picture(viewer, file, text, true);
    }
  }
}

try {
  const names = asked(process.argv.slice(2));
  const path = await chromiumPath();
  if (path === undefined) throw new Error(NO_CHROMIUM);
  await mkdir(FOLDER, { recursive: true });
  const browser = await startBrowser(path);
  try {
    await pictures(names, await openViewer(browser));
  } finally {
    await browser.close();
  }
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
