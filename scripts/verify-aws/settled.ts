import {
  DescribeServicesCommand,
  DescribeTasksCommand,
  ListTasksCommand,
  type Service as SdkService,
} from '@aws-sdk/client-ecs';
import type { Account } from './account.js';
import { relyOn } from './case.js';

/* The state of the service as the SDK alone tells it: what our own code says of it is what is to be tested. */

/** A service that is quiet. */
export interface Settled {
  /** ARN. */
  readonly taskDefinition: string;
  /** ECS's id of the only deployment. */
  readonly deployment: string;
  /** What the container of each running task runs; empty where ECS does not tell. */
  readonly digests: readonly string[];
}

/** Milliseconds between two looks, and in which a service has to become quiet. */
const INTERVAL = 5_000;
const LIMIT = 3 * 60_000;

/** The service once it has a single deployment, COMPLETED, with all its tasks running; throws a `Contradiction` when it does not become so. */
export async function settled(account: Account, limit = LIMIT): Promise<Settled> {
  for (let waited = 0; ; waited += INTERVAL) {
    const found = await look(account);
    if (found) return found;
    relyOn(waited < limit, 'The service is not quiet: look at it, nothing else was tried.');
    await account.sleep(INTERVAL);
  }
}

async function look(account: Account): Promise<Settled | undefined> {
  const { ecs, container, inputs } = account;
  const { cluster, service } = inputs;
  const answer = await ecs.send(new DescribeServicesCommand({ cluster, services: [service] }));
  const found = answer.services?.[0];
  const deployment = found && onlyDeployment(found);
  if (!found?.taskDefinition || deployment === undefined) return undefined;
  const { taskArns = [] } = await ecs.send(new ListTasksCommand({ cluster, serviceName: service }));
  if (taskArns.length === 0) return undefined;
  const { tasks = [] } = await ecs.send(new DescribeTasksCommand({ cluster, tasks: taskArns.slice(0, 100) }));
  const quiet = tasks.every(
    ({ taskDefinitionArn, lastStatus }) =>
      taskDefinitionArn === found.taskDefinition && lastStatus === 'RUNNING',
  );
  if (!quiet) return undefined;
  const digests = tasks.flatMap(({ containers = [] }) =>
    containers.flatMap(({ name, imageDigest }) => (name === container ? (imageDigest ?? []) : [])),
  );
  return { taskDefinition: found.taskDefinition, deployment, digests: [...new Set(digests)].sort() };
}

function onlyDeployment({
  deployments = [],
  desiredCount = 0,
  runningCount,
}: SdkService): string | undefined {
  const [only, ...others] = deployments;
  const done = only?.rolloutState === 'COMPLETED' && others.length === 0;
  return done && desiredCount > 0 && runningCount === desiredCount ? only.id : undefined;
}
