import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { githubPage } from '../pictures/page.js';

/** Writes the page of a job summary, as GitHub would show it, into the folder for reports and returns its path. */
export async function renderSummary(markdown: string): Promise<string> {
  const folder = join(process.cwd(), 'deployment-reports');
  const path = join(folder, 'summary.html');
  await mkdir(folder, { recursive: true });
  await writeFile(path, await githubPage(markdown));
  return path;
}
