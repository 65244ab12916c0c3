import type { Journal, StepVoice } from '../journal.js';
import { redact } from '../model/redact.js';
import { stateOfService, succeeded, type Outcome } from '../outcome.js';
import type { World } from '../world.js';
import { keepJunit, keepReport } from './files.js';
import { finalOutputs } from './outputs.js';
import { pageOf } from './page.js';
import type { Kept } from './page-sections.js';
import { recordOf, type AuditRecord } from './record.js';
import { toMarkdown } from './to-markdown.js';

/** Bytes: the runner drops a summary of more than 1 MiB (FileCommandManager.cs); a person stops reading long before. */
const LONGEST_SUMMARY = 512 * 1_024;

/**
 * Tells everybody how the run ended: report files, outputs, job summary, one error annotation. Nothing here changes the
 * outcome; what cannot be written is a warning.
 */
export async function report(outcome: Outcome, journal: Journal, world: World): Promise<void> {
  const { log } = world;
  log.group('report');
  await tolerate('The report', journal.voice, () => tell(outcome, journal, world));
  if (outcome.error && outcome.error.evidence.length > 0)
    log.quote(outcome.error.evidence.map(redact).join('\n'));
  log.endGroup();
  conclude(outcome, world);
}

async function tell(outcome: Outcome, journal: Journal, world: World): Promise<void> {
  const { runner, env } = world;
  const { voice } = journal;
  const record = recordOf(outcome, journal, env);
  const kept = await keep(record, world, voice);
  await tolerate('The outputs', voice, async () => {
    for (const [name, value] of finalOutputs(record, kept)) await runner.output(name, value);
  });
  if (wantsSummary(world)) {
    const form = { folds: true, limit: LONGEST_SUMMARY };
    // With what could not be written meanwhile.
    const page = pageOf({ ...record, warnings: journal.warnings }, kept);
    await tolerate('The job summary', voice, () => runner.summary(toMarkdown(page, form)));
  }
}

type Warner = Pick<StepVoice, 'warn'>;

/** The last word: one error annotation, or one line. */
function conclude(outcome: Outcome, { log }: World): void {
  const { error, kind } = outcome;
  const state = stateOfService(outcome);
  if (error) log.error([`${error.code}: ${error.message}`, error.hint, state].filter(Boolean).join('\n'));
  else log.info(`${succeeded(outcome) ? '✓' : '✗'} ${kind}: ${state}`);
}

/** Writes the report files. A record that no file could take is left in the log, so that it is not lost. */
async function keep(record: AuditRecord, world: World, voice: Warner): Promise<Kept | undefined> {
  const { log } = world;
  const { smoke } = record.facts;
  if (smoke) {
    await tolerate('The report of the smoke checks', voice, async () => {
      const path = await keepJunit(smoke, Date.parse(record.endedAt), world);
      log.info(`The smoke checks as JUnit XML: ${path}`);
    });
  }
  try {
    const { kept, lost } = await keepReport(record, world);
    if (lost.length > 0) voice.warn(`Not all of the report could be written: ${why(lost[0])}`);
    log.info(`The report: ${kept.path}, and beside it as HTML and JSON with SHA-256 ${kept.sha256}`);
    return kept;
  } catch (error) {
    voice.warn(`The report could not be written, and follows in the log: ${why(error)}`);
    // A line a value: the log cuts long ones.
    for (const line of JSON.stringify(record, null, 1).split('\n')) log.info(line);
    return undefined;
  }
}

/** Read here and not with the other inputs: a run whose inputs are wrong has a summary, too. */
function wantsSummary({ env }: World): boolean {
  return env['INPUT_SUMMARY']?.trim().toLowerCase() !== 'false';
}

async function tolerate(what: string, voice: Warner, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    voice.warn(`${what} could not be written: ${why(error)}`);
  }
}

function why(error: unknown): string {
  return redact(error instanceof Error ? error.message : String(error));
}
