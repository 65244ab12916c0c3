import { writeFile } from 'node:fs/promises';
import { pathToFileURL } from 'node:url';
import type { Browser, Page } from 'playwright-core';
import { COLUMN, githubPage } from './page.js';

/** What a summary's page said of itself once all of it was drawn: see in-page.js. */
export interface Drawn {
  /** Elements and attributes that GitHub's sanitizer takes away. */
  readonly removed: readonly string[];
  /** What GitHub would make a link to a person, a team or an issue. */
  readonly references: readonly string[];
  readonly mermaidError: string | undefined;
  /** What the page asked for beside the scripts that draw it. All of it was refused. */
  readonly requests: readonly string[];
}

/** One page of a browser, in which one file after the other is looked at: a new page would read Mermaid anew each time. */
export interface Viewer {
  readonly page: Page;
  /** Opens a file of this machine; returns what it asked for, which was refused. */
  readonly open: (path: string) => Promise<readonly string[]>;
  /** Shows Markdown as GitHub does; its page is written to the path. */
  readonly show: (markdown: string, path: string, dark?: boolean) => Promise<Drawn>;
}

/** The scripts of `githubPage`. */
const OUR_SCRIPTS = /^file:.*\/(mermaid\.min\.js|in-page\.js)$/;

/** Opens an empty page for a reader of that time zone. */
export async function openViewer(browser: Browser, timezoneId = 'UTC'): Promise<Viewer> {
  const page = await browser.newPage({ viewport: { width: COLUMN, height: 800 }, timezoneId });
  let opened = '';
  let refused: string[] = [];
  await page.route('**/*', (route) => {
    const url = route.request().url();
    if (url === opened || OUR_SCRIPTS.test(url)) return route.continue();
    refused.push(url);
    return route.abort();
  });
  const open: Viewer['open'] = async (path) => {
    [opened, refused] = [pathToFileURL(path).href, []];
    await page.goto(opened);
    return refused;
  };
  return {
    page,
    open,
    async show(markdown, path, dark = false) {
      await writeFile(path, await githubPage(markdown, dark));
      const requests = await open(path);
      const drawn = await page.evaluate<Omit<Drawn, 'requests'>>('window.shown');
      return { ...drawn, requests };
    },
  };
}
