import type { Facts } from '../../../src/facts.js';
import { STEPS, type Journal, type StepVoice } from '../../../src/journal.js';
import type { Outcome } from '../../../src/outcome.js';
import { recordOf, type AuditRecord } from '../../../src/report/record.js';
import type { Environment } from '../../../src/world.js';

/* Runs that have ended, as reports find them. */

export const ARN = 'arn:aws:ecs:us-east-1:123456789012:task-definition/api:42';
export const RAN_ON_GITHUB: Environment = {
  GITHUB_ACTOR: 'octocat',
  GITHUB_TRIGGERING_ACTOR: 'hubot',
  GITHUB_REPOSITORY: 'mentalspace/backend',
  GITHUB_WORKFLOW: 'Deploy',
  GITHUB_WORKFLOW_REF: 'mentalspace/backend/.github/workflows/deploy.yml@refs/heads/master',
  GITHUB_JOB: 'release',
  GITHUB_EVENT_NAME: 'push',
  GITHUB_REF: 'refs/heads/master',
  GITHUB_SHA: '2222222222222222222222222222222222222222',
  GITHUB_RUN_ID: '7',
  GITHUB_RUN_ATTEMPT: '2',
  GITHUB_SERVER_URL: 'https://github.com',
  RUNNER_NAME: 'runner-1',
};

export const FACTS: Facts = {
  region: 'us-east-1',
  cluster: 'prod',
  service: 'api',
  gitSha: '2222222222222222222222222222222222222222',
  subject: 'Say hello',
  previousGitSha: '1111111111111111111111111111111111111111',
  buildTime: '2026-01-01T00:00:00Z',
  imageDigest: `sha256:${'2'.repeat(64)}`,
  previousImageDigest: `sha256:${'1'.repeat(64)}`,
  imageUri: `123456789012.dkr.ecr.us-east-1.amazonaws.com/api@sha256:${'2'.repeat(64)}`,
  taskDefinitionArn: ARN,
  previousTaskDefinitionArn: ARN.replace('42', '41'),
  deploymentId: 'ecs-svc/1',
  changed: true,
  difference: ['container app: image changed', 'container app: variable GIT_SHA changed'],
  commits: {
    direction: 'added',
    total: 2,
    commits: [{ sha: '2222222222222222222222222222222222222222', author: 'octocat', subject: 'Say hello' }],
    source: 'GitHub',
  },
  targetHealth: [
    {
      targetGroup: 'api-tg',
      healthy: 1,
      expected: 2,
      states: { healthy: 1, unhealthy: 1 },
      reasons: { 'Target.Timeout': 1 },
    },
  ],
  containerHealth: { healthy: 2, expected: 2 },
  health: '2 tasks, 4 healthy targets and containers, in 1 target group',
  identity: '2 tasks run the digest',
  baseline: [{ check: 'health', verdict: 'pass', detail: 'b', attempts: 1, durationMs: 3 }],
  smoke: [
    { check: 'version', verdict: 'flaky', detail: 'x', attempts: 2, durationMs: 3 },
    { check: 'health', verdict: 'fail', detail: 'y', attempts: 1, durationMs: 3 },
    { check: 'cors', verdict: 'skipped', detail: 'z', attempts: 0, durationMs: 0 },
  ],
  logs: {
    group: '/ecs/api',
    counts: { error: 1, warn: 0, info: 1, debug: 0, other: 0 },
    lines: ['ERROR no', 'INFO listening'],
  },
  url: 'https://api.example.com/',
  versionUrl: 'https://api.example.com/api/v1/version',
};

const START = Date.UTC(2026, 0, 2, 3, 4, 5);

/** A journal that has recorded a run of a minute. */
export function journalOf(facts: Facts, more: Partial<Journal> = {}): Journal {
  const warnings: string[] = [];
  const voice: StepVoice = {
    note: () => undefined,
    skip: () => undefined,
    warn: (text) => void warnings.push(text),
    know: () => Promise.resolve(),
    progress: () => undefined,
  };
  return {
    step: (_, work) => work(voice),
    voice,
    witness: () => undefined,
    mode: 'release',
    plan: STEPS.release,
    startedAt: START,
    now: () => START + 61_400,
    steps: [
      { name: 'preflight', status: 'passed', startedAt: Date.UTC(2026, 0, 2, 3, 4, 5), took: 900, note: 'a' },
      { name: 'wait', status: 'passed', startedAt: Date.UTC(2026, 0, 2, 3, 4, 6), took: 60_000, note: 'b' },
    ],
    warnings,
    progress: [{ at: Date.UTC(2026, 0, 2, 3, 4, 7), step: 'wait', text: 'tasks 1 of 2 running' }],
    calls: [
      {
        action: 'ecs:UpdateService',
        at: Date.UTC(2026, 0, 2, 3, 4, 6),
        requestId: '6f1c0d2e-0000-4000-8000-000000000000',
        error: undefined,
      },
    ],
    facts,
    ...more,
  };
}

/** The record of a run of a minute. */
export function recorded(
  outcome: Outcome = { kind: 'released' },
  facts: Facts = FACTS,
  more: Partial<Journal> = {},
): AuditRecord {
  return recordOf(outcome, journalOf(facts, more), RAN_ON_GITHUB);
}
