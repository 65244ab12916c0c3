import type { FailureCode } from '../errors.js';
import type { Facts } from '../facts.js';
import type { Journal, Mode, StepName, StepRecord } from '../journal.js';
import { redact } from '../model/redact.js';
import { cleanLine, cleanLines } from '../model/untrusted-text.js';
import { stateOfService, succeeded, type Outcome, type OutcomeKind } from '../outcome.js';
import type { Environment } from '../world.js';
import { identityOf, type RunIdentity } from './run-identity.js';

/** The form of the record; a reader of another version has to look again. */
const VERSION = 1;

/**
 * The audit record of a run: what summary, report and page are made of, and, as JSON, what is kept. Every text in it is
 * cleaned, and what came from elsewhere is redacted. Times are RFC 3339 in UTC, durations in milliseconds;
 * `deployment-report.schema.json` describes it to readers.
 */
export interface AuditRecord {
  readonly version: typeof VERSION;
  readonly mode: Mode;
  readonly outcome: OutcomeKind;
  readonly succeeded: boolean;
  /** The state of the service in one sentence. */
  readonly state: string;
  readonly failure: Failure | undefined;
  readonly startedAt: string;
  readonly endedAt: string;
  readonly durationMs: number;
  readonly run: RunIdentity;
  readonly facts: Facts;
  readonly steps: readonly StepEntry[];
  /** What happened while steps waited. */
  readonly progress: readonly ProgressEntry[];
  readonly warnings: readonly string[];
  readonly calls: readonly CallEntry[];
}

/** Why a run did not succeed. */
export interface Failure {
  readonly code: FailureCode;
  /** Of several lines where several things are wrong. */
  readonly message: string;
  readonly hint: string | undefined;
  readonly evidence: readonly string[];
}

/** A step of the run; one that was not reached has no time. */
export interface StepEntry {
  readonly name: StepName;
  readonly status: StepRecord['status'] | 'not reached';
  readonly startedAt: string | undefined;
  readonly durationMs: number;
  readonly note: string;
}

/** Something that happened during a step. */
export interface ProgressEntry {
  readonly at: string;
  readonly step: StepName;
  readonly text: string;
}

/** A call that changed something in AWS, or tried to. */
export interface CallEntry {
  readonly action: string;
  readonly at: string;
  readonly requestId: string | undefined;
  readonly error: string | undefined;
}

/** The record of a run that has just ended as `outcome` says. */
export function recordOf(outcome: Outcome, journal: Journal, env: Environment): AuditRecord {
  const { mode, startedAt, facts, progress, warnings, calls } = journal;
  const endedAt = journal.now();
  return {
    version: VERSION,
    mode,
    outcome: outcome.kind,
    succeeded: succeeded(outcome),
    state: cleanLine(stateOfService(outcome)),
    failure: failureOf(outcome),
    startedAt: time(startedAt),
    endedAt: time(endedAt),
    durationMs: Math.round(endedAt - startedAt),
    run: identityOf(env),
    facts: cleaned({ changed: false, ...facts }),
    steps: stepsOf(journal),
    progress: progress.map(({ at, step, text }) => ({ at: time(at), step, text: cleanLine(text) })),
    warnings: warnings.map((text) => cleanLine(text)),
    calls: calls.map(({ action, at, requestId, error }) => ({
      action,
      at: time(at),
      requestId: requestId && cleanLine(requestId),
      error: error && cleanLine(error),
    })),
  };
}

function failureOf({ error }: Outcome): Failure | undefined {
  if (!error) return undefined;
  return {
    code: error.code,
    message: cleanLines(error.message).join('\n'),
    hint: error.hint && cleanLine(error.hint),
    evidence: error.evidence.map((one) => cleanLine(redact(one))),
  };
}

/** The steps in the order in which they began, then those of the plan that were not reached. */
function stepsOf({ plan, steps }: Journal): readonly StepEntry[] {
  const ran = [...steps].sort((one, other) => one.startedAt - other.startedAt);
  const missed = plan.filter((name) => !steps.some((step) => step.name === name));
  return [
    ...ran.map(({ name, status, startedAt, took, note }) => ({
      name,
      status,
      startedAt: time(startedAt),
      durationMs: Math.round(took),
      note: cleanLine(note),
    })),
    ...missed.map((name) => ({ ...NOT_REACHED, name })),
  ];
}

const NOT_REACHED = { status: 'not reached', startedAt: undefined, durationMs: 0, note: '' } as const;

/** The same value with every text in it cleaned, whatever made it. */
function cleaned<Value>(value: Value): Value {
  if (typeof value === 'string') return cleanLine(value) as Value;
  if (Array.isArray(value)) return value.map((item: unknown) => cleaned(item)) as Value;
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, item]) => [cleanLine(name), cleaned<unknown>(item)]),
  ) as Value;
}

function time(ms: number): string {
  return new Date(ms).toISOString();
}
