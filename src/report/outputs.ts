import { passed } from '../checks/check.js';
import type { Facts } from '../facts.js';
import { familyAndRevision } from '../model/arn.js';
import { cleanLine } from '../model/untrusted-text.js';
import type { Outcome } from '../outcome.js';

/** Names of the action's outputs; each is declared in action.yml, and a name never changes within v1. */
export const OUTPUTS = [
  'outcome',
  'failure-code',
  'git-sha',
  'build-time',
  'image-digest',
  'image-uri',
  'task-definition-arn',
  'task-definition-revision',
  'previous-task-definition-arn',
  'deployment-id',
  'rolled-back',
  'smoke-passed',
  'smoke-failed',
  'smoke-results',
  'changed',
  'duration-seconds',
  'url',
] as const;

export type OutputName = (typeof OUTPUTS)[number];

/** The outputs that a new fact makes known. */
export function outputsOf(facts: Facts): ReadonlyMap<OutputName, string> {
  const values: readonly (readonly [OutputName, string | undefined])[] = [
    ['git-sha', facts.gitSha],
    ['build-time', facts.buildTime],
    ['image-digest', facts.imageDigest],
    ['image-uri', facts.imageUri],
    ['task-definition-arn', facts.taskDefinitionArn],
    ['task-definition-revision', revision(facts.taskDefinitionArn)],
    ['previous-task-definition-arn', facts.previousTaskDefinitionArn],
    ['deployment-id', facts.deploymentId],
    ['smoke-passed', facts.smoke && String(facts.smoke.filter(passed).length)],
    ['smoke-failed', facts.smoke && String(facts.smoke.filter(({ verdict }) => verdict === 'fail').length)],
    ['smoke-results', facts.smoke && JSON.stringify(facts.smoke)],
    ['changed', facts.changed === undefined ? undefined : String(facts.changed)],
    ['url', facts.url],
  ];
  return new Map(
    values.flatMap(([name, value]) => (value === undefined ? [] : [[name, cleanLine(value, 100_000)]])),
  );
}

/** Every output at the end of a run: what is known, and how it ended. `duration` is in milliseconds. */
export function finalOutputs(
  facts: Facts,
  outcome: Outcome,
  duration: number,
): ReadonlyMap<OutputName, string> {
  return new Map<OutputName, string>([
    ...outputsOf({ changed: false, ...facts }),
    ['outcome', outcome.kind],
    ['rolled-back', String(outcome.kind === 'rolled-back')],
    ['failure-code', outcome.error?.code ?? ''],
    ['duration-seconds', String(Math.round(duration / 1_000))],
  ]);
}

function revision(arn: string | undefined): string | undefined {
  const parsed = arn === undefined ? undefined : familyAndRevision(arn);
  return parsed && String(parsed.revision);
}
