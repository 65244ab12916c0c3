import { passed, type CheckResult } from '../checks/check.js';
import { version } from '../checks/version.js';
import { DeployError } from '../errors.js';
import type { SmokeRequest } from '../inputs/smoke.js';
import type { StepVoice } from '../journal.js';
import { showDuration } from '../model/duration.js';
import type { Task } from '../model/service.js';
import type { World } from '../world.js';

/** So many right answers in a row at least; three a task, but no more than a slow service gives in `smoke-timeout`. */
const MIN_ANSWERS = 5;
const MAX_ANSWERS = 30;

/** What is asked, and which commit is expected; absent: any. */
export interface SmokeTest {
  readonly smoke: SmokeRequest | undefined;
  readonly expected: string | undefined;
  readonly tasks: readonly Task[];
}

/**
 * Asks the live service real questions over HTTP; throws `smoke-failed` when a check fails. Without a
 * request the proof is rollout, health and identity, and the step says so.
 */
export async function smoke(
  { smoke: request, expected, tasks }: SmokeTest,
  world: World,
  voice: StepVoice,
): Promise<void> {
  if (!request) {
    voice.skip('nothing is asked over HTTP: the proof is rollout, health and identity');
    return;
  }
  const { version: asked } = request.settings;
  const check = {
    url: new URL(asked.path, request.baseUrl),
    field: asked.field.text,
    expected,
    consecutive: Math.min(Math.max(MIN_ANSWERS, 3 * tasks.length), MAX_ANSWERS),
    timeout: request.timeout,
  };
  const results = [await version(check, world.http, world.clock, world.signal)];
  await voice.know({ smoke: results });
  for (const result of results) world.log.quote(line(result));
  const failed = results.filter((result) => !passed(result) && result.verdict !== 'skipped');
  if (failed.length > 0) {
    throw new DeployError(
      'smoke-failed',
      `${failed.map(({ check: name }) => name).join(', ')} failed: ${failed.map(({ detail }) => detail).join('; ')}.`,
      {
        hint: 'The service runs, but does not answer as it should: compare what it says with what was released.',
        evidence: failed.map(line),
      },
    );
  }
  voice.note(results.map(({ check: name, detail }) => `${name}: ${detail}`).join('; '));
}

function line({ check, verdict, detail, attempts, durationMs }: CheckResult): string {
  return `${check} ${verdict}: ${detail} (${String(attempts)} requests, ${showDuration(durationMs)})`;
}
