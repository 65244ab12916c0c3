import { NAMES } from '../../sandbox/names.js';
import { CANDIDATE, FIRST_COMMIT } from '../../sandbox/ready-world.js';
import type { ScenarioName } from '../../sandbox/scenarios/table.js';
import type { Seen } from './account.js';

/* What a release comes to in every scenario of the sandbox (product: "The verdict on a rollout", "What a person sees"). */

/** A release, and what it has to come to. */
export interface Case {
  /** What is given beside the usual inputs. */
  readonly inputs?: Readonly<Record<string, string>>;
  readonly outcome: 'released' | 'rolled-back' | 'failed' | 'superseded' | 'rollback-failed';
  /** Empty for a success. */
  readonly code: string;
  /** Names of the smoke checks that fail, in their order; absent: none. */
  readonly fails?: readonly string[];
  /** What the error annotation has to say. */
  readonly says?: RegExp;
  /** The calls that changed something, also those that were refused. */
  readonly changes: readonly string[];
  /** What the account looks like once it is quiet. Absent fields are not looked at. */
  readonly world: Partial<Seen>;
}

/** How a scenario is run. */
export interface Entry {
  /** The test file that it is part of. */
  readonly family: 'tasks' | 'deployments' | 'calls';
  /** Tasks are real processes where it matters what they do. */
  readonly runtime: 'process' | 'simulated';
  readonly pace: number;
  /** Runs in every `npm test`, and not only in CI. */
  readonly always?: true;
  /** In order, in the same account: each but the last leaves it as it was. */
  readonly cases: readonly Case[];
}

const [REGISTER, UPDATE, STOP, TAG] = [
  'ecs:RegisterTaskDefinition',
  'ecs:UpdateService',
  'ecs:StopServiceDeployment',
  'ecs:TagResource',
];
const OTHER_COMMITS = { superseded: '4'.repeat(40), wrong: '3'.repeat(40) };

/** Two tasks of one revision, and nothing else. */
function steadyOn(revision: number, commit: string): Seen {
  return {
    deployments: [`PRIMARY ${String(revision)} COMPLETED`],
    tasks: [revision, revision],
    users: commit,
  };
}

const BACK = steadyOn(1, FIRST_COMMIT);

function released(revision = 2): Case {
  return {
    outcome: 'released',
    code: '',
    changes: [REGISTER, UPDATE, TAG],
    world: steadyOn(revision, CANDIDATE.commit),
  };
}

/** A release that was put back, by the calls between its own and the mark on its revision. */
function rolledBack(code: string, undo: readonly string[], says?: RegExp): Case {
  return {
    outcome: 'rolled-back',
    code,
    ...(says ? { says } : {}),
    changes: [REGISTER, UPDATE, ...undo, TAG],
    world: BACK,
  };
}

/** A release that ECS was asked to stop. */
function stopped(code: string, says?: RegExp): Case {
  return rolledBack(code, [STOP], says);
}

/** A release that was put back because these checks failed once ECS had completed it. */
function smokeFailed(...fails: readonly string[]): Case {
  return { ...rolledBack('smoke-failed', [UPDATE]), fails };
}

const tasks = (runtime: Entry['runtime'], pace: number, one: Case): Entry => ({
  family: 'tasks',
  runtime,
  pace,
  cases: [one],
});
const deployments = (runtime: Entry['runtime'], pace: number, ...cases: readonly Case[]): Entry => ({
  family: 'deployments',
  runtime,
  pace,
  cases,
});
const calls = (pace: number, one: Case): Entry => ({
  family: 'calls',
  runtime: 'simulated',
  pace,
  cases: [one],
});

const ERROR_OF_PROGRAM = /ended with exit code 1\b/;
const BY_HAND = `aws ecs update-service --region ${NAMES.region} --cluster ${NAMES.cluster} --service ${NAMES.service}`;

/** Every scenario; one that is new in the sandbox has to be added here. */
export const SCENARIO_TABLE: Readonly<Record<ScenarioName, Entry>> = {
  'crash-loop': { ...tasks('process', 50, stopped('crash-loop', ERROR_OF_PROGRAM)), always: true },
  'exit-0-loop': tasks('process', 50, stopped('crash-loop', /ended with exit code 0\b/)),
  'image-missing': tasks('simulated', 400, stopped('image-pull', /not found/)),
  'wrong-architecture': tasks('simulated', 400, stopped('architecture-mismatch', /input platform/)),
  'secret-denied': tasks('simulated', 400, stopped('resource-init', /secretsmanager:GetSecretValue/)),
  'unhealthy-container': tasks('process', 50, stopped('container-health')),
  'unhealthy-target': tasks('process', 50, stopped('target-health')),
  'slow-start': tasks('process', 50, released()),
  'no-capacity': tasks('simulated', 400, {
    ...stopped('capacity', /unable to place a task/),
    inputs: { 'deployment-timeout': '8s' },
  }),
  'wrong-commit': tasks('process', 50, {
    ...smokeFailed('version'),
    says: new RegExp(OTHER_COMMITS.wrong.slice(0, 12)),
    inputs: { 'smoke-timeout': '3s' },
  }),
  'one-wrong-task': tasks('process', 50, { ...smokeFailed('version'), inputs: { 'smoke-timeout': '3s' } }),
  'database-down': tasks('process', 50, { ...smokeFailed('database'), inputs: { 'smoke-timeout': '3s' } }),
  'no-security-headers': tasks('process', 50, smokeFailed('https', 'security-headers')),
  'leaks-stack': tasks('process', 50, smokeFailed('error-format')),
  // What failed before as well fails a release nevertheless, unless `fail-on` says otherwise.
  'flaws-before': tasks('simulated', 200, smokeFailed('https', 'security-headers')),

  healthy: deployments('simulated', 400, released()),
  'circuit-breaker': deployments('simulated', 200, rolledBack('crash-loop', [UPDATE], ERROR_OF_PROGRAM)),
  'circuit-breaker-rollback': {
    ...deployments('simulated', 200, rolledBack('crash-loop', [], ERROR_OF_PROGRAM)),
    always: true,
  },
  alarm: deployments('simulated', 200, rolledBack('alarm', [])),
  superseded: {
    ...deployments('simulated', 200, {
      outcome: 'superseded',
      code: 'superseded',
      says: /Somebody else started ecs-svc\/\d+ of mentalspace-backend-prod:3/,
      changes: [REGISTER, UPDATE],
      world: steadyOn(3, OTHER_COMMITS.superseded),
    }),
    always: true,
  },
  'superseded-same-revision': deployments('simulated', 200, {
    outcome: 'superseded',
    code: 'superseded',
    changes: [REGISTER, UPDATE],
    world: steadyOn(2, CANDIDATE.commit),
  }),
  stuck: deployments(
    'process',
    50,
    {
      outcome: 'failed',
      code: 'rollout-in-flight',
      says: /wait[\s\S]*replace/,
      changes: [],
      world: { deployments: ['PRIMARY 2 IN_PROGRESS', 'ACTIVE 1 COMPLETED'] },
    },
    { ...released(3), inputs: { 'in-flight': 'replace' } },
  ),
  'never-healthy': deployments(
    'process',
    50,
    {
      inputs: { 'in-flight': 'replace' },
      outcome: 'failed',
      code: 'no-fallback',
      says: /allow-no-fallback/,
      changes: [],
      world: { deployments: ['PRIMARY 1 IN_PROGRESS'] },
    },
    { ...released(), inputs: { 'in-flight': 'replace', 'allow-no-fallback': 'true' } },
  ),
  'undo-undone': deployments('process', 50, {
    inputs: { 'smoke-timeout': '3s' },
    outcome: 'rollback-failed',
    code: 'smoke-failed',
    fails: ['version'],
    says: new RegExp(
      `ECS undid the rollback and restored ${NAMES.family}:2[\\s\\S]*${BY_HAND} --task-definition ${NAMES.family}:1`,
    ),
    changes: [REGISTER, UPDATE, UPDATE],
    world: steadyOn(2, OTHER_COMMITS.wrong),
  }),
  'scaled-to-zero': deployments('simulated', 200, {
    outcome: 'rollback-failed',
    code: 'scaled-to-zero',
    says: /scale the service up|--desired-count/i,
    changes: [REGISTER, UPDATE, UPDATE],
    world: { deployments: ['PRIMARY 1 COMPLETED'], tasks: [], users: 503 },
  }),
  'service-deleted': deployments('simulated', 200, {
    outcome: 'rollback-failed',
    code: 'service-gone',
    says: /create the service again/i,
    changes: [REGISTER, UPDATE],
    world: { deployments: [], tasks: [], users: 503 },
  }),

  throttling: calls(20, released()),
  denied: {
    ...calls(400, {
      outcome: 'failed',
      code: 'access-denied',
      says: /ecs:UpdateService/,
      changes: [REGISTER, UPDATE],
      world: BACK,
    }),
    always: true,
  },
  expired: calls(20, {
    outcome: 'rollback-failed',
    code: 'credentials-expired',
    says: new RegExp(BY_HAND),
    changes: [REGISTER, UPDATE],
    world: steadyOn(2, CANDIDATE.commit),
  }),
  'lost-reply': { ...calls(100, released()), always: true },
  'delayed-visibility': calls(20, released()),
  truncated: calls(20, released()),
  html: calls(20, released()),
  empty: calls(20, released()),
};
