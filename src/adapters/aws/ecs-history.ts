import type {
  ServiceDeployment as SdkServiceDeployment,
  ServiceDeploymentBrief,
  ServiceDeploymentStatus,
} from '@aws-sdk/client-ecs';
import type { ServiceDeployment } from '../../model/service.js';
import { read, required, type AwsAccess } from './clients.js';
import type { Ecs, Load } from './ecs.js';
import { everyPage } from './pages.js';

/** So many service deployments are looked at, newest first: the way back never lies further behind. */
const MOST = 100;
/** DescribeServiceRevisions takes at most twenty (Amazon ECS API Reference). */
const PART = 20;

/** The verbs of ECS that tell what was deployed before. */
export function history(
  access: AwsAccess,
  load: Load,
): Pick<
  Ecs,
  | 'serviceDeployment'
  | 'serviceDeployments'
  | 'successfulDeployments'
  | 'revisionTaskDefinitions'
  | 'revisions'
> {
  return { ...deployments(access, load), ...revisions(access, load) };
}

function deployments(
  access: AwsAccess,
  load: Load,
): Pick<Ecs, 'serviceDeployment' | 'serviceDeployments' | 'successfulDeployments'> {
  const list = (
    cluster: string,
    service: string,
    status: ServiceDeploymentStatus[] | undefined,
  ): Promise<readonly ServiceDeployment[]> =>
    read(access, 'ecs:ListServiceDeployments', async (abortSignal) => {
      const { sdk, client } = await load();
      const command = new sdk.ListServiceDeploymentsCommand({ cluster, service, status, maxResults: MOST });
      const { serviceDeployments } = await client.send(command, { abortSignal });
      const found = required(serviceDeployments, 'ecs:ListServiceDeployments', 'serviceDeployments');
      return found.map((one) => deploymentOf(one, one.targetServiceRevisionArn));
    });
  return {
    serviceDeployment: (arn) =>
      read(access, 'ecs:DescribeServiceDeployments', async (abortSignal) => {
        const { sdk, client } = await load();
        const command = new sdk.DescribeServiceDeploymentsCommand({ serviceDeploymentArns: [arn] });
        const { serviceDeployments } = await client.send(command, { abortSignal });
        const found = required(serviceDeployments, 'ecs:DescribeServiceDeployments', 'serviceDeployments');
        return found.map((one) => deploymentOf(one, one.targetServiceRevision?.arn))[0];
      }),

    serviceDeployments: (cluster, service) => list(cluster, service, undefined),
    successfulDeployments: (cluster, service) => list(cluster, service, ['SUCCESSFUL']),
  };
}

function revisions(access: AwsAccess, load: Load): Pick<Ecs, 'revisionTaskDefinitions' | 'revisions'> {
  return {
    async revisionTaskDefinitions(serviceRevisionArns) {
      const action = 'ecs:DescribeServiceRevisions';
      const { sdk, client } = await load();
      const found = new Map<string, string>();
      for (let at = 0; at < serviceRevisionArns.length; at += PART) {
        const part = serviceRevisionArns.slice(at, at + PART);
        const described = await read(access, action, async (abortSignal) => {
          const command = new sdk.DescribeServiceRevisionsCommand({ serviceRevisionArns: part });
          return required(
            (await client.send(command, { abortSignal })).serviceRevisions,
            action,
            'revisions',
          );
        });
        for (const { serviceRevisionArn: arn, taskDefinition } of described) {
          if (arn && taskDefinition) found.set(arn, taskDefinition);
        }
      }
      return found;
    },

    async revisions(family) {
      const action = 'ecs:ListTaskDefinitions';
      const { sdk, client } = await load();
      return everyPage(access, action, async (nextToken, abortSignal) => {
        const command = new sdk.ListTaskDefinitionsCommand({
          familyPrefix: family,
          status: 'ACTIVE',
          sort: 'DESC',
          nextToken,
        });
        const answer = await client.send(command, { abortSignal });
        const items = required(answer.taskDefinitionArns, action, 'taskDefinitionArns');
        return { items, nextToken: answer.nextToken };
      });
    },
  };
}

function deploymentOf(
  deployment: SdkServiceDeployment | ServiceDeploymentBrief,
  revision: string | undefined,
): ServiceDeployment {
  return {
    arn: deployment.serviceDeploymentArn ?? '',
    status: deployment.status ?? '',
    statusReason: deployment.statusReason ?? '',
    targetServiceRevisionArn: revision ?? '',
    createdAt: deployment.createdAt?.getTime() ?? 0,
  };
}
