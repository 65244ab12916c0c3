import type {
  ContainerInstance as SdkContainerInstance,
  DescribeServicesCommandOutput,
  ECSClient,
} from '@aws-sdk/client-ecs';
import { DeployError } from '../../errors.js';
import { awsErrorName } from '../../model/aws-failure.js';
import type { JsonObject } from '../../model/json.js';
import type { Service, ServiceDeployment, Task } from '../../model/service.js';
import type { TaskDefinition } from '../../model/task-definition.js';
import { clientSettings, read, required, type AwsAccess } from './clients.js';
import { history } from './ecs-history.js';
import { mutations } from './ecs-mutations.js';
import { captureBody } from './raw-body.js';
import { serviceOf, taskDefinitionOf, taskOf } from './ecs-shapes.js';
import { everyPage } from './pages.js';

/** ECS, in the few verbs that a release needs. Every method throws a `DeployError` when AWS says no. */
export interface Ecs {
  /** Undefined when the cluster has no such service; throws `cluster-missing` when there is no such cluster. */
  service(cluster: string, service: string): Promise<Service | undefined>;
  /** A revision by ARN or `family:revision`, or the newest ACTIVE one of a family. */
  taskDefinition(name: string): Promise<TaskDefinition | undefined>;
  /** Registers a revision from raw JSON and tags it. */
  register(body: JsonObject, tags: ReadonlyMap<string, string>): Promise<TaskDefinition>;
  /** The service's tasks with that desired status; those that `known` has are not described again. */
  tasks(
    cluster: string,
    service: string,
    desiredStatus: 'RUNNING' | 'STOPPED',
    known?: ReadonlyMap<string, Task>,
  ): Promise<readonly Task[]>;
  /** EC2 instance ids by container instance ARN; each is asked for once, as an instance keeps its id. */
  instanceIds(cluster: string, instances: readonly string[]): Promise<ReadonlyMap<string, string>>;
  /**
   * Points the service at a revision; nothing else of it is sent. Returns the service as AWS answers it. `lookAgain` is
   * called before it is sent again because AWS turned it away unseen, and throws when it is not wanted any more.
   */
  update(
    cluster: string,
    service: string,
    taskDefinition: string,
    forceNewDeployment: boolean,
    lookAgain: () => Promise<unknown>,
  ): Promise<Service>;
  /** Asks ECS to end a service deployment that goes on and to restore the service revision before it. */
  stop(serviceDeploymentArn: string): Promise<void>;
  /** What became of a service deployment; undefined when ECS knows none by that ARN. */
  serviceDeployment(arn: string): Promise<ServiceDeployment | undefined>;
  /** The newest service deployments, however they ended or go on, newest first, of the last ninety days. */
  serviceDeployments(cluster: string, service: string): Promise<readonly ServiceDeployment[]>;
  /** The newest successful service deployments, newest first, of the last ninety days. */
  successfulDeployments(cluster: string, service: string): Promise<readonly ServiceDeployment[]>;
  /** The task definitions of service revisions, by the revision's ARN. */
  revisionTaskDefinitions(serviceRevisionArns: readonly string[]): Promise<ReadonlyMap<string, string>>;
  /** ARNs of the ACTIVE revisions of a family, newest first. */
  revisions(family: string): Promise<readonly string[]>;
  tag(arn: string, tags: ReadonlyMap<string, string>): Promise<void>;
}

/** The adapter for ECS; the SDK's client is loaded on first use. */
export function ecs(access: AwsAccess): Ecs {
  let loaded: Promise<{ sdk: typeof import('./sdk-ecs.js'); client: ECSClient }> | undefined;
  const load = () =>
    (loaded ??= import('./sdk-ecs.js').then((sdk) => ({
      sdk,
      client: new sdk.ECSClient(clientSettings(access)),
    })));
  return {
    ...reads(access, load),
    ...listings(access, load),
    ...history(access, load),
    ...mutations(access, load),
  };
}

/** Loads the SDK and makes the client on first use. */
export type Load = () => Promise<{ sdk: typeof import('./sdk-ecs.js'); client: ECSClient }>;

function reads(access: AwsAccess, load: Load): Pick<Ecs, 'service' | 'taskDefinition' | 'instanceIds'> {
  const known = new Map<string, string>();
  return {
    service: (cluster, service) =>
      read(access, 'ecs:DescribeServices', async (abortSignal) => {
        const { sdk, client } = await load();
        const command = new sdk.DescribeServicesCommand({ cluster, services: [service] });
        return foundService(await client.send(command, { abortSignal }));
      }).catch((error: unknown) => {
        throw awsErrorName(error) === 'ClusterNotFoundException'
          ? clusterMissing(access, cluster, error)
          : error;
      }),

    taskDefinition: (name) =>
      read(access, 'ecs:DescribeTaskDefinition', async (abortSignal) => {
        const { sdk, client } = await load();
        const command = new sdk.DescribeTaskDefinitionCommand({ taskDefinition: name, include: ['TAGS'] });
        const body = captureBody(command);
        await client.send(command, { abortSignal });
        return taskDefinitionOf(body(), 'ecs:DescribeTaskDefinition');
      }).catch((error: unknown) => {
        // "Unable to describe task definition." is how ECS says that there is none.
        if (awsErrorName(error) === 'ClientException') return undefined;
        throw error;
      }),

    async instanceIds(cluster, instances) {
      const action = 'ecs:DescribeContainerInstances';
      const { sdk, client } = await load();
      const unknown = instances.filter((arn) => !known.has(arn));
      const pairs = await inParts(unknown, (part) =>
        read(access, action, async (abortSignal) => {
          const command = new sdk.DescribeContainerInstancesCommand({ cluster, containerInstances: part });
          const answer = await client.send(command, { abortSignal });
          return required(answer.containerInstances, action, 'containerInstances').flatMap(instancePair);
        }),
      );
      for (const [arn, id] of pairs) known.set(arn, id);
      return known;
    },
  };
}

function listings(access: AwsAccess, load: Load): Pick<Ecs, 'tasks'> {
  return {
    async tasks(cluster, service, desiredStatus, known = new Map<string, Task>()) {
      const { sdk, client } = await load();
      const arns = await everyPage(access, 'ecs:ListTasks', async (nextToken, abortSignal) => {
        const command = new sdk.ListTasksCommand({ cluster, serviceName: service, desiredStatus, nextToken });
        const answer = await client.send(command, { abortSignal });
        return { items: required(answer.taskArns, 'ecs:ListTasks', 'taskArns'), nextToken: answer.nextToken };
      });
      const unknown = arns.filter((arn) => !known.has(arn));
      const described = await inParts(unknown, (tasks) =>
        read(access, 'ecs:DescribeTasks', async (abortSignal) => {
          const answer = await client.send(new sdk.DescribeTasksCommand({ cluster, tasks }), { abortSignal });
          return required(answer.tasks, 'ecs:DescribeTasks', 'tasks').map(taskOf);
        }),
      );
      return [...arns.flatMap((arn) => known.get(arn) ?? []), ...described];
    },
  };
}

/** DescribeTasks and DescribeContainerInstances take at most a hundred (Amazon ECS API Reference). */
const DESCRIBE_LIMIT = 100;

async function inParts<T>(
  arns: readonly string[],
  describe: (part: string[]) => Promise<readonly T[]>,
): Promise<readonly T[]> {
  const found: T[] = [];
  for (let at = 0; at < arns.length; at += DESCRIBE_LIMIT) {
    found.push(...(await describe(arns.slice(at, at + DESCRIBE_LIMIT))));
  }
  return found;
}

function foundService(answer: DescribeServicesCommandOutput): Service | undefined {
  const [service] = required(answer.services, 'ecs:DescribeServices', 'services');
  if (service) return serviceOf(service);
  const failures = answer.failures ?? [];
  // Missing things come as failures with reason MISSING (Amazon ECS, "API failure reasons"); nothing at all is no answer.
  required(failures[0], 'ecs:DescribeServices', 'a service or a failure');
  return undefined;
}

function instancePair({ containerInstanceArn, ec2InstanceId }: SdkContainerInstance): [string, string][] {
  return containerInstanceArn && ec2InstanceId ? [[containerInstanceArn, ec2InstanceId]] : [];
}

function clusterMissing({ region }: AwsAccess, cluster: string, cause: unknown): DeployError {
  return new DeployError('cluster-missing', `There is no cluster ${cluster} in ${region}.`, {
    hint: 'Check the inputs cluster and aws-region.',
    cause,
  });
}
