import type {
  ContainerInstance as SdkContainerInstance,
  DescribeServicesCommandOutput,
  ECSClient,
  UpdateServiceCommandOutput,
} from '@aws-sdk/client-ecs';
import { DeployError } from '../../errors.js';
import { awsErrorName } from '../../model/aws-failure.js';
import type { JsonObject } from '../../model/json.js';
import type { Service, Task } from '../../model/service.js';
import type { TaskDefinition } from '../../model/task-definition.js';
import { clientSettings, mutate, read, required, type AwsAccess } from './clients.js';
import { captureBody, sendRawBody } from './raw-body.js';
import { serviceOf, taskDefinitionOf, taskOf } from './ecs-shapes.js';
import { everyPage } from './pages.js';

/** A service deployment, as far as the way back needs it. */
export interface ServiceDeployment {
  readonly arn: string;
  readonly status: string;
  readonly targetServiceRevisionArn: string;
}

/** ECS, in the few verbs that a release needs. Every method throws a `DeployError` when AWS says no. */
export interface Ecs {
  /** Undefined when the cluster has no such service; throws `cluster-missing` when there is no such cluster. */
  service(cluster: string, service: string): Promise<Service | undefined>;
  /** A revision by ARN or `family:revision`, or the newest ACTIVE one of a family. */
  taskDefinition(name: string): Promise<TaskDefinition | undefined>;
  /** Registers a revision from raw JSON and tags it. */
  register(body: JsonObject, tags: ReadonlyMap<string, string>): Promise<TaskDefinition>;
  /** The service's tasks with that desired status. */
  tasks(cluster: string, service: string, desiredStatus: 'RUNNING' | 'STOPPED'): Promise<readonly Task[]>;
  /** EC2 instance ids by container instance ARN. */
  instanceIds(cluster: string, instances: readonly string[]): Promise<ReadonlyMap<string, string>>;
  /** Points the service at a revision; nothing else of it is sent. Returns the service as AWS answers it. */
  update(
    cluster: string,
    service: string,
    taskDefinition: string,
    forceNewDeployment: boolean,
  ): Promise<Service>;
  /** Service deployments with that status, newest first, of the last ninety days. */
  serviceDeployments(
    cluster: string,
    service: string,
    status: 'SUCCESSFUL',
  ): Promise<readonly ServiceDeployment[]>;
  /** The task definition of a service revision. */
  revisionTaskDefinition(serviceRevisionArn: string): Promise<string | undefined>;
  tag(arn: string, tags: ReadonlyMap<string, string>): Promise<void>;
}

/** The adapter for ECS; the SDK's client is loaded on first use. */
export function ecs(access: AwsAccess): Ecs {
  let loaded: Promise<{ sdk: typeof import('@aws-sdk/client-ecs'); client: ECSClient }> | undefined;
  const load = () =>
    (loaded ??= import('@aws-sdk/client-ecs').then((sdk) => ({
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

type Load = () => Promise<{ sdk: typeof import('@aws-sdk/client-ecs'); client: ECSClient }>;

function reads(access: AwsAccess, load: Load): Pick<Ecs, 'service' | 'taskDefinition' | 'instanceIds'> {
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
      const pairs = await inParts(instances, (part) =>
        read(access, action, async (abortSignal) => {
          const command = new sdk.DescribeContainerInstancesCommand({ cluster, containerInstances: part });
          const answer = await client.send(command, { abortSignal });
          return required(answer.containerInstances, action, 'containerInstances').flatMap(instancePair);
        }),
      );
      return new Map(pairs);
    },
  };
}

function listings(access: AwsAccess, load: Load): Pick<Ecs, 'tasks'> {
  return {
    async tasks(cluster, service, desiredStatus) {
      const { sdk, client } = await load();
      const arns = await everyPage(access, 'ecs:ListTasks', async (nextToken, abortSignal) => {
        const command = new sdk.ListTasksCommand({ cluster, serviceName: service, desiredStatus, nextToken });
        const answer = await client.send(command, { abortSignal });
        return { items: required(answer.taskArns, 'ecs:ListTasks', 'taskArns'), nextToken: answer.nextToken };
      });
      return inParts(arns, (tasks) =>
        read(access, 'ecs:DescribeTasks', async (abortSignal) => {
          const answer = await client.send(new sdk.DescribeTasksCommand({ cluster, tasks }), { abortSignal });
          return required(answer.tasks, 'ecs:DescribeTasks', 'tasks').map(taskOf);
        }),
      );
    },
  };
}

function history(access: AwsAccess, load: Load): Pick<Ecs, 'serviceDeployments' | 'revisionTaskDefinition'> {
  return {
    async serviceDeployments(cluster, service, status) {
      const { sdk, client } = await load();
      const items = await read(access, 'ecs:ListServiceDeployments', async (abortSignal) => {
        const command = new sdk.ListServiceDeploymentsCommand({
          cluster,
          service,
          status: [status],
          maxResults: 20,
        });
        const answer = await client.send(command, { abortSignal });
        return required(answer.serviceDeployments, 'ecs:ListServiceDeployments', 'serviceDeployments');
      });
      return items.map((item) => ({
        arn: item.serviceDeploymentArn ?? '',
        status: item.status ?? '',
        targetServiceRevisionArn: item.targetServiceRevisionArn ?? '',
      }));
    },

    revisionTaskDefinition: (serviceRevisionArn) =>
      read(access, 'ecs:DescribeServiceRevisions', async (abortSignal) => {
        const { sdk, client } = await load();
        const command = new sdk.DescribeServiceRevisionsCommand({
          serviceRevisionArns: [serviceRevisionArn],
        });
        const answer = await client.send(command, { abortSignal });
        return required(answer.serviceRevisions, 'ecs:DescribeServiceRevisions', 'serviceRevisions')[0]
          ?.taskDefinition;
      }),
  };
}

function mutations(access: AwsAccess, load: Load): Pick<Ecs, 'register' | 'update' | 'tag'> {
  return {
    async register(body, tags) {
      const { sdk, client } = await load();
      const command = new sdk.RegisterTaskDefinitionCommand({
        family: undefined,
        containerDefinitions: undefined,
      });
      sendRawBody(command, { ...body, ...(tags.size > 0 ? { tags: tagList(tags) } : {}) });
      const answered = captureBody(command);
      await mutate(access, 'ecs:RegisterTaskDefinition', (abortSignal) =>
        client.send(command, { abortSignal }),
      );
      return taskDefinitionOf(answered(), 'ecs:RegisterTaskDefinition');
    },

    async update(cluster, service, taskDefinition, forceNewDeployment) {
      const { sdk, client } = await load();
      const command = new sdk.UpdateServiceCommand({ cluster, service, taskDefinition, forceNewDeployment });
      const answer: UpdateServiceCommandOutput = await mutate(access, 'ecs:UpdateService', (abortSignal) =>
        client.send(command, { abortSignal }),
      );
      return serviceOf(required(answer.service, 'ecs:UpdateService', 'service'));
    },

    async tag(arn, tags) {
      const { sdk, client } = await load();
      const command = new sdk.TagResourceCommand({ resourceArn: arn, tags: tagList(tags) });
      await mutate(access, 'ecs:TagResource', (abortSignal) => client.send(command, { abortSignal }));
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

function tagList(tags: ReadonlyMap<string, string>): { key: string; value: string }[] {
  return [...tags].map(([key, value]) => ({ key, value }));
}

function clusterMissing({ region }: AwsAccess, cluster: string, cause: unknown): DeployError {
  return new DeployError('cluster-missing', `There is no cluster ${cluster} in ${region}.`, {
    hint: 'Check the inputs cluster and aws-region.',
    cause,
  });
}
