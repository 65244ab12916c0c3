import type { Journal } from '../journal.js';
import { redact } from '../model/redact.js';
import { stateOfService, succeeded, type Outcome } from '../outcome.js';
import type { World } from '../world.js';
import { writeJunit } from './files.js';
import { finalOutputs } from './outputs.js';
import { summary } from './summary.js';

/** Tells everybody how the run ended: outputs, job summary, one error annotation. Nothing here changes the outcome. */
export async function report(outcome: Outcome, journal: Journal, world: World): Promise<void> {
  const { log, runner, clock } = world;
  const outputs = finalOutputs(journal.facts, outcome, clock.now() - journal.startedAt);
  await tolerate('The outputs', world, async () => {
    for (const [name, value] of outputs) await runner.output(name, value);
  });
  const { smoke } = journal.facts;
  if (smoke) {
    await tolerate('The report of the smoke checks', world, async () => {
      log.info(`The smoke checks as JUnit XML: ${await writeJunit(smoke, world)}`);
    });
  }
  if (wantsSummary(world)) {
    await tolerate('The job summary', world, () => runner.summary(summary(outcome, journal)));
  }
  const { error } = outcome;
  if (error) {
    if (error.evidence.length > 0) log.quote(error.evidence.map(redact).join('\n'));
    log.error(
      [`${error.code}: ${error.message}`, error.hint, stateOfService(outcome)].filter(Boolean).join('\n'),
    );
  } else {
    log.info(`${succeeded(outcome) ? '✓' : '✗'} ${outcome.kind}: ${stateOfService(outcome)}`);
  }
}

/** Read here and not with the other inputs: a run whose inputs are wrong has a summary, too. */
function wantsSummary({ env }: World): boolean {
  return env['INPUT_SUMMARY']?.trim().toLowerCase() !== 'false';
}

async function tolerate(what: string, { log }: World, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    const why = redact(error instanceof Error ? error.message : String(error));
    log.warning(`${what} could not be written: ${why}`);
  }
}
