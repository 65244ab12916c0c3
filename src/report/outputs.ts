import { passed, type CheckResult } from '../checks/check.js';
import type { Facts } from '../facts.js';
import { familyAndRevision } from '../model/arn.js';
import { cleanLine } from '../model/untrusted-text.js';
import type { Kept } from './page-sections.js';
import type { AuditRecord } from './record.js';

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
  'report-path',
  'report-sha256',
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
    ['smoke-results', facts.smoke && resultsJson(facts.smoke)],
    ['changed', facts.changed === undefined ? undefined : String(facts.changed)],
    ['url', facts.url],
  ];
  return new Map(
    values.flatMap(([name, value]) => (value === undefined ? [] : [[name, cleanLine(value, LONGEST)]])),
  );
}

/** Characters: GitHub takes a megabyte of outputs from a job ("Usage limits", counted as UTF-16). */
const LONGEST = 200_000;

/** With so many checks of a user's own that it would be cut, and so be no JSON any more, details are shortened instead. */
function resultsJson(results: readonly CheckResult[]): string {
  const whole = JSON.stringify(results);
  if (whole.length <= LONGEST) return whole;
  const room = Math.max(1, Math.floor(LONGEST / results.length) - 200);
  return JSON.stringify(results.map((result) => ({ ...result, detail: cleanLine(result.detail, room) })));
}

/** Every output at the end of a run: what is known, how it ended, and where the report is. */
export function finalOutputs(
  { facts, outcome, failure, durationMs }: AuditRecord,
  kept: Kept | undefined,
): ReadonlyMap<OutputName, string> {
  return new Map<OutputName, string>([
    ...outputsOf(facts),
    ['outcome', outcome],
    ['rolled-back', String(outcome === 'rolled-back')],
    ['failure-code', failure?.code ?? ''],
    ['duration-seconds', String(Math.round(durationMs / 1_000))],
    ...(kept
      ? ([
          ['report-path', kept.path],
          ['report-sha256', kept.sha256],
        ] as const)
      : []),
  ]);
}

function revision(arn: string | undefined): string | undefined {
  const parsed = arn === undefined ? undefined : familyAndRevision(arn);
  return parsed && String(parsed.revision);
}
