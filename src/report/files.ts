import { createHash } from 'node:crypto';
import type { CheckResult } from '../checks/check.js';
import { canonicalJson } from '../model/json.js';
import type { Environment, World } from '../world.js';
import { junit } from './junit.js';
import { pageOf } from './page.js';
import type { Kept } from './page-sections.js';
import type { AuditRecord } from './record.js';
import { toHtml } from './to-html.js';
import { toMarkdown } from './to-markdown.js';

/** So many files of one second are told apart. */
const MANY = 1_000;

/** What a report was kept as, and what could not be written of it. */
export interface KeptReport {
  readonly kept: Kept;
  readonly lost: readonly unknown[];
}

/**
 * Writes the report: `deployment-YYYYMMDD-HHMMSS` (UTC; `smoke-…` in that mode), with a suffix when it exists, as canonical
 * JSON (RFC 8785), Markdown and HTML, and `…-LATEST` beside it. The JSON is the record: rejects when it cannot be written;
 * what else cannot is returned.
 */
export async function keepReport(record: AuditRecord, { files, env }: World): Promise<KeptReport> {
  const folder = reportFolder(env);
  const kind = record.mode === 'smoke' ? 'smoke' : 'deployment';
  const json = canonicalJson(record);
  const stem = await claim(files, `${folder}/${kind}-${stamp(Date.parse(record.endedAt))}`, 'json', json);
  const kept: Kept = { path: `${stem}.md`, sha256: createHash('sha256').update(json).digest('hex') };
  const page = pageOf(record, kept);
  const markdown = toMarkdown(page, { folds: false, limit: Infinity });
  const lost: { readonly path: string; readonly error: unknown }[] = [];
  for (const [path, text] of [
    [kept.path, markdown],
    [`${stem}.html`, toHtml(page)],
    [`${folder}/${kind}-LATEST.json`, json],
    [`${folder}/${kind}-LATEST.md`, markdown],
  ] as const) {
    await files.write(path, text).catch((error: unknown) => lost.push({ path, error }));
  }
  const isThere = !lost.some(({ path }) => path === kept.path);
  return {
    kept: isThere ? kept : { ...kept, path: `${stem}.json` },
    lost: lost.map(({ error }) => error),
  };
}

/** Writes the smoke results as `smoke-YYYYMMDD-HHMMSS.xml`, likewise; returns its path. `at` is in milliseconds since the epoch. */
export async function keepJunit(results: readonly CheckResult[], at: number, world: World): Promise<string> {
  const text = junit(results, at);
  return `${await claim(world.files, `${reportFolder(world.env)}/smoke-${stamp(at)}`, 'xml', text)}.xml`;
}

/** Where report files go: as the input says, else below the runner's temp folder, else, by hand, in the current one. */
function reportFolder(env: Environment): string {
  const given = env['INPUT_REPORT-DIR']?.trim();
  if (given) return given;
  const temp = env['RUNNER_TEMP'];
  return temp ? `${temp}/deployment-reports` : 'deployment-reports';
}

/** Creates the first file of these names that is not there yet, also beside another run; returns its path without extension. */
async function claim(files: World['files'], name: string, extension: string, text: string): Promise<string> {
  for (let count = 0; count < MANY; count++) {
    const stem = count === 0 ? name : `${name}-${String(count)}`;
    if (await files.create(`${stem}.${extension}`, text)) return stem;
  }
  throw new Error(`There are ${String(MANY)} files like ${name}.${extension} already.`);
}

function stamp(ms: number): string {
  return new Date(ms).toISOString().slice(0, 19).replace(/[-:]/g, '').replace('T', '-');
}
