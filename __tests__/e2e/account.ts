import { readFileSync } from 'node:fs';
import { request } from 'node:https';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { runAction, type ActionRun, type StepResult } from '../../runner/run-action.js';
import type { LogLine } from '../../runner/stage-log.js';
import type { Cloud } from '../../sandbox/cloud.js';
import type { Service } from '../../sandbox/ecs/state.js';
import { NAMES } from '../../sandbox/names.js';
import type { Ready, Sandbox } from '../../sandbox/sandbox.js';
import { CHECKS } from '../../src/checks/check.js';
import { policyOf } from '../iam/policies.js';

/* The built action in a local AWS, and what that looks like from outside. */

const ACTION = fileURLToPath(new URL('../..', import.meta.url));

/** Runs the built action as GitHub's runner does, under the policy of its mode; without inputs it releases the candidate. */
export function runIn(
  { ready, cloud }: Sandbox,
  inputs: Readonly<Record<string, string>> = {},
  more: Partial<ActionRun> = {},
): Promise<StepResult> {
  cloud.policy = policyOf(inputs);
  return runAction({
    action: ACTION,
    inputs: {
      'aws-region': ready.region,
      cluster: NAMES.cluster,
      service: NAMES.service,
      // Where a test has no GitHub to ask, nobody waits for one.
      ...(more.contexts?.github?.['api_url'] === undefined ? { 'github-token': '' } : {}),
      ...asked(ready),
      ...(inputs['mode'] === 'rollback' ? {} : { image: ready.candidate ?? '' }),
      ...inputs,
    },
    ...more,
    env: {
      AWS_ACCESS_KEY_ID: 'AKIATEST',
      AWS_SECRET_ACCESS_KEY: 'test-secret',
      AWS_ENDPOINT_URL: ready.endpoint,
      NODE_EXTRA_CA_CERTS: ready.caFile,
      ...more.env,
    },
  });
}

/** What the smoke suite is told of the ready-made service, so that none of its checks is skipped. */
export function asked({ baseUrl, httpUrl }: Ready): Readonly<Record<string, string>> {
  return {
    'base-url': baseUrl,
    'http-url': httpUrl,
    'protected-path': '/api/v1/patients',
    'cors-origin': NAMES.corsOrigin,
  };
}

/** For what is not about smoke checks: only those without which a service does not work. */
export const FEW_CHECKS = { 'skip-checks': CHECKS.slice(3).join('\n') };

/** The messages of the error annotations, less the one that the runner itself makes of a cancel. */
export function errorsOf({ annotations }: StepResult): readonly string[] {
  return annotations
    .filter(({ level, message }) => level === 'error' && message !== 'The operation was canceled.')
    .map(({ message }) => message);
}

/** Whether a line opens the log group of a step. */
export function opens(step: string): (line: LogLine) => boolean {
  return ({ kind, text }) => kind === 'group' && text === step;
}

/** Whether a line tells how a step ended, right after its group was closed. */
export function closes(step: string): (line: LogLine) => boolean {
  return ({ kind, text }) => kind === 'output' && new RegExp(`^[✓✗–] ${step} `, 'u').test(text);
}

/** The ready-made service. */
export function serviceOf({ ecs }: Cloud): Service {
  const service = ecs.clusters.get(NAMES.cluster)?.services.get(NAMES.service);
  if (!service) throw new Error('There is no service.');
  return service;
}

/** The number in the ARN of a revision. */
export function revisionOf(taskDefinition: string): number {
  return Number(taskDefinition.slice(taskDefinition.lastIndexOf(':') + 1));
}

/** What an account looks like; revisions are numbers. */
export interface Seen {
  /** Such as `PRIMARY 2 COMPLETED`. */
  readonly deployments: readonly string[];
  /** Revisions of the tasks that run. */
  readonly tasks: readonly number[];
  /** The commit that the service says over HTTPS, or the status of its answer when it says none. */
  readonly users: string | number;
}

/** One look at the account. */
export async function look(sandbox: Sandbox): Promise<Seen> {
  const { cloud } = sandbox;
  const tasks = [...(cloud.ecs.clusters.get(NAMES.cluster)?.tasks.values() ?? [])];
  return {
    deployments: serviceOf(cloud).deployments.map(
      ({ status, taskDefinition, rolloutState }) =>
        `${status} ${String(revisionOf(taskDefinition))} ${rolloutState}`,
    ),
    tasks: tasks
      .filter(({ lastStatus }) => lastStatus === 'RUNNING')
      .map(({ taskDefinition }) => revisionOf(taskDefinition))
      .sort(),
    users: await commitServed(sandbox),
  };
}

/** Milliseconds that an account gets to become what it should be; only a test that fails takes so long. */
const PATIENCE = 30_000;

/** Looks until everything is as is wanted, or until it is too late; the last look. */
export async function lookUntil(sandbox: Sandbox, wanted: (seen: Seen) => boolean): Promise<Seen> {
  const end = performance.now() + PATIENCE;
  for (;;) {
    const seen = await look(sandbox);
    if (wanted(seen) || performance.now() > end) return seen;
    await sleep(100);
  }
}

/** What a user of the service gets, with nothing but the certificate authority trusted. */
function commitServed({ ready }: Sandbox): Promise<string | number> {
  return new Promise((resolve, reject) => {
    const ca = readFileSync(ready.caFile);
    request(new URL('/api/v1/version', ready.baseUrl), { ca, agent: false }, (response) => {
      let body = '';
      response.setEncoding('utf8').on('data', (part: string) => (body += part));
      response.on('end', () => {
        const { statusCode = 0 } = response;
        resolve(statusCode === 200 ? (JSON.parse(body) as { gitSha: string }).gitSha : statusCode);
      });
    })
      .on('error', reject)
      .end();
  });
}
