import { inWorkflow } from '../../src/in-workflow.js';
import type { Environment } from '../../src/world.js';

/** What has to be said, word for word, before anything is changed. */
export const CHANGE = 'yes-change-my-service';

/** What is verified, and how far it may go. */
export interface Inputs {
  readonly region: string;
  /** Twelve digits; no other account is touched. */
  readonly account: string;
  readonly cluster: string;
  /** Of a service that nobody uses. */
  readonly service: string;
  /** Absent: the only essential one. */
  readonly container: string | undefined;
  /** Where the service answers; absent: releases are proven without the smoke suite. */
  readonly baseUrl: string | undefined;
  readonly smokeConfig: string | undefined;
  /** What is released; absent: the image that runs. */
  readonly image: string | undefined;
  /** Whether the service may be changed. */
  readonly change: boolean;
  /** Where the contract suite may start tasks on Fargate; none: it is left out. */
  readonly subnets: readonly string[];
  /** What these tasks run; needs no execution role. */
  readonly contractImage: string;
  readonly reportDir: string;
  /** How many times as fast as AWS the endpoint is: 1, but for the local AWS. */
  readonly pace: number;
}

const REQUIRED = ['AWS_REGION', 'VERIFY_ACCOUNT', 'VERIFY_CLUSTER', 'VERIFY_SERVICE'] as const;
const OPTIONAL = [
  'VERIFY_CONTAINER',
  'VERIFY_BASE_URL',
  'VERIFY_SMOKE_CONFIG',
  'VERIFY_IMAGE',
  'VERIFY_CHANGE',
  'VERIFY_SUBNETS',
  'VERIFY_CONTRACT_IMAGE',
  'VERIFY_REPORT_DIR',
  'VERIFY_PACE',
] as const;

type Name = (typeof REQUIRED)[number] | (typeof OPTIONAL)[number];

/** Reads the environment; every problem with it is in the list, which is then all that is returned. */
export function readInputs(env: Environment): Inputs | readonly string[] {
  const value = (name: Name): string | undefined => env[name]?.trim() || undefined;
  const problems = problemsWith(env, value);
  if (problems.length > 0) return problems;
  return {
    region: value('AWS_REGION') ?? '',
    account: value('VERIFY_ACCOUNT') ?? '',
    cluster: value('VERIFY_CLUSTER') ?? '',
    service: value('VERIFY_SERVICE') ?? '',
    container: value('VERIFY_CONTAINER'),
    baseUrl: value('VERIFY_BASE_URL'),
    smokeConfig: value('VERIFY_SMOKE_CONFIG'),
    image: value('VERIFY_IMAGE'),
    change: value('VERIFY_CHANGE') === CHANGE,
    subnets: value('VERIFY_SUBNETS')?.split(',') ?? [],
    contractImage: value('VERIFY_CONTRACT_IMAGE') ?? 'public.ecr.aws/nginx/nginx:stable',
    reportDir: value('VERIFY_REPORT_DIR') ?? 'deployment-reports',
    pace: Number(value('VERIFY_PACE') ?? '1'),
  };
}

function problemsWith(env: Environment, value: (name: Name) => string | undefined): readonly string[] {
  const known: ReadonlySet<string> = new Set([...REQUIRED, ...OPTIONAL]);
  const unknown = Object.keys(env).filter((name) => name.startsWith('VERIFY_') && !known.has(name));
  const account = value('VERIFY_ACCOUNT');
  const change = value('VERIFY_CHANGE');
  return [
    ...REQUIRED.filter((name) => value(name) === undefined).map((name) => `${name} is not set.`),
    ...unknown.map((name) => `${name} is not known.`),
    ...(account !== undefined && !/^\d{12}$/.test(account) ? ['VERIFY_ACCOUNT is not twelve digits.'] : []),
    ...(change !== undefined && change !== CHANGE
      ? [`VERIFY_CHANGE is neither unset nor the words ${CHANGE}.`]
      : []),
    ...(value('VERIFY_SUBNETS') !== undefined && change === undefined
      ? ['VERIFY_SUBNETS starts tasks, and VERIFY_CHANGE does not allow any change.']
      : []),
    ...(Number(value('VERIFY_PACE') ?? '1') > 0 ? [] : ['VERIFY_PACE is not a number above 0.']),
    ...(inWorkflow(env) ? ['This is for a person who watches it, not for a workflow.'] : []),
  ];
}
