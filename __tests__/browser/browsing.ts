import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll } from '@jest/globals';
import type { Browser } from 'playwright-core';
import { chromiumPath, NO_CHROMIUM, startBrowser } from '../../scripts/pictures/browser.js';
import { openViewer, type Viewer } from '../../scripts/pictures/viewer.js';

/* One browser for a file of tests; where there is none, they are skipped by name, unless REQUIRE_CHROMIUM is set. */

const chromium = await chromiumPath();
if (chromium === undefined && process.env['REQUIRE_CHROMIUM']) throw new Error(NO_CHROMIUM);

/** Whether there is a browser to test in. */
export const IS_THERE = chromium !== undefined;
/** What the name of tests says that are left out. */
export const WHY_LEFT_OUT = IS_THERE ? '' : ` (skipped: ${NO_CHROMIUM})`;

/** A browser, one page of it, and a folder for the files that it shows. */
export interface Browsing {
  readonly browser: Browser;
  readonly viewer: Viewer;
  readonly folder: string;
}

/** Opens the browser before the tests of a file and closes it after them; to be asked for within a test. */
export function browsing(): () => Browsing {
  let opened: Browsing | undefined;
  if (chromium !== undefined) {
    beforeAll(async () => {
      const folder = await mkdtemp(join(tmpdir(), 'deploy-backend-browser-'));
      const browser = await startBrowser(chromium);
      opened = { folder, browser, viewer: await openViewer(browser) };
    });
    afterAll(async () => {
      await opened?.browser.close();
      if (opened) await rm(opened.folder, { recursive: true });
    });
  }
  return () => {
    if (!opened) throw new Error(NO_CHROMIUM);
    return opened;
  };
}
