import { access, constants } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { chromium, type Browser } from 'playwright-core';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome-stable', 'google-chrome'];

/** The path of a Chromium on this machine: the variable CHROMIUM, else the usual names on PATH; undefined: there is none. */
export async function chromiumPath(env: NodeJS.ProcessEnv = process.env): Promise<string | undefined> {
  const folders = (env['PATH'] ?? '').split(delimiter).filter(Boolean);
  const usual = NAMES.flatMap((name) => folders.map((folder) => join(folder, name)));
  for (const path of env['CHROMIUM'] ? [env['CHROMIUM']] : usual) {
    if (await isProgram(path)) return path;
  }
  return undefined;
}

async function isProgram(path: string): Promise<boolean> {
  try {
    await access(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** Why there is no browser, and what helps. */
export const NO_CHROMIUM =
  'There is no Chromium on this machine: install the package chromium, or name the program in CHROMIUM.';

/** Starts that browser; its colours and its writing are the same everywhere, as far as the fonts are. */
export function startBrowser(executablePath: string): Promise<Browser> {
  const args = ['--disable-gpu', '--disable-dev-shm-usage', '--force-color-profile=srgb'];
  return chromium.launch({ executablePath, args, chromiumSandbox: false });
}
