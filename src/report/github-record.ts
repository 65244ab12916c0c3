import type { NewStatus } from '../adapters/github.js';
import type { ChangeInputs } from '../inputs/inputs.js';
import { lastPart } from '../model/arn.js';
import type { JsonObject } from '../model/json.js';
import { redact } from '../model/redact.js';
import { cleanLine } from '../model/untrusted-text.js';
import { stateOfService, type Outcome } from '../outcome.js';
import type { Environment, World } from '../world.js';
import { runUrl } from './run-identity.js';

/** What is the same for all that is told of one service in one environment. */
export interface RecordPlace {
  readonly environment: string;
  readonly service: string;
  /** The service is the task: two of them may share an environment. */
  readonly task: string;
  /** Tells apart what has the same name elsewhere. */
  readonly payload: { readonly region: string; readonly cluster: string };
  readonly urls: Pick<NewStatus, 'logUrl' | 'environmentUrl'>;
}

/** Undefined when nothing is to be recorded. */
export function placeOf(
  { recordedAs, place, url }: ChangeInputs,
  { env }: Pick<World, 'env'>,
): RecordPlace | undefined {
  if (recordedAs === undefined) return undefined;
  const [service, cluster] = [lastPart(place.service), lastPart(place.cluster)];
  return {
    environment: recordedAs,
    service,
    task: `deploy:${service}`,
    payload: { region: place.region, cluster },
    urls: { logUrl: runUrl(env), environmentUrl: url },
  };
}

/** The run that a deployment is of, as far as it is one of GitHub's. */
export function runIn(env: Environment): JsonObject {
  const digits = (name: string): string | undefined => /^\d{1,20}$/.exec(env[name] ?? '')?.[0];
  const [run, attempt] = [digits('GITHUB_RUN_ID'), digits('GITHUB_RUN_ATTEMPT')];
  return { ...(run ? { run } : {}), ...(attempt ? { attempt } : {}) };
}

/**
 * Whether the commit that was recorded is live. Everything else is `failure`: `inactive` is for what was a success before,
 * and `error` says no more.
 */
export function isSuccess({ kind, error }: Outcome, mode: ChangeInputs['mode']): boolean {
  return error === undefined && (kind === 'released' || (kind === 'rolled-back' && mode === 'rollback'));
}

/** GitHub sets it so only for the very name `production`. */
export function isProduction(environment: string): boolean {
  return (
    /(?:^|[^a-z])prod(?:uction)?(?![a-z])/i.test(environment) && !/\b(?:pre|non)[-_ ]?prod/i.test(environment)
  );
}

/** "Create a deployment status": a description has at most 140 characters. */
const LONGEST = 140;

/** How it ended, in one line. */
export function describe(outcome: Outcome): string {
  return line(`${outcome.error?.code ?? outcome.kind}: ${stateOfService(outcome)}`);
}

/** Text that GitHub takes and that may be shown. */
export function line(text: string): string {
  return cleanLine(redact(cleanLine(text)), LONGEST);
}
