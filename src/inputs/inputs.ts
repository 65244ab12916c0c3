import { ENVIRONMENT, WEB_URL } from './form.js';
import { readHealthCheck } from './health-check.js';
import { readSource, type BuildRequest, type ImageRequest } from './image-source.js';
import { inputReader, type InputReader, type InputSource } from './reader.js';
import { readRole, type RoleRequest } from './role.js';
import { readRollbackTo, type RollbackTo } from './rollback-to.js';
import { readSmoke, readSuite, type SmokeRequest } from './smoke.js';
import { parseArn } from '../model/arn.js';
import type { JsonObject } from '../model/json.js';
import { redact } from '../model/redact.js';
import type { Environment, Files } from '../world.js';

/** Names that the action gives the container and the build itself. */
export const OWN_VARIABLES = ['GIT_SHA', 'BUILD_TIME', 'IMAGE_DIGEST'] as const;

/** Everything that a run was asked to do. */
export type Inputs = ChangeInputs | SmokeInputs;

/** What a run was asked to do that changes the service. */
export type ChangeInputs = ReleaseInputs | RollbackInputs;

/** Where the service is. */
export interface Place {
  readonly region: string;
  /** Twelve digits; the run refuses to work in another account. */
  readonly account: string | undefined;
  /** Name or ARN. */
  readonly cluster: string;
  /** Name or ARN. */
  readonly service: string;
  readonly container: string | undefined;
}

export interface LogRequest {
  /** Absent: as the task definition has it. */
  readonly group: string | undefined;
  readonly lines: number;
  readonly excerpt: 'off' | 'counts' | 'redacted';
}

/** What release and rollback have in common. */
export interface DeployInputs {
  readonly place: Place;
  /** Absent: the credentials are given. */
  readonly role: RoleRequest | undefined;
  /** Every read and check is made, and nothing is changed. */
  readonly dryRun: boolean;
  /** ARNs; empty: those of the service. */
  readonly targetGroups: readonly string[];
  /** Milliseconds. */
  readonly targetHealthTimeout: number;
  /** Milliseconds. */
  readonly rollbackTimeout: number;
  readonly autoRollback: boolean;
  /** Absent: `smoke: false`, or a rollback without `base-url`. */
  readonly smoke: SmokeRequest | undefined;
  readonly logs: LogRequest;
  /** Empty where there is none. */
  readonly githubToken: string;
  /** The environment under which a GitHub deployment is recorded; absent: none is. */
  readonly recordedAs: string | undefined;
  /** Where people find the service; absent where nobody said. */
  readonly url: string | undefined;
}

/** A release, with every default filled in. */
export interface ReleaseInputs extends DeployInputs {
  readonly mode: 'release';
  readonly source: BuildRequest | ImageRequest;
  readonly inFlight: 'refuse' | 'wait' | 'replace';
  readonly allowDowngrade: boolean;
  readonly allowNoFallback: boolean;
  readonly forceNewDeployment: boolean;
  /** Path of a JSON file, or `latest`; absent: the live revision. */
  readonly taskDefinition: string | undefined;
  readonly environment: ReadonlyMap<string, string>;
  /** In ECS's shape. */
  readonly healthCheck: JsonObject | undefined;
  /** Milliseconds. */
  readonly deploymentTimeout: number;
}

/** A rollback, with every default filled in. */
export interface RollbackInputs extends DeployInputs {
  readonly mode: 'rollback';
  readonly to: RollbackTo;
  /** That the proof over HTTP is left out because there is no `base-url`. */
  readonly unasked: boolean;
}

/** The smoke suite alone, with every default filled in. */
export interface SmokeInputs {
  readonly mode: 'smoke';
  readonly smoke: SmokeRequest;
  /** At least seven hexadecimal digits, in lower case; absent: any commit will do. */
  readonly expected: string | undefined;
  /** Where people find the service. */
  readonly url: string;
}

/** Reads and validates every input of the mode; rejects with one `DeployError` that names every problem. */
export async function readInputs(env: Environment, files: Pick<Files, 'read'>): Promise<Inputs> {
  const read = inputReader(env);
  const mode = read.choice('mode', ['release', 'smoke', 'rollback']);
  // Where a run whose inputs are wrong is reported has to be known without them.
  read.flag('summary', true);
  read.text('report-dir');
  const inputs = await MODES[mode]({ read, env, files });
  read.finish();
  return inputs;
}

const MODES = { release: readRelease, smoke: readSmokeOnly, rollback: readRollback };

async function readRelease(source: InputSource): Promise<ReleaseInputs> {
  const { read } = source;
  return {
    mode: 'release',
    ...(await readCommon(source, 'required')),
    source: readSource(read),
    inFlight: read.choice('in-flight', ['refuse', 'wait', 'replace']),
    allowDowngrade: read.flag('allow-downgrade', false),
    allowNoFallback: read.flag('allow-no-fallback', false),
    forceNewDeployment: read.flag('force-new-deployment', false),
    taskDefinition: read.text('task-definition'),
    environment: read.pairs('environment-variables', OWN_VARIABLES),
    healthCheck: readHealthCheck(read),
    deploymentTimeout: read.duration('deployment-timeout', '15m'),
  };
}

async function readRollback(source: InputSource): Promise<RollbackInputs> {
  const { read } = source;
  const common = await readCommon(source, 'optional');
  const unasked = common.smoke === undefined && read.flag('smoke', true);
  return { mode: 'rollback', ...common, to: readRollbackTo(read), unasked };
}

async function readSmokeOnly(source: InputSource): Promise<SmokeInputs> {
  const { read } = source;
  if (!read.flag('smoke', true)) {
    read.problem('The input smoke is false, but the mode smoke does nothing else.', 'Leave smoke out.');
  }
  const smoke = await readSuite(source, 'Give the URL where the service answers.');
  return {
    mode: 'smoke',
    smoke,
    expected: read
      .matching('expected-sha', /^[0-9a-f]{7,64}$/i, 'a commit SHA of 7 to 64 hexadecimal digits')
      ?.toLowerCase(),
    url: readUrl(read, smoke) ?? smoke.baseUrl.href,
  };
}

async function readCommon(source: InputSource, baseUrl: 'required' | 'optional'): Promise<DeployInputs> {
  const { read, env } = source;
  const asked = {
    place: readPlace(read, env),
    role: readRole(read, env),
    dryRun: read.flag('dry-run', false),
    targetGroups: readTargetGroups(read),
    targetHealthTimeout: read.duration('target-health-timeout', '5m'),
    rollbackTimeout: read.duration('rollback-timeout', '15m'),
    autoRollback: read.flag('auto-rollback', true),
    smoke: await readSmoke(source, baseUrl),
    logs: {
      group: read.matching('log-group', /^[\w./#-]{1,512}$/, 'the name of a log group'),
      lines: read.integer('log-lines', 50, { min: 0, max: 1_000 }),
      excerpt: read.choice('log-excerpt', ['redacted', 'counts', 'off']),
    },
    githubToken: read.text('github-token') ?? '',
    recordedAs: read.formed('environment', ENVIRONMENT),
  };
  return { ...asked, url: readUrl(read, asked.smoke) };
}

/** Where people find the service: `environment-url`, else where it is asked. */
function readUrl(read: InputReader, smoke: SmokeRequest | undefined): string | undefined {
  return (read.formed('environment-url', WEB_URL) ?? smoke?.baseUrl)?.href;
}

const NAME_OR_ARN = /^(arn:aws[\w-]*:ecs:\S+|\w[\w-]{0,254})$/;

function readPlace(read: InputReader, env: Environment): Place {
  const ofVariables = env['AWS_REGION']?.trim() || env['AWS_DEFAULT_REGION']?.trim();
  const region = read.text('aws-region') ?? ofVariables;
  if (!region) {
    read.problem(
      'The input aws-region is missing.',
      'Give it, or set AWS_REGION as aws-actions/configure-aws-credentials does.',
    );
  } else if (!/^[a-z]{2,}(-[a-z]+)+-\d+$/.test(region)) {
    read.problem(
      `The region "${redact(region).slice(0, 40)}" is none: aws-region must be a name such as us-east-1.`,
    );
  }
  const named = (name: string): string => {
    const value = read.required(name);
    if (value) read.matching(name, NAME_OR_ARN, 'a name or an ARN');
    return value;
  };
  return {
    region: region ?? '',
    account: read.matching('aws-account', /^\d{12}$/, 'twelve digits'),
    cluster: named('cluster'),
    service: named('service'),
    container: read.matching('container', /^[\w-]{1,255}$/, 'the name of a container'),
  };
}

function readTargetGroups(read: InputReader): readonly string[] {
  const arns = read.lines('target-groups');
  for (const arn of arns) {
    if (parseArn(arn)?.service !== 'elasticloadbalancing') {
      read.problem(
        `The input target-groups holds "${redact(arn).slice(0, 80)}", which is not the ARN of a target group.`,
      );
    }
  }
  return arns;
}
