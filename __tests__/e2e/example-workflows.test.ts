import {
  CreateServiceCommand,
  DescribeTaskDefinitionCommand,
  ECSClient,
  RegisterTaskDefinitionCommand,
} from '@aws-sdk/client-ecs';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import type { WorkflowEvent } from '../../runner/workflow/wish.js';
import type { WorkflowRun } from '../../runner/workflow/results.js';
import type { Cloud } from '../../sandbox/cloud.js';
import type { JsonObject } from '../../sandbox/json.js';
import { NAMES } from '../../sandbox/names.js';
import { startSandbox, type Sandbox } from '../../sandbox/sandbox.js';
import { textOf } from '../pages.js';
import { changes } from '../ready-world.js';
import { look, revisionOf, type Seen } from './account.js';
import {
  adapted,
  deployJob,
  deployStep,
  history,
  messagesOf,
  packBuild,
  runInAccount,
  type History,
  type Upload,
} from './workflow-account.js';

/*
 * The workflows that others copy, as they stand, with this action as built: each in an account of its own. Only what names
 * a place is replaced, by name, where the local AWS has another; the images of their commits are there, so that none is built.
 */

const LIMIT = 120_000;
const PACE = 100;

/** Makes services beside the ready-made one, of its image and without a load balancer, and waits until they are steady. */
async function makeWorkers({ ready, cloud }: Sandbox, names: readonly string[]): Promise<void> {
  const credentials = { accessKeyId: 'AKIATEST', secretAccessKey: 'test-secret' };
  const ecs = new ECSClient({ region: ready.region, endpoint: ready.endpoint, credentials });
  const { taskDefinition } = await ecs.send(
    new DescribeTaskDefinitionCommand({ taskDefinition: NAMES.family }),
  );
  const {
    networkMode,
    cpu,
    memory,
    requiresCompatibilities,
    executionRoleArn,
    containerDefinitions = [],
  } = taskDefinition ?? {};
  for (const name of names) {
    const [{ image, environment } = {}] = containerDefinitions;
    const containers = [{ name, image, environment, essential: true }];
    const same = { networkMode, cpu, memory, requiresCompatibilities, executionRoleArn };
    await ecs.send(
      new RegisterTaskDefinitionCommand({ family: name, containerDefinitions: containers, ...same }),
    );
    await ecs.send(
      new CreateServiceCommand({
        ...{ cluster: NAMES.cluster, serviceName: name, taskDefinition: name, desiredCount: 1 },
        launchType: 'FARGATE',
        networkConfiguration: { awsvpcConfiguration: { subnets: ['subnet-1'], securityGroups: ['sg-1'] } },
      }),
    );
  }
  ecs.destroy();
  const steady = (): boolean =>
    names.every((name) => deploymentsOf(cloud, name)[0]?.endsWith('1 COMPLETED') === true);
  const end = performance.now() + 30_000;
  while (!steady() && performance.now() < end) await sleep(100);
}

/** The deployments of a service, such as `PRIMARY 2 COMPLETED`. */
function deploymentsOf({ ecs }: Cloud, name: string): readonly string[] {
  const service = ecs.clusters.get(NAMES.cluster)?.services.get(name);
  return (service?.deployments ?? []).map(
    ({ status, taskDefinition, rolloutState }) =>
      `${status} ${String(revisionOf(taskDefinition))} ${rolloutState}`,
  );
}

/** Has the role of the releases trust whom the trust policy of docs/iam trusts, which people copy with these workflows. */
function trustAsDocumented({ cloud, identity, ready }: Sandbox): void {
  const role = cloud.sts.roles.get(ready.role);
  if (!role) throw new Error(`There is no role ${ready.role}.`);
  const text = textOf('docs/iam/trust.json').replaceAll(
    'token.actions.githubusercontent.com',
    identity.provider,
  );
  cloud.sts.roles.set(ready.role, { ...role, trust: JSON.parse(text) as JsonObject });
}

/** An account, and a repository whose first commit is live and whose second is to be released. */
interface Stage {
  readonly sandbox: Sandbox;
  readonly source: History;
  readonly uploads: Upload[];
  /** Runs the workflow, with values in place of its own by the name of the input. */
  readonly run: (event: WorkflowEvent) => Promise<WorkflowRun>;
}

async function onStage(
  path: string,
  dockerfile: string,
  values: (sandbox: Sandbox) => Readonly<Record<string, string>>,
  work: (stage: Stage) => Promise<void>,
): Promise<void> {
  const source = history({ [dockerfile]: 'FROM scratch\n' });
  const sandbox = await startSandbox({
    ...{ runtime: 'simulated', pace: PACE, commit: source.first, nextCommit: source.commit },
  });
  trustAsDocumented(sandbox);
  const workflow = adapted(path, values(sandbox));
  const uploads: Upload[] = [];
  const run = (event: WorkflowEvent): Promise<WorkflowRun> => {
    sandbox.cloud.calls.length = 0;
    return runInAccount(sandbox, { file: workflow.file, event }, { checkout: source, uploads });
  };
  try {
    await work({ sandbox, source, uploads, run });
  } finally {
    workflow.remove();
    source.remove();
    await sandbox.close();
  }
}

const live = (revision: number, commit: string): Seen => ({
  deployments: [`PRIMARY ${String(revision)} COMPLETED`],
  tasks: [revision, revision],
  users: commit,
});

describe('the example workflow', () => {
  it.concurrent(
    'of the first user releases a push, and tests and rolls back by hand',
    () =>
      onStage(
        'examples/workflows/mentalspace-backend.yml',
        'packages/backend/Dockerfile',
        ({ ready }) => ({
          'base-url': ready.baseUrl,
          'ecr-repository': `${ready.registry}/${NAMES.repository}`,
          'target-groups': ready.targetGroup ?? '',
        }),
        async ({ sandbox, source, uploads, run }) => {
          const places = { context: 'packages/backend', dockerfile: 'packages/backend/Dockerfile' };
          await packBuild(sandbox.cloud, source.commit, places);
          const byHand = (inputs: Record<string, string>) => run({ name: 'workflow_dispatch', inputs });
          const released = deployJob(await run({ name: 'push' }), 'backend');
          expect(messagesOf(released, 'error')).toEqual([]);
          expect(deployStep(released).outputs).toMatchObject({
            ...{ outcome: 'released', 'git-sha': source.commit, 'smoke-failed': '0', changed: 'true' },
          });
          expect(await look(sandbox)).toEqual(live(2, source.commit));
          const smoke = deployJob(await byHand({ mode: 'smoke' }), 'backend');
          expect(deployStep(smoke).outputs).toMatchObject({ outcome: 'verified', 'git-sha': source.commit });
          const planned = deployJob(await byHand({ mode: 'rollback', 'dry-run': 'true' }), 'backend');
          expect(deployStep(planned).outputs).toMatchObject({ outcome: 'planned' });
          expect(changes(sandbox.cloud)).toEqual(['sts:AssumeRoleWithWebIdentity']);
          const back = deployJob(await byHand({ mode: 'rollback' }), 'backend');
          expect(deployStep(back).outputs).toMatchObject({ outcome: 'rolled-back', 'git-sha': source.first });
          expect(await look(sandbox)).toEqual(live(1, source.first));
          const reported = uploads.map(({ files }) =>
            Object.keys(files).some((name) => name.endsWith('.md')),
          );
          expect(reported).toEqual([true, true, true, true]);
        },
      ),
    LIMIT,
  );

  it.concurrent(
    'that is the shortest releases a push',
    () =>
      onStage(
        'examples/workflows/minimal.yml',
        'Dockerfile',
        ({ ready }) => ({
          ...{ 'role-to-assume': ready.role, cluster: NAMES.cluster, service: NAMES.service },
          ...{ 'ecr-repository': NAMES.repository, 'base-url': ready.baseUrl },
        }),
        async ({ sandbox, source, run }) => {
          await packBuild(sandbox.cloud, source.commit, { context: '.', dockerfile: 'Dockerfile' });
          const job = deployJob(await run({ name: 'push' }), 'release');
          expect([job.result, messagesOf(job, 'error')]).toEqual(['success', []]);
          expect(deployStep(job).outputs).toMatchObject({ outcome: 'released', 'git-sha': source.commit });
          expect(await look(sandbox)).toEqual(live(2, source.commit));
        },
      ),
    LIMIT,
  );

  it.concurrent(
    'of a smoke run tests what is live, by the clock and by hand, and is red when it is not well',
    () =>
      onStage(
        'examples/workflows/smoke.yml',
        'Dockerfile',
        ({ ready }) => ({ 'base-url': ready.baseUrl, 'cors-origin': NAMES.corsOrigin }),
        async ({ sandbox, source, run }) => {
          for (const name of ['schedule', 'workflow_dispatch']) {
            const job = deployJob(await run({ name }), 'smoke');
            expect([job.result, messagesOf(job, 'error')]).toEqual(['success', []]);
            expect(deployStep(job).outputs).toMatchObject({ outcome: 'verified', 'git-sha': source.first });
          }
          expect(sandbox.cloud.calls).toEqual([]);
          await sandbox.balancer.close();
          const job = deployJob(await run({ name: 'schedule' }), 'smoke');
          expect([job.result, deployStep(job).outputs]).toMatchObject([
            ...['failure', { outcome: 'failed', 'failure-code': 'base-url-unreachable' }],
          ]);
        },
      ),
    LIMIT,
  );

  it.concurrent(
    'of several services builds once, and gives the same bytes to each of the others',
    () =>
      onStage(
        'examples/workflows/several-services.yml',
        'Dockerfile',
        ({ ready }) => ({
          ...{ 'role-to-assume': ready.role, cluster: NAMES.cluster, service: NAMES.service },
          'base-url': ready.baseUrl,
        }),
        async ({ sandbox, source, run }) => {
          const { cloud } = sandbox;
          const others = ['worker', 'scheduler', 'mailer'];
          await makeWorkers(sandbox, others);
          const digest = await packBuild(
            cloud,
            source.commit,
            { context: '.', dockerfile: 'Dockerfile' },
            'backend',
          );
          const ran = await run({ name: 'push' });
          const errors = ran.jobs
            .flatMap(({ called }) => called?.jobs ?? [])
            .map((job) => messagesOf(job, 'error'));
          expect([ran.conclusion, errors]).toEqual(['success', [[], [], [], []]]);
          expect(
            ran.jobs.map(({ id, matrix, outputs }) => [id, matrix['service'], outputs['image-digest']]),
          ).toEqual([['api', undefined, digest], ...others.map((service) => ['others', service, digest])]);
          expect(await look(sandbox)).toMatchObject({
            users: source.commit,
            deployments: ['PRIMARY 2 COMPLETED'],
          });
          expect(others.map((name) => deploymentsOf(cloud, name))).toEqual(
            others.map(() => ['PRIMARY 2 COMPLETED']),
          );
        },
      ),
    LIMIT,
  );
});
