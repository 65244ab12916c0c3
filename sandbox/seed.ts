import type { Cloud } from './cloud.js';
import { ecrOperations } from './ecr/operations.js';
import { objects, text } from './ecs/fields.js';
import { registerInstance } from './ecs/instances.js';
import { ecsOperations } from './ecs/operations.js';
import { elbOperations } from './elbv2/operations.js';
import type { JsonObject } from './json.js';
import { logsOperations } from './logs/operations.js';
import { NAMES } from './names.js';
import type { Operations } from './protocol/operation.js';

/** The running service of the ready-made world. */
export interface ServiceWish {
  /** Image reference for the first revision. */
  readonly image: string;
  readonly environment: Readonly<Record<string, string>>;
  /** `awsvpc` on Fargate, or `bridge` with dynamic ports on EC2. */
  readonly network: 'awsvpc' | 'bridge';
  /** Container health check in ECS's shape. */
  readonly healthCheck?: JsonObject;
  /** Default: 2. */
  readonly desiredCount?: number;
  /** What CreateService is given beside the usual. */
  readonly settings?: JsonObject;
}

/** Makes cluster, repository and log group: what is there before anything runs. */
export async function seedAccount(cloud: Cloud): Promise<void> {
  await call(cloud, ecsOperations, 'CreateCluster', { clusterName: NAMES.cluster });
  await call(cloud, ecrOperations, 'CreateRepository', { repositoryName: NAMES.repository });
  await call(cloud, logsOperations, 'CreateLogGroup', { logGroupName: NAMES.logGroup });
}

/** Makes the load balancer and the service behind it; it then takes the scheduler a while to be steady. */
export async function seedService(
  cloud: Cloud,
  wish: ServiceWish,
): Promise<{ readonly targetGroup: string }> {
  const targetGroup = await seedLoadBalancer(cloud, wish.network);
  if (wish.network === 'bridge') registerInstance(cloud, NAMES.cluster, { privateIp: '127.0.0.1' });
  await call(cloud, ecsOperations, 'RegisterTaskDefinition', taskDefinition(cloud, wish));
  await call(cloud, ecsOperations, 'CreateService', {
    cluster: NAMES.cluster,
    serviceName: NAMES.service,
    taskDefinition: NAMES.family,
    desiredCount: wish.desiredCount ?? 2,
    launchType: wish.network === 'awsvpc' ? 'FARGATE' : 'EC2',
    loadBalancers: [
      { targetGroupArn: targetGroup, containerName: NAMES.container, containerPort: NAMES.port },
    ],
    healthCheckGracePeriodSeconds: 60,
    ...(wish.network === 'awsvpc'
      ? { networkConfiguration: { awsvpcConfiguration: { subnets: ['subnet-1'], securityGroups: ['sg-1'] } } }
      : {}),
    ...wish.settings,
  });
  return { targetGroup };
}

async function seedLoadBalancer(cloud: Cloud, network: ServiceWish['network']): Promise<string> {
  const LoadBalancerArn = await arnMade(cloud, 'LoadBalancer', { Name: NAMES.loadBalancer });
  const TargetGroupArn = await arnMade(cloud, 'TargetGroup', {
    Name: NAMES.targetGroup,
    Protocol: 'HTTP',
    Port: NAMES.port,
    TargetType: network === 'awsvpc' ? 'ip' : 'instance',
    HealthCheckPath: '/api/v1/health/live',
    HealthCheckIntervalSeconds: 30,
    HealthCheckTimeoutSeconds: 5,
    HealthyThresholdCount: 2,
    UnhealthyThresholdCount: 3,
  });
  const redirect = {
    Type: 'redirect',
    RedirectConfig: { Protocol: 'HTTPS', Port: '443', StatusCode: 'HTTP_301' },
  };
  const certificate = {
    CertificateArn: `arn:aws:acm:${cloud.region}:${cloud.account}:certificate/${cloud.ids.hex(8)}`,
  };
  await call(cloud, elbOperations, 'CreateListener', {
    LoadBalancerArn,
    Protocol: 'HTTP',
    Port: 80,
    DefaultActions: [redirect],
  });
  await call(cloud, elbOperations, 'CreateListener', {
    LoadBalancerArn,
    Protocol: 'HTTPS',
    Port: 443,
    Certificates: [certificate],
    DefaultActions: [{ Type: 'forward', TargetGroupArn }],
  });
  await call(cloud, elbOperations, 'ModifyTargetGroupAttributes', {
    TargetGroupArn,
    Attributes: [{ Key: 'deregistration_delay.timeout_seconds', Value: '30' }],
  });
  return TargetGroupArn;
}

/** Creates one and takes its ARN out of the answer. */
async function arnMade(
  cloud: Cloud,
  kind: 'LoadBalancer' | 'TargetGroup',
  input: JsonObject,
): Promise<string> {
  const [made] = objects(await call(cloud, elbOperations, `Create${kind}`, input), `${kind}s`);
  return (made && text(made, `${kind}Arn`)) ?? '';
}

/** The first revision: what `examples/backend/task-definition.json` says, with the places of this world. */
function taskDefinition(cloud: Cloud, { image, environment, network, healthCheck }: ServiceWish): JsonObject {
  const awsvpc = network === 'awsvpc';
  return {
    family: NAMES.family,
    networkMode: network,
    requiresCompatibilities: [awsvpc ? 'FARGATE' : 'EC2'],
    cpu: '256',
    memory: '512',
    executionRoleArn: `arn:aws:iam::${cloud.account}:role/ecsTaskExecutionRole`,
    runtimePlatform: {
      cpuArchitecture: process.arch === 'arm64' ? 'ARM64' : 'X86_64',
      operatingSystemFamily: 'LINUX',
    },
    containerDefinitions: [
      {
        name: NAMES.container,
        image,
        essential: true,
        portMappings: [{ containerPort: NAMES.port, hostPort: awsvpc ? NAMES.port : 0, protocol: 'tcp' }],
        environment: Object.entries(environment).map(([name, value]) => ({ name, value })),
        logConfiguration: {
          logDriver: 'awslogs',
          options: {
            'awslogs-group': NAMES.logGroup,
            'awslogs-region': cloud.region,
            'awslogs-stream-prefix': 'ecs',
          },
        },
        ...(healthCheck ? { healthCheck } : {}),
      },
    ],
  };
}

async function call(
  cloud: Cloud,
  operations: Operations,
  name: string,
  input: JsonObject,
): Promise<JsonObject> {
  const operation = operations[name];
  if (!operation) throw new Error(`There is no operation ${name}.`);
  return operation(cloud, input);
}
